"""What do lists of cases, assignments, territories, conflicts and the desk's queue look like on the wire?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.cases.schemas import FactLine
from backend.kernel.geo import Point

CASES_A_STEP_MAX = 5000
CORNERS_MAX = 500
LOAD_MAX = 300
"""From so many open cases on, one person's list is more than a month of doors: the preview warns."""

Corners = Annotated[list[Point], msgspec.Meta(min_length=3, max_length=CORNERS_MAX + 1)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class CaseRow(msgspec.Struct, frozen=True):
    """One line of a list of cases; `promise_*` is the next open promise."""

    id: UUID
    number: str
    name: str
    is_company: bool
    kind: str
    state: str
    bucket: str
    days_past_due: int
    currency: str
    overdue_minor: int
    balance_minor: int
    grade: str | None
    score: float
    reasons: list[str]
    attempts: int
    last_attempt_at: datetime | None
    last_result: str | None
    team_id: UUID | None
    desk_team_id: UUID | None
    assignee_id: UUID | None
    assignee_name: str | None
    door: Point | None
    promise_minor: int | None
    promise_due_on: date | None


class CasePage(msgspec.Struct, frozen=True):
    """A page of cases, the highest score first; `next` is the `after` of the following page, or null."""

    cases: list[CaseRow]
    next: str | None


class CaseFilter(msgspec.Struct, frozen=True):
    """Which cases a list shows; null does not filter."""

    team_id: UUID | None = None
    desk_team_id: UUID | None = None
    assignee_id: UUID | None = None
    is_unassigned: bool = False
    is_closed: bool = False
    state: str | None = None
    bucket: str | None = None
    search: str | None = None


class NearCase(msgspec.Struct, frozen=True):
    """A case with the distance of its door, as the crow flies."""

    case: CaseRow
    distance_m: int


class NearPage(msgspec.Struct, frozen=True):
    """The open cases around a place, the nearest first."""

    center: Point
    radius_m: int
    cases: list[NearCase]


class AssignReason(StrEnum):
    """Why cases change hands."""

    MANUAL = "manual"
    TERRITORY = "territory"
    PROXIMITY = "proximity"
    ROTATION = "rotation"
    RECALL = "recall"
    PLAN = "plan"
    UNDO = "undo"


class AssignWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which cases shall go to whom (null: to nobody, a recall).

    Exactly one of `case_ids`, `territory_id` and `area` says which; a polygon takes the open cases whose door it holds.
    """

    case_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=CASES_A_STEP_MAX)] | None
    territory_id: UUID | None
    area: Corners | None
    user_id: UUID | None
    only_unassigned: bool
    reason: Literal["manual", "territory", "proximity", "rotation", "recall"]


class Warned(StrEnum):
    """What a lead should know before cases change hands."""

    OTHER_TERRITORY = "other_territory"
    DONE_TODAY = "done_today"
    NO_DOOR = "no_door"
    LEAVES_TEAM = "leaves_team"


class AssignLine(msgspec.Struct, frozen=True):
    """What would happen to one case; nothing when `is_change` is false."""

    case_id: UUID
    number: str
    name: str
    from_user_id: UUID | None
    from_user_name: str | None
    to_user_id: UUID | None
    team_id: UUID | None
    desk_team_id: UUID | None
    is_change: bool
    warnings: list[Warned]


class Load(msgspec.Struct, frozen=True):
    """How many open cases somebody has before and after; `is_over`: more than one person can work."""

    user_id: UUID
    user_name: str
    before: int
    after: int
    is_over: bool


class AssignPreview(msgspec.Struct, frozen=True):
    """What an assignment would do; `unknown` counts wished cases that are closed or not the asker's to see."""

    lines: list[AssignLine]
    loads: list[Load]
    changes: int
    unknown: int


class AssignDone(msgspec.Struct, frozen=True):
    """What an assignment did; `batch_id` undoes it as long as nothing changed since."""

    batch_id: UUID
    changes: int
    loads: list[Load]


class CaseToMove(msgspec.Struct, frozen=True):
    """A case as the rules of assignment see it, with the territory that holds its door."""

    id: UUID
    number: str
    name: str
    zone: str
    team_id: UUID | None
    desk_team_id: UUID | None
    assignee_id: UUID | None
    assignee_name: str | None
    has_door: bool
    last_attempt_at: datetime | None
    territory_team_id: UUID | None
    territory_user_id: UUID | None


class Person(msgspec.Struct, frozen=True):
    """Somebody who may get cases: the teams are those that the asker sees too."""

    id: UUID
    name: str
    role: str
    is_active: bool
    field_team_ids: list[UUID]
    desk_team_ids: list[UUID]
    load: int


class Move(msgspec.Struct, frozen=True):
    """That a case goes to somebody (or nobody) and stands in these teams from now on."""

    case: CaseToMove
    user_id: UUID | None
    team_id: UUID | None
    desk_team_id: UUID | None


class TerritoryWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A polygon to be; `user_id` is the collector whose ground it is, or null for the whole team."""

    name: Name
    team_id: UUID
    user_id: UUID | None
    area: Corners


class TerritoryView(msgspec.Struct, frozen=True):
    """A polygon on the map, as an open ring of corners, with its open cases."""

    id: UUID
    name: str
    team_id: UUID
    user_id: UUID | None
    user_name: str | None
    area: list[Point]
    open_cases: int


class TerritoryPage(msgspec.Struct, frozen=True):
    """All territories that the asker sees."""

    territories: list[TerritoryView]


class ConflictView(msgspec.Struct, frozen=True):
    """The values that stand for one fact, side by side, the one that is shown first; a decision names all `heads`."""

    case_id: UUID
    case_number: str
    case_name: str
    field: str
    heads: list[UUID]
    values: list[FactLine]


class NextWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for the next case; `passed` are those that the caller has just passed over."""

    passed: Annotated[list[UUID], msgspec.Meta(max_length=50)]


class Blocked(StrEnum):
    """Why a case of the queue is not given out just now."""

    LEASED = "leased"
    COOLING = "cooling"
    PROMISE_WAITING = "promise_waiting"
    STATE = "state"
    GATE = "gate"
    NO_NUMBER = "no_number"


class QueueRow(msgspec.Struct, frozen=True):
    """A case of the queue; `opens_at` says when a blocked one comes up again, if that is known.

    `rule_ids` are those by which the gate holds it back.
    """

    case: CaseRow
    blocked: Blocked | None
    opens_at: datetime | None
    leased_to: str | None
    is_mine: bool
    rule_ids: list[str]


class QueuePage(msgspec.Struct, frozen=True):
    """The head of the queue in its order, and how many cases are open to be called (counted up to 1,000)."""

    rows: list[QueueRow]
    waiting: int


class NextCase(msgspec.Struct, frozen=True):
    """The case that is the caller's alone until `leased_until`; null when nothing is to be called just now."""

    case_id: UUID | None
    leased_until: datetime | None
