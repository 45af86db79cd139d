"""What do a wished plan, a plan, a change to it and the team's board look like on the wire?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from backend.compliance.contact_schemas import RuleText
from backend.compliance.schemas import PackUsed
from backend.kernel.geo import Point
from backend.routing.problem import SOLVER_S_MAX, Mode, WhyNot
from backend.routing.schemas import StopState


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"


class PlanStatus(StrEnum):
    """How far a draft is computed."""

    SOLVING = "solving"
    READY = "ready"
    FAILED = "failed"


class PlanWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day to be planned for a team.

    `user_ids` null: every active collector of the team. Assigned cases stay with their holder unless `may_move_cases`.
    The break of `break_minutes` (0: none) begins at `break_at_minute` after local midnight, for all.
    """

    team_id: UUID
    day: date
    user_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=50)] | None
    must_case_ids: Annotated[list[UUID], msgspec.Meta(max_length=500)]
    seconds: Annotated[int, msgspec.Meta(ge=1, le=SOLVER_S_MAX)]
    mode: Mode
    break_at_minute: Annotated[int, msgspec.Meta(ge=0, le=1439)]
    break_minutes: Annotated[int, msgspec.Meta(ge=0, le=120)]
    may_move_cases: bool


class ProgressPoint(msgspec.Struct, frozen=True):
    """The best gain after so many seconds of solving, in metres of way worth more than it costs."""

    at_s: float
    gain_m: int


class Unplanned(msgspec.Struct, frozen=True):
    """A case that is not in the plan, and why; `rule_ids` say which rules leave no minute (of older plans: none)."""

    case_id: UUID
    number: str
    name: str
    score: float
    reason: WhyNot
    rule_ids: list[str] = []


class DayEnd(msgspec.Struct, frozen=True):
    """When the day of one collector ends, with the break that was planned."""

    user_id: UUID
    shift_start: datetime
    shift_end: datetime
    pause_start: datetime | None
    pause_end: datetime | None
    home_drive_s: int
    home_drive_m: int
    end_at: datetime
    is_overtime: bool


class Summary(msgspec.Struct, frozen=True):
    """What is known of a plan beside its stops; kept with the plan as it was computed.

    `law` are the packs by which the gate gave the windows of its stops; a plan of before the gate has none.
    """

    status: PlanStatus
    wish: PlanWish
    started_at: datetime
    curve: list[ProgressPoint] = []
    iterations: int = 0
    gain_m: int = 0
    unplanned: list[Unplanned] = []
    days: list[DayEnd] = []
    error: str | None = None
    is_stopping: bool = False
    law: list[PackUsed] = []


class PlanProgress(msgspec.Struct, frozen=True):
    """How far a draft is."""

    id: UUID
    status: PlanStatus
    curve: list[ProgressPoint]
    iterations: int
    error: str | None


class Stretch(msgspec.Struct, frozen=True):
    """A half-open stretch of time."""

    start: datetime
    end: datetime


class StopView(msgspec.Struct, frozen=True):
    """One stop of a plan, as the lead sees it.

    `headcount` is how many must stand at the door; `lawful` when the visit may begin, by the law that the plan was made
    by; `rule_ids` why it takes two, or what took a blocked stop out of the day.
    """

    id: UUID
    case_id: UUID
    number: str
    name: str
    user_id: UUID
    position: int
    place: Point | None
    arrive_at: datetime
    leave_at: datetime
    window_start: datetime
    window_end: datetime
    drive_s: int
    drive_m: int
    is_locked: bool
    is_must: bool
    reasons: list[str]
    state: StopState
    skip_reason: str | None
    headcount: int
    lawful: list[Stretch]
    rule_ids: list[str]
    currency: str
    overdue_minor: int
    score: float


class PlanView(msgspec.Struct, frozen=True):
    """A whole plan; `must_case_ids` is what it was asked to visit, whether it could or not.

    `law` are the packs that it was made by, `rules` the texts of all rules that its stops and left-out cases name.
    """

    id: UUID
    team_id: UUID
    day: date
    zone: str
    state: PlanState
    status: PlanStatus
    made_by: UUID
    made_at: datetime
    published_at: datetime | None
    stops: list[StopView]
    days: list[DayEnd]
    unplanned: list[Unplanned]
    must_case_ids: list[UUID]
    gain_m: int
    curve: list[ProgressPoint]
    error: str | None
    law: list[PackUsed]
    rules: list[RuleText]


class PlanLine(msgspec.Struct, frozen=True):
    """A plan in a list."""

    id: UUID
    team_id: UUID
    day: date
    state: PlanState
    status: PlanStatus
    made_by: str
    made_at: datetime
    published_at: datetime | None
    stops: int
    gain_m: int


class PlanList(msgspec.Struct, frozen=True):
    """The plans of a day, the newest first."""

    plans: list[PlanLine]


class DiffLine(msgspec.Struct, frozen=True):
    """How a case differs between the published plan and this one; null on one side: not in that plan."""

    case_id: UUID
    number: str
    name: str
    from_user_id: UUID | None
    to_user_id: UUID | None
    from_position: int | None
    to_position: int | None


class PlanDiff(msgspec.Struct, frozen=True):
    """What publishing would change; `against` is the plan that is published now, or null.

    `unlawful_case_ids` are stops of the draft that the law meanwhile forbids: they are left out.
    """

    against: UUID | None
    added: list[DiffLine]
    removed: list[DiffLine]
    moved: list[DiffLine]
    kept: int
    handed_over: int
    unlawful_case_ids: list[UUID]


class StopEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change by the lead to one case of a plan; null leaves as it is.

    `user_id` with `position` (from 1; null: the cheapest place) puts the case there, from another route or from
    outside the plan; `is_out` takes it out.
    """

    case_id: UUID
    user_id: UUID | None
    position: Annotated[int, msgspec.Meta(ge=1, le=200)] | None
    is_locked: bool | None
    is_must: bool | None
    is_out: bool


class RoutePrice(msgspec.Struct, frozen=True):
    """What a change costs one collector: the end of the day and the way, before and after."""

    user_id: UUID
    end_before: datetime
    end_after: datetime
    minutes: int
    drive_m: int
    late_case_ids: list[UUID]
    is_overtime: bool


class EditPrice(msgspec.Struct, frozen=True):
    """What a change costs and brings. `is_lawful` is false when a visit would begin outside its hours: it is refused.

    `rules` are those that leave the client no minute of that day, or ask for a second person (`headcount`).
    `gain` is the score that the plan wins or loses, `overdue_minor` the money standing open behind it.
    """

    routes: list[RoutePrice]
    gain: float
    overdue_minor: int
    currency: str | None
    is_lawful: bool
    lawful_until: datetime | None
    changes_holder: bool
    headcount: int
    rules: list[RuleText]


class VisitableCase(msgspec.Struct, frozen=True):
    """A case as the planner sees it."""

    id: UUID
    number: str
    name: str
    zone: str
    score: float
    currency: str
    overdue_minor: int
    reasons: list[str]
    assignee_id: UUID | None
    door_address_id: UUID | None
    door: Point | None
    is_promise_due: bool


class WorkingPerson(msgspec.Struct, frozen=True):
    """Somebody as the planner sees them; `last_*` say where they stand in a day under way."""

    id: UUID
    name: str
    zone: str
    shift_start_minute: int
    shift_end_minute: int
    start: Point | None
    end: Point | None
    last_place: Point | None
    last_ended_at: datetime | None
    is_agency: bool = False


class Lawful(msgspec.Struct, frozen=True):
    """When a case may be visited, in seconds of the day (half-open), and by how many at least.

    `rule_ids` say why there is no window, or why it takes two.
    """

    windows_s: list[tuple[int, int]]
    headcount: int
    rule_ids: list[str]


class PlanHead(msgspec.Struct, frozen=True):
    """A plan without its stops."""

    id: UUID
    team_id: UUID
    day: date
    zone: str
    state: PlanState
    made_by: UUID
    made_at: datetime
    published_at: datetime | None
    summary: Summary


class NewStop(msgspec.Struct, frozen=True):
    """A stop to be written, with the law that it is planned by."""

    case_id: UUID
    user_id: UUID
    address_id: UUID | None
    position: int
    arrive_at: datetime
    leave_at: datetime
    window_start: datetime
    window_end: datetime
    drive_s: int
    drive_m: int
    is_locked: bool
    is_must: bool
    reasons: list[str]
    headcount: int
    lawful: list[Stretch]
    rule_ids: list[str]
