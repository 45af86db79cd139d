"""Which visits does a reviewer look at first? By the score of their photos, page by page."""

import math
import re
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence import review_list_queries as queries
from backend.evidence.manifests import Code
from backend.evidence.review_list_queries import VisitRow, Wanted
from backend.evidence.review_schemas import VISITS_A_PAGE_MAX, ReviewState, VisitPage, VisitToReview
from backend.evidence.scoring import BASE, HIGH_FROM, MEDIUM_FROM, WEIGHTS, band_of, log_odds, probability
from backend.identity.principal import Principal
from backend.kernel.problems import MALFORMED, Problem

THOUSAND = 1000
_CURSOR = re.compile(r"(-?[0-9]{1,9})~([0-9a-f-]{36})")


def weights() -> dict[Code, int]:
    """Return the weights of signals in thousandths."""
    return {code: round(weight * THOUSAND) for code, weight in WEIGHTS.items()}


def bounds_of(band: Literal["low", "medium", "high"] | None) -> tuple[int | None, int | None]:
    """Return from and below which weight, in thousandths, the visits of a band are; null where it has no end."""
    medium, high = (math.ceil((log_odds(score) - BASE) * THOUSAND) for score in (MEDIUM_FROM, HIGH_FROM))
    return {None: (None, None), "low": (None, medium), "medium": (medium, high), "high": (high, None)}[band]


def read_cursor(text: str) -> tuple[int, UUID]:
    """Read where a page ended: weight and id; raises Problem (malformed)."""
    found = _CURSOR.fullmatch(text)
    try:
        return (int(found[1]), UUID(found[2])) if found else _not_a_cursor()
    except ValueError:
        return _not_a_cursor()


def _not_a_cursor() -> tuple[int, UUID]:
    raise Problem(MALFORMED, fields=[{"field": "after", "says": "not what a page gave"}])


async def page(raw: asyncpg.Connection, who: Principal, wanted: Wanted, after: str | None, limit: int) -> VisitPage:
    """Return the visits that a person sees, those most worth a look first, at most 100; in one statement."""
    count = min(limit, VISITS_A_PAGE_MAX)
    behind = None if after is None else read_cursor(after)
    rows = await queries.page(raw, who.tenant_id, wanted, weights(), (behind, count + 1))
    end = f"{rows[count - 1].weight}~{rows[count - 1].visit_id}" if len(rows) > count else None
    return VisitPage(items=[_visit(row) for row in rows[:count]], after=end)


def _visit(row: VisitRow) -> VisitToReview:
    score = probability(BASE + row.weight / THOUSAND)
    fields = msgspec.structs.asdict(row)
    del fields["weight"]
    fields["state"] = ReviewState(row.state)
    return VisitToReview(**fields, score=round(score, 3), band=band_of(score))
