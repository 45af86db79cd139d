"""What do the switch and the people of the living demo look like?"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.kernel.geo import Point


class LiveView(msgspec.Struct, frozen=True):
    """Whether this lender is the demo's, and whether its people act by themselves.

    `pace` says how many simulated seconds pass in one; `is_held` that the operator holds the demo still, whatever the
    switch says.
    """

    is_demo: bool
    is_on: bool
    is_held: bool
    pace: int
    changed_at: datetime | None


class LiveWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the demo shall live."""

    is_on: bool


class NextStop(msgspec.Struct, frozen=True):
    """The door that a walker goes to; `arrive_at` and `waits_s` are what the plan says, at the pace of the clock."""

    id: UUID
    case_id: UUID
    address_id: UUID
    door: Point
    arrive_at: datetime
    waits_s: int
    obligor_ref: str
    address_line: str
    currency: str
    overdue_minor: int


class Walker(msgspec.Struct, frozen=True):
    """A collector whom the simulation moves: where, since when, done with what, and next where."""

    user_id: UUID
    device_id: UUID | None
    last_seq: int
    zone: str
    language: str
    shift_start_minute: int
    shift_end_minute: int
    start: Point | None
    end: Point | None
    on_duty_since: datetime | None
    place: Point | None
    place_at: datetime | None
    free_at: datetime | None
    day_begins_at: datetime | None
    stop: NextStop | None


class GoOnDuty(msgspec.Struct, frozen=True):
    """The walker's day begins here."""

    place: Point


class Drive(msgspec.Struct, frozen=True):
    """The walker has come so far."""

    place: Point


class Knock(msgspec.Struct, frozen=True):
    """The walker has been at the door since then, and is done there when `stay` has passed."""

    since: datetime


class GoOffDuty(msgspec.Struct, frozen=True):
    """The walker is home."""


Deed = GoOnDuty | Drive | Knock | GoOffDuty
"""What a walker does now; None: waits."""


class Owing(msgspec.Struct, frozen=True):
    """What an account owes by its newest balance."""

    account_id: UUID
    account_ref: str
    obligor_id: UUID
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    overdue_minor: int
    days_past_due: int
    currency: str


class OpenPromise(msgspec.Struct, frozen=True):
    """A promise that nobody has kept or broken yet; `due_on` is a local day of the lender."""

    id: UUID
    case_id: UUID
    obligor_id: UUID
    obligor_ref: str
    amount_minor: int
    made_at: datetime
    due_on: date
    tolerance_days: int


class PaidAtDoor(msgspec.Struct, frozen=True):
    """What a client said at the door to have paid and what has not come in yet."""

    visit_id: UUID
    obligor_id: UUID
    amount_minor: int
    ended_at: datetime


class Visited(msgspec.Struct, frozen=True):
    """A client whom a walker visited lately, who promised nothing and from whom nothing came yet."""

    visit_id: UUID
    obligor_id: UUID
    obligor_ref: str
    ended_at: datetime


class Coming(msgspec.Struct, frozen=True):
    """Money that a client sends; null is all that is overdue. `ref` is the same whenever it is thought of again."""

    ref: str
    obligor_id: UUID
    amount_minor: int | None


class TeamRound(msgspec.Struct, frozen=True):
    """How far a field team is with today; `published_at` is null without a plan, `last_at` while nothing is done.

    `begins_at` is when the first of those who still have a stop sets out by the plan.
    """

    team_id: UUID
    lead_id: UUID
    day: date
    published_at: datetime | None
    begins_at: datetime | None
    last_at: datetime | None
    stops_left: int
    rounds: int
    has_human: bool
