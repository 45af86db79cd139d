"""What is asked of the planner? People with shifts, doors with hours, and what each door is worth.

All times are whole seconds from one base instant (the local midnight of the day), all distances whole metres.
"""

from enum import StrEnum
from uuid import UUID

import msgspec

from backend.kernel.geo import Point

SERVICE_S = 15 * 60
"""Until visits are timed by kind: a quarter of an hour at a door."""

CANDIDATES_A_COLLECTOR = 60
SOLVER_S_MAX = 60


class Mode(StrEnum):
    """How somebody gets about."""

    CAR = "car"
    BICYCLE = "bicycle"
    FOOT = "foot"


class Collector(msgspec.Struct, frozen=True):
    """Somebody who works that day, from where to where and between which hours."""

    id: UUID
    start: Point
    end: Point
    shift_start_s: int
    shift_end_s: int


class Candidate(msgspec.Struct, frozen=True):
    """A door that may be visited. `id` is the case; `prize_m` says how many metres of way the visit is worth.

    `holder` binds it to one collector (the case is theirs, or the lead locked the stop there), `barred` are those who
    may not go by law; `is_must` asks for it whatever it is worth.
    """

    id: UUID
    place: Point
    service_s: int
    window_start_s: int
    window_end_s: int
    prize_m: int
    is_must: bool
    holder: UUID | None
    barred: list[UUID] = []

    def may_be_visited_by(self, collector: UUID) -> bool:
        """Tell whether somebody may go there."""
        return self.holder in {None, collector} and collector not in self.barred


class Pause(msgspec.Struct, frozen=True):
    """The break of the whole team: it begins at `at_s`, or when the visit under way then ends."""

    at_s: int
    length_s: int


class Problem(msgspec.Struct, frozen=True):
    """One team and one day."""

    collectors: list[Collector]
    candidates: list[Candidate]
    pause: Pause | None
    mode: Mode


class Solution(msgspec.Struct, frozen=True):
    """Which candidates (by place in the problem) each collector visits, in which order; one list per collector."""

    routes: list[list[int]]
    iterations: int
    cost: int


class Visit(msgspec.Struct, frozen=True):
    """One stop of a route in time. `window_*` is what hours and shift leave; late when the visit begins after it."""

    candidate: UUID
    arrive_s: int
    leave_s: int
    window_start_s: int
    window_end_s: int
    drive_s: int
    drive_m: int
    is_late: bool


class Route(msgspec.Struct, frozen=True):
    """The day of one collector: stops, the way home, the break that was taken, and when it ends."""

    collector: UUID
    visits: list[Visit]
    pause_start_s: int | None
    home_drive_s: int
    home_drive_m: int
    end_s: int
    is_overtime: bool


class WhyNot(StrEnum):
    """Why a door is not in the plan."""

    NO_DOOR = "no_door"
    NOT_LAWFUL = "not_lawful"
    OVER_CAP = "over_cap"
    OUTSIDE_HOURS = "outside_hours"
    TOO_FAR = "too_far"
    NO_TIME = "no_time"
    NOT_WORTH_THE_WAY = "not_worth_the_way"
    HOLDER_ABSENT = "holder_absent"
