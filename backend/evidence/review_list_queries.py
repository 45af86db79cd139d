"""All SQL of the list that reviewers work off: visits of a window, by what is most worth a look in their photos."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.manifests import Code
from backend.evidence.review_schemas import Window

# Weights are whole thousandths here: sums of them are exact, so a page goes on exactly where the last one ended.
PAGE = """
WITH visit AS MATERIALIZED (
    SELECT id, case_id, user_id, started_at, result, is_inside, reviewed.state, reviewed.at AS reviewed_at
    FROM visits LEFT JOIN LATERAL (
        SELECT state, at FROM evidence_reviews WHERE evidence_reviews.visit_id = visits.id AND evidence_id IS NULL
        ORDER BY at DESC, evidence_reviews.id DESC LIMIT 1) AS reviewed ON true
    WHERE tenant_id = $1 AND started_at >= $2 AND started_at < $3 AND withdrawn_at IS NULL
        AND ($4::uuid IS NULL OR user_id = $4) AND ($5::uuid IS NULL
            OR user_id IN (SELECT user_id FROM team_members WHERE tenant_id = $1 AND team_id = $5))
        AND ($6::text IS NULL OR coalesce(reviewed.state, 'unreviewed') = $6)
), photo AS (
    SELECT evidence.id, evidence.visit_id, evidence.state, coalesce(sum(weight), 0) AS weight
    FROM visit JOIN evidence ON evidence.case_id = visit.case_id AND evidence.visit_id = visit.id
        LEFT JOIN evidence_signals ON evidence_signals.evidence_id = evidence.id
        LEFT JOIN unnest($7::text[], $8::bigint[]) AS weighed (code, weight) ON weighed.code = evidence_signals.code
    WHERE evidence.tenant_id = $1 GROUP BY evidence.id
), ranked AS (
    SELECT visit.*, coalesce(max(weight), 0) AS weight, count(photo.id) AS photos,
        count(photo.id) FILTER (WHERE photo.state = 'awaited') AS photos_awaited,
        array_remove(array_agg(photo.id), NULL) AS photo_ids
    FROM visit LEFT JOIN photo ON photo.visit_id = visit.id
    GROUP BY visit.id, visit.case_id, visit.user_id, visit.started_at, visit.result, visit.is_inside, visit.state,
        visit.reviewed_at
), page AS (
    SELECT * FROM ranked WHERE ($9::bigint IS NULL OR weight >= $9) AND ($10::bigint IS NULL OR weight < $10)
        AND ($11::bigint IS NULL OR (weight, id) < ($11, $12::uuid))
    ORDER BY weight DESC, id DESC LIMIT $13
)
SELECT page.id AS visit_id, page.case_id, cases.number AS case_number, page.user_id, users.name AS collector,
    page.started_at, page.result, page.is_inside, page.photos, page.photos_awaited, page.weight::bigint AS weight,
    coalesce(page.state, 'unreviewed') AS state, page.reviewed_at,
    (SELECT count(*) FROM evidence_answers WHERE evidence_id = ANY(page.photo_ids)) AS answers,
    ARRAY(SELECT DISTINCT code FROM evidence_signals WHERE evidence_id = ANY(page.photo_ids) ORDER BY code) AS codes
FROM page JOIN cases ON cases.id = page.case_id JOIN users ON users.id = page.user_id
ORDER BY page.weight DESC, page.id DESC
"""


class Wanted(msgspec.Struct, frozen=True):
    """Which visits a list is of; what is null is not asked for. The weights are thousandths of log-odds."""

    window: Window
    user_id: UUID | None
    team_id: UUID | None
    state: str | None
    weight_from: int | None
    weight_below: int | None


class VisitRow(msgspec.Struct, frozen=True):
    """A visit with the weight of its signals, in thousandths."""

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
    weight: int
    state: str
    reviewed_at: datetime | None
    answers: int
    codes: list[str]


async def page(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    wanted: Wanted,
    weights: Mapping[Code, int],
    part: tuple[tuple[int, UUID] | None, int],
) -> list[VisitRow]:
    """Return visits by weight, the heaviest first: those behind (last weight and id), as many as the limit says."""
    behind, limit = part
    rows = await raw.fetch(
        PAGE, tenant_id, wanted.window.begins_at, wanted.window.ends_at, wanted.user_id, wanted.team_id, wanted.state,
        [code.value for code in weights], list(weights.values()), wanted.weight_from, wanted.weight_below,
        *(behind or (None, None)), limit,
    )  # fmt: skip
    return [VisitRow(**row) for row in rows]
