"""What does the lead's board look like on the wire? People, their day so far, what is late; routes for the map."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.kernel.geo import Point
from backend.routing.schemas import StopState


class Sum(msgspec.Struct, frozen=True):
    """An amount in one currency."""

    currency: str
    amount_minor: int


class BoardRow(msgspec.Struct, frozen=True):
    """One collector, as the database says: the place stands only while on duty, `unsent` and `seen_at` are the phones'.

    `next_late_at` is when the next stop should be over.
    """

    user_id: UUID
    name: str
    shift_start_minute: int
    shift_end_minute: int
    on_duty_since: datetime | None
    place: Point | None
    place_at: datetime | None
    stops_done: int
    stops_skipped: int
    stops_planned: int
    next_case_id: UUID | None
    next_arrive_at: datetime | None
    next_late_at: datetime | None
    last_record_at: datetime | None
    records: int
    collected: list[Sum]
    promised: list[Sum]
    open_cases: int
    unsent: int
    seen_at: datetime | None


class BoardLine(msgspec.Struct, frozen=True):
    """A collector with what follows from the row: is a check-in overdue, how late is the day, how long nothing came."""

    row: BoardRow
    is_overdue: bool
    late_minutes: int
    idle_minutes: int | None


class DuePromise(msgspec.Struct, frozen=True):
    """A promise that falls due today."""

    id: UUID
    case_id: UUID
    number: str
    name: str
    assignee_id: UUID | None
    amount_minor: int
    currency: str
    due_on: date


class Board(msgspec.Struct, frozen=True):
    """The team just now."""

    at: datetime
    day: date
    lines: list[BoardLine]
    on_duty: int
    overdue: int
    collected: list[Sum]
    promised: list[Sum]
    promises_due: list[DuePromise]


class RouteStop(msgspec.Struct, frozen=True):
    """A stop on the map."""

    id: UUID
    case_id: UUID
    number: str
    name: str
    position: int
    place: Point | None
    arrive_at: datetime
    leave_at: datetime
    drive_s: int
    state: StopState
    is_locked: bool
    is_must: bool
    state_at: datetime | None


class RouteLine(msgspec.Struct, frozen=True):
    """The route of one collector."""

    plan_id: UUID
    user_id: UUID
    name: str
    start: Point | None
    end: Point | None
    stops: list[RouteStop]


class TeamRoutes(msgspec.Struct, frozen=True):
    """The published routes of a day."""

    day: date
    routes: list[RouteLine]
