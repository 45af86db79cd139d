"""What do a case, its parties and the facts people edit look like on the wire?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

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
