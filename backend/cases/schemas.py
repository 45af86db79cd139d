"""What do a case, its parties and the facts people edit look like on the wire?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from backend.kernel.geo import Point
from backend.kernel.limits import ShortText


class CaseState(StrEnum):
    """Where a case stands (vocabulary: Case)."""

    NEW = "new"
    IN_GRACE = "in_grace"
    ACTIVE = "active"
    HOLD = "hold"
    PROMISE = "promise"
    PLAN = "plan"
    HARDSHIP = "hardship"
    DISPUTED = "disputed"
    PLACED = "placed"
    LEGAL = "legal"
    REPOSSESSION = "repossession"
    SETTLED = "settled"
    CURED = "cured"
    WRITTEN_OFF = "written_off"
    SOLD = "sold"
    CLOSED = "closed"


class FactField(StrEnum):
    """The facts of a case that people edit; two edits of one version become a conflict, never an overwrite."""

    NEXT_STEP = "next_step"
    VISIT_HINT = "visit_hint"
    DOOR_NOTE = "door_note"


class FactEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An edit that names the version it saw; 0 means that there was none."""

    case_id: UUID
    field: FactField
    base_version: Annotated[int, msgspec.Meta(ge=0)]
    value: ShortText


class ContactReveal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody unmasked a number or address, and said why."""

    case_id: UUID
    contact_point_id: UUID
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class LeaveReason(StrEnum):
    """Why a case is no longer on a phone."""

    REASSIGNED = "reassigned"
    CLOSED = "closed"
    ERASED = "erased"


class FactValue(msgspec.Struct, frozen=True):
    """A fact as it stands."""

    value: str
    version: int
    edited_at: datetime
    edited_by: str


class Owed(msgspec.Struct, frozen=True):
    """What all accounts of one obligor owe together, in one currency."""

    obligor_id: UUID
    kind: str
    currency: str
    overdue_minor: int
    balance_minor: int
    days_past_due: int
    account_count: int


class DoorCandidate(msgspec.Struct, frozen=True):
    """An address as the choice of the door sees it."""

    id: UUID
    kind: str
    is_own: bool
    is_usable: bool
    place: Point | None


class Holding(msgspec.Struct, frozen=True):
    """That somebody had a case from when until when; the present holder has no end."""

    user_id: UUID
    user_name: str
    assigned_at: datetime
    released_at: datetime | None


class CaseOnFile(msgspec.Struct, frozen=True):
    """What the rules about facts need to know of a case."""

    id: UUID
    currency: str
    zone: str
    closed_at: datetime | None
    team_ids: list[UUID]
    holdings: list[Holding]


class Worker(msgspec.Struct, frozen=True):
    """Who puts a fact on a case. `team_ids` is empty for a collector, whose own assignments decide."""

    user_id: UUID
    team_ids: tuple[UUID, ...]
    sees_tenant: bool


class Assignment(msgspec.Struct, frozen=True):
    """That one case goes to one person, or to nobody."""

    case_id: UUID
    user_id: UUID | None


class CaseChange(msgspec.Struct, frozen=True):
    """What a refresh from the book did to one case."""

    case_id: UUID
    obligor_id: UUID
    is_new: bool
    state: CaseState
    overdue_before_minor: int | None
    overdue_minor: int
    days_past_due: int


class Fact(msgspec.Struct, frozen=True):
    """A fact as it stands."""

    value: str
    version: int
    edited_by: UUID
    edited_at: datetime
    mutation_id: UUID | None


class Edited(msgspec.Struct, frozen=True):
    """An edit with who made it, when (UTC), on which device, and the id of the item that carried it."""

    edit: FactEdit
    user_id: UUID
    at: datetime
    device_id: UUID
    mutation_id: UUID


class Conflict(msgspec.Struct, frozen=True):
    """Two values for one fact."""

    id: UUID
    sent: Edited
    stored: Fact
