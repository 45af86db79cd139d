"""How does a reviewer say what was seen, and how are visits drawn to be checked again?"""

import secrets
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.evidence import review_list, reviewing
from backend.evidence.review_list_queries import Wanted
from backend.evidence.review_schemas import (
    VISITS_A_PAGE_MAX,
    DrawList,
    DrawView,
    DrawWish,
    ReviewList,
    ReviewState,
    ReviewView,
    ReviewWish,
    VisitPage,
    Window,
)
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.problems import MALFORMED, Problem
from backend.kernel.web import Raw

Limit = Annotated[int, QueryParameter(ge=1, le=VISITS_A_PAGE_MAX)]
Place = Annotated[str | None, QueryParameter(max_length=60)]


@get("/visits", opt={"permission": Permission.EVIDENCE_REVIEW})
async def to_review(
    who: Who,
    raw: Raw,
    begins_at: FromQuery[datetime],
    ends_at: FromQuery[datetime],
    review_state: FromQuery[ReviewState | None] = None,
    band: FromQuery[Literal["low", "medium", "high"] | None] = None,
    user_id: FromQuery[UUID | None] = None,
    team_id: FromQuery[UUID | None] = None,
    after: Place = None,
    limit: Limit = 50,
) -> VisitPage:
    """List visits that began in a window (at most 31 days), those most worth a look first."""
    lowest, below = review_list.bounds_of(band)
    wanted = Wanted(_window(begins_at, ends_at), user_id, team_id, review_state and review_state.value, lowest, below)
    return await review_list.page(raw, who, wanted, after, limit)


def _window(begins_at: datetime, ends_at: datetime) -> Window:
    try:
        return msgspec.convert({"begins_at": begins_at, "ends_at": ends_at}, Window)
    except ValueError as error:
        raise Problem(MALFORMED, fields=[{"field": "ends_at", "says": str(error)}]) from error


@post("/reviews", opt={"permission": Permission.EVIDENCE_REVIEW})
async def review(who: Who, raw: Raw, data: JSONBody[ReviewWish]) -> ReviewView:
    """Say to a visit, or to one photo of it, that it is well, that one asks, or that somebody goes there."""
    return await reviewing.review(raw, who.act(clock.now()), who.user_id, data)


@get("/reviews", opt={"permission": Permission.EVIDENCE_READ})
async def reviews_of(who: Who, raw: Raw, visit_id: FromQuery[UUID]) -> ReviewList:
    """List what was said to a visit and its photos; where somebody will go only for those who review or audit."""
    return ReviewList(items=await reviewing.reviews_of(raw, who, visit_id))


@post("/draws", opt={"permission": Permission.EVIDENCE_REVIEW})
async def draw(who: Who, raw: Raw, data: JSONBody[DrawWish]) -> DrawView:
    """Draw visits of a window that somebody else checks; those with a high score are drawn more often."""
    return await reviewing.draw(raw, who, who.act(clock.now()), data, data.seed or secrets.token_hex(8))


@get("/draws", opt={"permission": Permission.EVIDENCE_REVIEW})
async def draws_of(who: Who, raw: Raw) -> DrawList:
    """List the own draws, and those of everybody for whoever sees the whole lender."""
    return DrawList(items=await reviewing.draws_of(raw, who))


@get("/draws/{draw_id:uuid}", opt={"permission": Permission.EVIDENCE_REVIEW})
async def draw_of(who: Who, raw: Raw, draw_id: FromPath[UUID]) -> DrawView:
    """Show one draw with its visits in the order of their lots, and where each stands now."""
    return await reviewing.draw_of(raw, who, draw_id)


router = Router(
    path="/evidence", route_handlers=[to_review, review, reviews_of, draw, draws_of, draw_of], tags=["evidence"]
)
