"""What does the quality of calls look like on the wire?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from backend.compliance.contact_schemas import AttemptJudged
from backend.kernel.limits import Code, Note, ShortText

QUESTIONS_MAX = 40
INTEREST_MAX = 60
LISTED_MAX = 500
VERSION_MAX = 2**31 - 1
Permille = Annotated[int, msgspec.Meta(ge=0, le=1000)]
QuestionId = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Said = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Why(StrEnum):
    """Why a call was drawn: by the caller's share, so that each has enough, for its result, as an exception."""

    SHARE = "share"
    AT_LEAST = "at_least"
    INTEREST = "interest"
    EXCEPTION = "exception"


BY_LOT = frozenset({Why.SHARE, Why.AT_LEAST})
"""Only these speak for all calls of a caller; calls of interest are worse or better than most."""


class Interest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A result that is looked at more often, with the share of its calls that is drawn."""

    result: Code
    share_permille: Permille


class SamplingPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a week is sampled: a share of each caller's calls, at least so many of each, results of interest.

    A call that the gate would have held back is drawn always; no plan can switch that off.
    """

    share_permille: Permille
    at_least_a_week: Annotated[int, msgspec.Meta(ge=0, le=50)]
    interest: Annotated[list[Interest], msgspec.Meta(max_length=INTEREST_MAX)]


class PlanVersion(msgspec.Struct, frozen=True):
    """A plan with its version; 0 is the shipped one, which nobody made."""

    version: int
    plan: SamplingPlan
    made_by: UUID | None
    made_at: datetime | None


class SheetQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question of the score sheet; a "no" to a knock-out fails the whole call."""

    id: QuestionId
    zh: Said
    en: Said
    weight: Annotated[int, msgspec.Meta(ge=1, le=100)]
    is_knock_out: bool
    may_not_apply: bool


class ScoreSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A score sheet: its questions in the order asked, and from which score on a call is good enough."""

    questions: Annotated[list[SheetQuestion], msgspec.Meta(min_length=1, max_length=QUESTIONS_MAX)]
    pass_from_permille: Permille


class SheetVersion(msgspec.Struct, frozen=True):
    """A sheet with its version; 0 is the shipped one."""

    version: int
    sheet: ScoreSheet
    made_by: UUID | None
    made_at: datetime | None


class SheetAnswer(StrEnum):
    """What a reviewer says to a question."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class Score(msgspec.Struct, frozen=True):
    """What answers come to."""

    permille: int
    is_knocked_out: bool
    is_passed: bool
    failed: list[str]
    """Ids of the questions with a no, in the order of the sheet."""


class Drawable(msgspec.Struct, frozen=True):
    """A call that can be drawn."""

    call_id: UUID
    case_id: UUID
    caller_id: UUID
    result: str
    is_exception: bool


class Drawn(msgspec.Struct, frozen=True):
    """A call that was drawn, with each reason that holds for it."""

    call: Drawable
    why: list[Why]


class WeekWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which week is drawn, named by its Monday in the lender's zone."""

    week_on: date


class DrawDone(msgspec.Struct, frozen=True):
    """What a draw came to; the same week drawn again by the same seed only adds calls that came since."""

    week_on: date
    seed: str
    plan_version: int
    calls: int
    drawn: int
    added: int


class DrawnCall(msgspec.Struct, frozen=True):
    """A drawn call in the list; `recording` is the state of its recording, null when there is none.

    By `recording_id` it is heard at /v1/line/recordings once it is stored.
    """

    call_id: UUID
    case_id: UUID
    case_number: str
    caller_id: UUID
    caller: str
    started_at: datetime
    duration_s: int
    result: str
    why: list[Why]
    score_permille: int | None
    is_passed: bool | None
    recording: str | None
    recording_id: UUID | None
    has_open_check: bool
    open_tasks: int


class DrawnList(msgspec.Struct, frozen=True):
    """The drawn calls of a week, those without a score first, at most 500.

    From `seed`, the plan of that version and the calls anybody can draw again; both are null until the first draw.
    """

    week_on: date
    seed: str | None
    plan_version: int | None
    items: list[DrawnCall]


class ScoreWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers to every question of a version of the sheet; the id is made where they are given."""

    id: UUID
    sheet_version: Annotated[int, msgspec.Meta(ge=0, le=VERSION_MAX)]
    answers: Annotated[dict[QuestionId, SheetAnswer], msgspec.Meta(max_length=QUESTIONS_MAX)]
    note: Note


class ScoreView(msgspec.Struct, frozen=True):
    """A score as it was given; the latest of a call counts."""

    id: UUID
    sheet_version: int
    answers: dict[str, SheetAnswer]
    permille: int
    is_knocked_out: bool
    is_passed: bool
    note: str
    scored_by: UUID
    scorer: str
    scored_at: datetime


class CheckWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That somebody else wants to call back, on which number, by a telephone that shows it is ours and records."""

    id: UUID
    contact_point_id: UUID
    recording: bool
    registered_caller_id: bool


class Outcome(StrEnum):
    """What the client said when called back."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    NOT_REACHED = "not_reached"


class CheckClose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of a call back; the call that was made for it is named, for it is a contact of its own."""

    call_id: UUID
    outcome: Outcome
    note: Note


class CheckView(msgspec.Struct, frozen=True):
    """A call back: the verdict under which it was begun, by whom, and what came of it.

    `made_call_id` is the latest call that may end an open one: to that number, by that person, after the verdict.
    """

    id: UUID
    verdict_id: UUID
    contact_point_id: UUID
    checked_by: UUID
    checker: str
    opened_at: datetime
    check_call_id: UUID | None
    outcome: Outcome | None
    note: str
    closed_at: datetime | None
    made_call_id: UUID | None


class CheckOpened(msgspec.Struct, frozen=True):
    """What the gate says of a call back; the check is open only when it allows the call."""

    judged: AttemptJudged
    is_open: bool


class TaskWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that becomes a task: what was found and is to be learned, by whom, until which day."""

    id: UUID
    finding: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    owner_id: UUID
    due_on: date


class TaskProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What shows that a task is done; a later call of the owner may be named."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    call_id: UUID | None


class TaskReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the proof is taken; without it the task is open again, and the reason says why."""

    is_accepted: bool
    reason: ShortText


class TaskState(StrEnum):
    """How far a task has come."""

    OPEN = "open"
    PROVED = "proved"
    CLOSED = "closed"


class TaskView(msgspec.Struct, frozen=True):
    """A task with all that was said of it."""

    id: UUID
    call_id: UUID
    case_number: str
    finding: str
    owner_id: UUID
    owner: str
    due_on: date
    state: TaskState
    is_late: bool
    made_by: UUID
    maker: str
    made_at: datetime
    proof: str | None
    proof_call_id: UUID | None
    proved_at: datetime | None
    returned_for: str | None
    closed_by: UUID | None
    closed_at: datetime | None


class TaskList(msgspec.Struct, frozen=True):
    """Tasks, the open ones first and of these the earliest due, at most 500."""

    items: list[TaskView]


class CallDetail(msgspec.Struct, frozen=True):
    """A drawn call with all that was said of it; the sheet is the one to score it by now."""

    call: DrawnCall
    party: str
    note: str
    contacts: list[UUID]
    """Numbers of the case that a call back may use."""
    sheet: SheetVersion
    scores: list[ScoreView]
    checks: list[CheckView]
    tasks: list[TaskView]


class OwnScore(msgspec.Struct, frozen=True):
    """What a caller sees of the own calls: the latest score, with the questions that were answered no."""

    call_id: UUID
    case_number: str
    started_at: datetime
    permille: int
    is_passed: bool
    failed: list[SheetQuestion]
    note: str


class OwnQuality(msgspec.Struct, frozen=True):
    """The own scores, the latest first (at most 200), and the own tasks."""

    scores: list[OwnScore]
    tasks: list[TaskView]


class CallerFigures(msgspec.Struct, frozen=True):
    """Numbers of a caller over some weeks, the calls drawn by lot apart from those drawn for another reason.

    `mean_permille` and the interval of 95 % speak of the calls drawn by lot alone; null where there are too few.
    """

    caller_id: UUID
    caller: str
    drawn: int
    scored: int
    scored_by_lot: int
    mean_permille: int | None
    low_permille: int | None
    high_permille: int | None
    knocked_out: int
    checked: int
    differed: int
    open_tasks: int


class CallerList(msgspec.Struct, frozen=True):
    """Callers by name, never by score."""

    begins_on: date
    ends_on: date
    items: list[CallerFigures]
