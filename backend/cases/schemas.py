"""What do a case, its parties and the facts people edit look like on the wire?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from backend.kernel.geo import Point
from backend.kernel.limits import ShortText

FACT_BASES_MAX = 16
"""How many edits a phone names that it saw standing: more open values than anybody reads at a door."""
FACT_EDITS_MAX = 1000
"""From here on a fact takes no further edit: some hundred times what a case sees in its life."""


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
    """The facts of a case that people edit; edits that did not see each other stand side by side (docs/MERGING.md)."""

    NEXT_STEP = "next_step"
    VISIT_HINT = "visit_hint"
    DOOR_NOTE = "door_note"


class FactEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An edit that names the edits which its author saw standing, own unsent ones included; none: an empty fact.

    `base_version` says what was seen where no ids are known: bodies of schema 1, and cases that a phone pulled before
    it was updated. It counts as having seen all that stands, when it is the present version, and nothing otherwise.
    """

    case_id: UUID
    field: FactField
    base_ids: Annotated[list[UUID], msgspec.Meta(max_length=FACT_BASES_MAX)]
    value: ShortText
    base_version: Annotated[int, msgspec.Meta(ge=0)] | None = None


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


class FactLine(msgspec.Struct, frozen=True):
    """One edit of a fact: what, by whom, when."""

    id: UUID
    value: str
    by: str
    at: datetime


class FactValue(msgspec.Struct, frozen=True):
    """A fact as it stands: the edit that is shown, all that stand, and the latest edits of all, newest first.

    `others` has one line for each further value that stands: an open conflict. An edit names `heads`. `version` counts
    the edits, for phones of an older version.
    """

    value: str
    version: int
    edited_at: datetime
    edited_by: str
    id: UUID
    heads: list[UUID]
    others: list[FactLine]
    history: list[FactLine]


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


class Edit(msgspec.Struct, frozen=True):
    """One edit of a fact as it is kept: who made it, when (UTC), where (no device: at a desk), on top of which."""

    id: UUID
    case_id: UUID
    field: str
    value: str
    base_ids: list[UUID]
    user_id: UUID
    device_id: UUID | None
    at: datetime


class FactOnFile(msgspec.Struct, frozen=True):
    """All edits of one fact, in no order, and how many there have been."""

    version: int
    edits: list[Edit]


class Fact(msgspec.Struct, frozen=True):
    """A fact as it stands: `heads` are all edits that stand, newest first, `others` one for each value not shown."""

    version: int
    shown: Edit
    heads: list[Edit]
    others: list[Edit]


class FactWrites(msgspec.Struct, frozen=True):
    """What a batch does to facts: its edits, what stands after it by (case, field), and the edits that crossed another.

    The lists are filled while the batch is decided.
    """

    edits: list[Edit] = []
    facts: dict[tuple[UUID, str], Fact] = {}
    crossed: list[Edit] = []


class FactDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What shall hold of a fact from now on: an edit like any other, over all that its author saw standing.

    `id` is made where the decision is made, so that the same decision sent twice is one.
    """

    id: UUID
    case_id: UUID
    field: FactField
    base_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=FACT_EDITS_MAX)]
    value: ShortText
