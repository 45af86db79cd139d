"""What does a contact leave behind: what counts it, and what stands against the next one?"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.compliance.schemas import Channel, EventKind, StatusKind


class Raised(msgspec.Struct, frozen=True):
    """What a result raises: for the whole case, or (`of_person`) against the one person who was reached.

    `channel` narrows an opt-out; `is_until_next` lets it end with the day on which the record says to go on.
    """

    kind: StatusKind
    of_person: bool = False
    channel: Channel | None = None
    is_until_next: bool = False


class Meaning(msgspec.Struct, frozen=True):
    """What a result code means to the gate: its event (none: nobody was contacted), and what it raises."""

    event: EventKind | None
    raises: tuple[Raised, ...] = ()


class Contact(msgspec.Struct, frozen=True):
    """One call or visit as the gate counts it; `to_id` is a contact point or an address, none when they called us.

    `is_obligor`: the obligor was met; else it counts for whose number or address it is. `at` is when it began.
    """

    id: UUID
    case_id: UUID
    to_id: UUID | None
    is_obligor: bool
    meaning: Meaning
    at: datetime
    next_on: date | None
