"""What does evidence whose retention is over look like on the wire?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

APPROVED_AT_ONCE_MAX = 200


class DeletionMode(StrEnum):
    """What happens at the end of retention: nothing, two people agree first, or it goes at once."""

    OFF = "off"
    TWO_PEOPLE = "two_people"
    AT_ONCE = "at_once"


class DeletionView(msgspec.Struct, frozen=True):
    """Evidence whose retention is over, and who agreed to its deletion so far."""

    evidence_id: UUID
    case_id: UUID
    case_number: str
    kind: Literal["photo", "audio", "signature"]
    taken_at: datetime
    basis: str
    due_at: datetime
    found_at: datetime
    first_by: UUID | None
    first_name: str | None
    first_at: datetime | None
    second_by: UUID | None
    second_name: str | None
    second_at: datetime | None


class DeletionList(msgspec.Struct, frozen=True):
    """What waits for its deletion, at most 200, by id; `after` asks for the next page, null on the last one."""

    mode: DeletionMode
    items: list[DeletionView]
    after: UUID | None


class ApprovalWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which evidence somebody agrees to delete."""

    evidence_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=APPROVED_AT_ONCE_MAX)]


class Approved(msgspec.Struct, frozen=True):
    """How much was agreed to: as the first of two, and as the second, after which it goes with the next run."""

    first: int
    second: int
