"""What does a contact leave behind: what counts it, and what stands against the next one?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.compliance.schemas import (
    Agreement,
    Channel,
    Content,
    Decision,
    EventKind,
    Instant,
    Place,
    Situation,
    Status,
    StatusKind,
    Verdict,
)


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


class NewStop(msgspec.Struct, frozen=True):
    """Something that a contact raised against the next ones; `until_on` is a local day of the obligor, excluded."""

    id: UUID
    raised: Raised
    contact: Contact
    until_on: date | None


Reason = Annotated[str, Meta(min_length=1, max_length=400)]


class StopWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody with the right puts against contacts of a case; without `person` against all of them.

    `person` is "obligor" or the id of somebody around them. Without `status.from` it stands from now on.
    """

    id: UUID
    status: Status
    person: Annotated[str, Meta(min_length=1, max_length=200)] | None
    reason: Reason


class AgreementWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person agreed to or asked for, and how it is known (`reason`)."""

    id: UUID
    agreement: Agreement
    person: Annotated[str, Meta(min_length=1, max_length=200)]
    reason: Reason


class CloseWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why something stands no longer; without `at` from now on."""

    reason: Reason
    at: Instant | None


class Record(msgspec.Struct, frozen=True):
    """What the journal keeps of a verdict (`contact.judged`): the situation without its history, and the hashes.

    `history` is null where none was known; `law` names the list of all packs that the gate was given. The verdict is
    as the law gave it; `released_by` is the second person who let a reviewed contact be made all the same.
    """

    situation: Situation
    history: str | None
    law: str
    verdict: Verdict
    released_by: UUID | None = None

    def holding(self) -> Verdict:
        """Return what holds: a review that a second person released is allowed."""
        is_released = self.released_by is not None and self.verdict.decision is Decision.REVIEW
        return msgspec.structs.replace(self.verdict, decision=Decision.ALLOW) if is_released else self.verdict


class Judged(msgspec.Struct, frozen=True):
    """A verdict that stands in the journal under its id, and who released the contact, if somebody did."""

    id: UUID
    verdict: Verdict
    released_by: UUID | None = None

    def decision(self) -> Decision:
        """Return what holds: a review that was released is allowed."""
        return self.verdict.decision if self.released_by is None else Decision.ALLOW


class Kept(msgspec.Struct, frozen=True):
    """A record with all that it names: bodies by (kind, SHA-256 in hexadecimal)."""

    id: UUID
    tenant_id: UUID
    record: Record
    inputs: dict[tuple[str, str], str]


class Replay(msgspec.Struct, frozen=True):
    """What came out when a verdict was made again from its record alone; without `faults` it agrees."""

    verdict: Verdict | None
    faults: list[str]


class RuleText(msgspec.Struct, frozen=True):
    """What a rule that fired means, in both languages, and the text that it is modelled on."""

    id: str
    zh: str
    en: str
    source: str


class ContactVerdict(msgspec.Struct, frozen=True):
    """What the gate says of one number or address; `earliest_allowed_at` is on the person's clock.

    `to_id` is null where the case has none for this channel.
    """

    to_id: UUID | None
    decision: Decision
    rule_ids: list[str]
    conditions: list[str]
    earliest_allowed_at: str | None


class ContactVerdicts(msgspec.Struct, frozen=True):
    """A look ahead: each number or address of a case, as it would be judged at `at`, and the rules that are named."""

    at: datetime
    items: list[ContactVerdict]
    rules: list[RuleText]


class AttemptWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contact that is about to be made, with what the collector can show just now."""

    channel: Channel
    to_id: UUID | None
    place: Place | None
    headcount: Annotated[int, Meta(ge=1, le=100)]
    planned_minutes: Annotated[int, Meta(ge=0, le=1_440)]
    recording: bool
    registered_caller_id: bool
    badge: bool
    authorisation: bool
    content: Content


class AttemptJudged(msgspec.Struct, frozen=True):
    """The verdict on an attempt; it stands in the journal under `id`.

    A contact that somebody released (`released_by`) is allowed; the journal keeps what the law alone said.
    """

    id: UUID
    released_by: UUID | None
    verdict: ContactVerdict
    rules: list[RuleText]


class Ruling(StrEnum):
    """What a reviewer finds of a contact that would have been held back."""

    EXPLAINED = "explained"
    UPHELD = "upheld"


class ExceptionDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reviewer says of an exception, and why; it is open no longer."""

    ruling: Ruling
    reason: Reason


class ExceptionView(msgspec.Struct, frozen=True):
    """A contact that the gate would have held back: which, whose, and by which rules."""

    id: UUID
    case_id: UUID
    channel: Channel
    source_id: UUID
    verdict_id: UUID
    rule_ids: list[str]
    user_id: UUID | None
    happened_at: datetime


class ExceptionList(msgspec.Struct, frozen=True):
    """The exceptions that wait, the latest first."""

    items: list[ExceptionView]
