"""All SQL of reviews and of back-checks: what was said to a visit, what can be drawn, what was drawn.

The newest review that names a photo or its whole visit is the photo's state; a visit's is the newest of the whole.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.manifests import Code
from backend.evidence.review_schemas import DRAWABLE_MAX, DrawnVisit, DrawView, ReviewView, Window
from backend.evidence.sampling import Drawable
from backend.evidence.scoring import BASE, probability
from backend.kernel.limits import PAGE_SIZE_MAX

VISIT = "SELECT id, case_id, user_id FROM visits WHERE tenant_id = $1 AND id = $2 AND withdrawn_at IS NULL"
PHOTOS = """
SELECT visit_id, id FROM evidence WHERE tenant_id = $1 AND case_id = ANY($2::uuid[]) AND visit_id = ANY($3::uuid[])
"""
KEEP = """
INSERT INTO evidence_reviews (id, tenant_id, case_id, visit_id, evidence_id, state, reason, user_id, draw_id, at)
SELECT id, $1, case_id, visit_id, $2, $3, $4, $5, $6, $7 FROM unnest($8::uuid[], $9::uuid[], $10::uuid[])
    AS new (id, case_id, visit_id)
"""
_REVIEW = """
SELECT evidence_reviews.id, evidence_reviews.visit_id, evidence_reviews.evidence_id, evidence_reviews.state, reason,
    evidence_reviews.user_id, users.name AS reviewer, draw_id, evidence_reviews.at
"""
OF_VISIT = f"""
{_REVIEW} FROM evidence_reviews JOIN users ON users.id = evidence_reviews.user_id
WHERE evidence_reviews.tenant_id = $1 AND visit_id = $2 AND ($3 OR state <> 'back_check')
ORDER BY evidence_reviews.at DESC, evidence_reviews.id DESC LIMIT {PAGE_SIZE_MAX}
"""
# A visit weighs as much as the photo of it that is most worth a look; without photos as much as one without a signal.
DRAWABLE = f"""
WITH visit AS MATERIALIZED (
    SELECT id, case_id FROM visits
    WHERE tenant_id = $1 AND started_at >= $2 AND started_at < $3 AND withdrawn_at IS NULL AND ($4::uuid IS NULL
        OR user_id IN (SELECT user_id FROM team_members WHERE tenant_id = $1 AND team_id = $4))
    ORDER BY id LIMIT {DRAWABLE_MAX + 1}
), photo AS (
    SELECT evidence.visit_id, coalesce(sum(weight), 0) AS weight
    FROM visit JOIN evidence ON evidence.case_id = visit.case_id AND evidence.visit_id = visit.id
        LEFT JOIN evidence_signals ON evidence_signals.evidence_id = evidence.id
        LEFT JOIN unnest($5::text[], $6::double precision[]) AS weighed (code, weight)
            ON weighed.code = evidence_signals.code
    WHERE evidence.tenant_id = $1 GROUP BY evidence.id
)
SELECT visit.id AS visit_id, visit.case_id, coalesce(max(photo.weight), 0) AS weight
FROM visit LEFT JOIN photo ON photo.visit_id = visit.id GROUP BY visit.id, visit.case_id
"""
KEEP_DRAW = """
INSERT INTO back_check_draws (id, tenant_id, seed, begins_at, ends_at, team_id, wanted, population, drawn_by, drawn_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
KEEP_DRAWN = """
INSERT INTO back_checks (draw_id, tenant_id, visit_id, case_id, place, score)
SELECT $1, $2, visit_id, case_id, place, score
FROM unnest($3::uuid[], $4::uuid[], $5::double precision[]) WITH ORDINALITY AS new (visit_id, case_id, score, place)
"""
_STATE = """
coalesce((SELECT state FROM evidence_reviews WHERE evidence_reviews.visit_id = visits.id AND evidence_id IS NULL
    ORDER BY at DESC, id DESC LIMIT 1), 'unreviewed') AS state
"""
STATES = f"SELECT id, {_STATE} FROM visits WHERE tenant_id = $1 AND id = ANY($2::uuid[])"
_DRAW = """
SELECT id, seed, begins_at, ends_at, team_id, wanted, population, drawn_by, drawn_at FROM back_check_draws
WHERE tenant_id = $1 AND ($2 OR drawn_by = $3)
"""
DRAWS = f"{_DRAW} ORDER BY drawn_at DESC, id DESC LIMIT {PAGE_SIZE_MAX}"
DRAW = f"{_DRAW} AND id = $4"
DRAWN = f"""
SELECT back_checks.place, visits.id AS visit_id, back_checks.case_id, cases.number AS case_number, visits.user_id,
    users.name AS collector, started_at, back_checks.score, {_STATE}
FROM back_checks JOIN visits ON visits.id = back_checks.visit_id JOIN cases ON cases.id = back_checks.case_id
    JOIN users ON users.id = visits.user_id
WHERE back_checks.tenant_id = $1 AND draw_id = $2 ORDER BY back_checks.place
"""


class VisitMeant(msgspec.Struct, frozen=True):
    """A visit that is reviewed, and who made it."""

    id: UUID
    case_id: UUID
    user_id: UUID


class Said(msgspec.Struct, frozen=True):
    """What is said to visits: the photo when it is one of a visit, the draw when they were drawn."""

    evidence_id: UUID | None
    state: str
    reason: str
    user_id: UUID
    draw_id: UUID | None
    at: datetime


class Drawn(msgspec.Struct, frozen=True):
    """A draw to be kept."""

    id: UUID
    seed: str
    window: Window
    team_id: UUID | None
    wanted: int
    population: int


async def visit(raw: asyncpg.Connection, tenant_id: UUID, visit_id: UUID) -> VisitMeant | None:
    """Return a visit that the transaction's person sees, None when it was taken back."""
    row = await raw.fetchrow(VISIT, tenant_id, visit_id)
    return None if row is None else VisitMeant(**row)


async def photos_of(raw: asyncpg.Connection, tenant_id: UUID, visits: Mapping[UUID, UUID]) -> list[tuple[UUID, UUID]]:
    """Return (visit, photo) of visits that are given with their cases."""
    rows = await raw.fetch(PHOTOS, tenant_id, list(visits.values()), list(visits))
    return [(row["visit_id"], row["id"]) for row in rows]


async def keep(
    raw: asyncpg.Connection, tenant_id: UUID, said: Said, reviews: Sequence[tuple[UUID, UUID, UUID]]
) -> None:
    """Keep the same word to visits: (id of the review, case, visit)."""
    columns = [[one[place] for one in reviews] for place in range(3)]
    await raw.execute(KEEP, tenant_id, *msgspec.structs.astuple(said), *columns)


async def reviews_of(
    raw: asyncpg.Connection, tenant_id: UUID, visit_id: UUID, *, with_checks: bool
) -> list[ReviewView]:
    """Return what was said to a visit and its photos, the newest first; back-checks only when they are asked for."""
    rows = await raw.fetch(OF_VISIT, tenant_id, visit_id, with_checks)
    return [ReviewView(**row) for row in rows]


async def drawable(
    raw: asyncpg.Connection, tenant_id: UUID, window: Window, team_id: UUID | None, weights: Mapping[Code, float]
) -> tuple[list[Drawable], dict[UUID, UUID]]:
    """Return the visits that began in a window and were not taken back, and the case of each; at most 50,001."""
    codes, values = [code.value for code in weights], list(weights.values())
    rows = await raw.fetch(DRAWABLE, tenant_id, window.begins_at, window.ends_at, team_id, codes, values)
    visits = [Drawable(row["visit_id"], probability(BASE + row["weight"])) for row in rows]
    return visits, {row["visit_id"]: row["case_id"] for row in rows}


async def keep_draw(
    raw: asyncpg.Connection,
    who: tuple[UUID, UUID, datetime],
    draw: Drawn,
    chosen: Sequence[Drawable],
    cases: Mapping[UUID, UUID],
) -> None:
    """Keep a draw of (tenant, user, moment) with the visits that were drawn, in their order."""
    tenant_id, user_id, now = who
    await raw.execute(
        KEEP_DRAW, draw.id, tenant_id, draw.seed, draw.window.begins_at, draw.window.ends_at, draw.team_id, draw.wanted,
        draw.population, user_id, now,
    )  # fmt: skip
    ids = [one.visit_id for one in chosen]
    scores = [one.score for one in chosen]
    await raw.execute(KEEP_DRAWN, draw.id, tenant_id, ids, [cases[visit_id] for visit_id in ids], scores)


async def states_of(raw: asyncpg.Connection, tenant_id: UUID, visit_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return where visits stand as a whole."""
    return {row["id"]: row["state"] for row in await raw.fetch(STATES, tenant_id, list(visit_ids))}


async def draws(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, *, sees_all: bool) -> list[DrawView]:
    """Return the draws of a person, or of all, the newest first, at most 200; without their visits."""
    return [_draw(row, None) for row in await raw.fetch(DRAWS, tenant_id, sees_all, user_id)]


async def draw(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, draw_id: UUID, *, sees_all: bool
) -> DrawView | None:
    """Return a draw of a person, or of anybody, with the visits of it that the transaction's person sees."""
    row = await raw.fetchrow(DRAW, tenant_id, sees_all, user_id, draw_id)
    if row is None:
        return None
    return _draw(row, [msgspec.convert(dict(one), DrawnVisit) for one in await raw.fetch(DRAWN, tenant_id, draw_id)])


def _draw(row: asyncpg.Record, items: list[DrawnVisit] | None) -> DrawView:
    fields = dict(row)
    window = Window(begins_at=fields.pop("begins_at"), ends_at=fields.pop("ends_at"))
    return DrawView(**fields, window=window, items=items)
