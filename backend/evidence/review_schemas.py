"""What does a review of evidence look like on the wire: a reviewer's word, the list, a draw of back-checks?"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.kernel.limits import Instant, ShortText

WINDOW_MAX = timedelta(days=31)
VISITS_A_PAGE_MAX = 100
DRAWN_MAX = 100
DRAWABLE_MAX = 50_000
"""Visits of a window; a lender with more draws by team or by day."""


class ReviewState(StrEnum):
    """Where a visit or a photo stands: nobody has looked, it is well, the collector is asked, somebody goes there."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    QUESTIONED = "questioned"
    BACK_CHECK = "back_check"


class ReviewView(msgspec.Struct, frozen=True):
    """What a reviewer said; `evidence_id` is null for the whole visit, `draw_id` of one that was drawn by lot."""

    id: UUID
    visit_id: UUID
    evidence_id: UUID | None
    state: Literal["accepted", "questioned", "back_check"]
    reason: str
    user_id: UUID
    reviewer: str
    draw_id: UUID | None
    at: datetime


class ReviewList(msgspec.Struct, frozen=True):
    """What was said to a visit and its photos, the newest first, at most 200."""

    items: list[ReviewView]


class ReviewWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reviewer says to a visit, or to one photo of it; only what is well needs no reason."""

    visit_id: UUID
    evidence_id: UUID | None
    state: Literal["accepted", "questioned", "back_check"]
    reason: ShortText

    def __post_init__(self) -> None:
        if self.state != "accepted" and not self.reason.strip():
            raise ValueError("a question and a back-check need a reason")


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From when (inclusive) to when (exclusive) visits began, at most 31 days."""

    begins_at: Instant
    ends_at: Instant

    def __post_init__(self) -> None:
        if self.begins_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a moment needs its offset")
        if not timedelta() < self.ends_at - self.begins_at <= WINDOW_MAX:
            raise ValueError("ends_at must follow begins_at by at most 31 days")


class VisitToReview(msgspec.Struct, frozen=True):
    """A visit in the list of reviewers: its score is that of the photo that is most worth a look.

    `codes` are all signals of its photos, sorted; `photos_awaited` are still on the phone.
    """

    visit_id: UUID
    case_id: UUID
    case_number: str
    user_id: UUID
    collector: str
    started_at: datetime
    result: str
    is_inside: bool | None
    photos: int
    photos_awaited: int
    answers: int
    score: float
    band: Literal["low", "medium", "high"]
    codes: list[str]
    state: ReviewState
    reviewed_at: datetime | None


class VisitPage(msgspec.Struct, frozen=True):
    """Visits by score, the highest first; `after` asks for the next page, null on the last one."""

    items: list[VisitToReview]
    after: str | None


class DrawWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many visits of a window are to be checked by somebody else; without a seed one is made.

    The same seed over the same visits draws the same ones.
    """

    window: Window
    team_id: UUID | None
    count: Annotated[int, msgspec.Meta(ge=1, le=DRAWN_MAX)]
    seed: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] | None


class DrawnVisit(msgspec.Struct, frozen=True):
    """A visit that was drawn: its place in the draw (from 1), its score at that time, where it stands now."""

    place: int
    visit_id: UUID
    case_id: UUID
    case_number: str
    user_id: UUID
    collector: str
    started_at: datetime
    score: float
    state: ReviewState


class DrawView(msgspec.Struct, frozen=True):
    """A draw of back-checks: out of how many, by which seed, by whom; its visits only where one draw is asked for."""

    id: UUID
    seed: str
    window: Window
    team_id: UUID | None
    wanted: int
    population: int
    drawn_by: UUID
    drawn_at: datetime
    items: list[DrawnVisit] | None


class DrawList(msgspec.Struct, frozen=True):
    """The draws, the newest first, at most 200."""

    items: list[DrawView]
