"""All SQL of what compliance reads: exceptions of both sorts, and what stands against contacts."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.law_schemas import ExceptionRow, Exceptions, ExceptionSort, ExceptionState, StopList, StopRow
from backend.compliance.text_lint import NoteWarning

REVIEWS_MAX, STOPS_MAX = 300, 500

_REVIEWS = """
SELECT id, 'contact' AS sort, state, case_id, channel, source_id, verdict_id, rule_ids, user_id, happened_at, reason,
    decided_by, decided_at FROM compliance_exceptions WHERE tenant_id = $1
UNION ALL
SELECT id, 'note', state, case_id, source, source_id, NULL, rule_ids, user_id, happened_at, reason, decided_by,
    decided_at FROM note_findings WHERE tenant_id = $1
"""
_NAMED = f"""
SELECT r.id, r.sort, r.state, r.case_id, c.number AS case_number, o.name AS obligor_name, r.channel, r.source_id,
    r.verdict_id, r.rule_ids, r.user_id, u.name AS user_name, r.happened_at, r.reason, d.name AS decided_by_name,
    r.decided_at
FROM ({_REVIEWS}) AS r JOIN cases c ON c.id = r.case_id JOIN obligors o ON o.id = c.obligor_id
LEFT JOIN users u ON u.id = r.user_id LEFT JOIN users d ON d.id = r.decided_by
"""
LIST = f"""{_NAMED}
WHERE ($2::text IS NULL OR r.state = $2) AND ($3::text IS NULL OR r.sort = $3)
    AND ($4::text IS NULL OR $4 = ANY(r.rule_ids)) AND ($5::timestamptz IS NULL OR r.happened_at < $5)
ORDER BY r.happened_at DESC, r.id LIMIT $6
"""
ONE = f"{_NAMED} WHERE r.id = $2"
OPEN_BY_RULE = f"""
SELECT rule_id, count(*) AS count FROM ({_REVIEWS}) AS r CROSS JOIN LATERAL unnest(r.rule_ids) AS rule_id
WHERE r.state = 'open' GROUP BY rule_id ORDER BY rule_id
"""
NOTE = """
SELECT f.found::text AS found, coalesce(v.note, c.note) AS note FROM note_findings f
LEFT JOIN visits v ON f.source = 'visit' AND v.id = f.source_id
LEFT JOIN calls c ON f.source = 'call' AND c.id = f.source_id WHERE f.tenant_id = $1 AND f.id = $2
"""
# A stop ends at its own end or where a later row closes it, whichever comes first.
STOPS = """
SELECT s.id, s.kind, s.case_id, c.number AS case_number, o.name AS obligor_name,
    CASE WHEN s.person = 'obligor' THEN 'obligor' ELSE coalesce(p.name, s.person) END AS person, s.channel, s.place,
    s.since, least(s.until, ending.at) AS until, s.source, s.reason, u.name AS made_by_name
FROM contact_stops s JOIN cases c ON c.id = s.case_id JOIN obligors o ON o.id = s.obligor_id
LEFT JOIN related_parties p ON p.tenant_id = $1 AND p.obligor_id = s.obligor_id AND p.id::text = s.person
LEFT JOIN users u ON u.id = s.made_by
LEFT JOIN LATERAL (SELECT min(until) AS at FROM contact_stops x WHERE x.tenant_id = $1 AND x.closes = s.id) AS ending
    ON true
WHERE s.tenant_id = $1 AND s.closes IS NULL AND s.since <= $2 AND ($3::text IS NULL OR s.kind = $3)
    AND coalesce(least(s.until, ending.at), 'infinity') > $2
ORDER BY s.since DESC, s.id LIMIT $4
"""
_WARNINGS = msgspec.json.Decoder(list[NoteWarning])


class ReviewFilter(msgspec.Struct, frozen=True):
    """Which exceptions are asked for; what is None does not narrow. `before`: happened before."""

    state: ExceptionState | None
    sort: ExceptionSort | None
    rule_id: str | None
    before: datetime | None


class FoundNote(msgspec.Struct, frozen=True):
    """A note that was found to say too much; its text is None once it was deleted."""

    text: str | None
    found: list[NoteWarning]


async def reviews(raw: asyncpg.Connection, tenant_id: UUID, wanted: ReviewFilter) -> Exceptions:
    """Return exceptions of both sorts, the latest first."""
    rows = await raw.fetch(
        LIST, tenant_id, wanted.state and wanted.state.value, wanted.sort and wanted.sort.value, wanted.rule_id,
        wanted.before, REVIEWS_MAX + 1,
    )  # fmt: skip
    by_rule = await raw.fetch(OPEN_BY_RULE, tenant_id)
    return Exceptions(
        items=[_review(row) for row in rows[:REVIEWS_MAX]],
        is_cut=len(rows) > REVIEWS_MAX,
        rules={row["rule_id"]: row["count"] for row in by_rule},
    )


async def review(raw: asyncpg.Connection, tenant_id: UUID, review_id: UUID) -> ExceptionRow | None:
    """Return one exception; None when none of this id is seen."""
    row = await raw.fetchrow(ONE, tenant_id, review_id)
    return None if row is None else _review(row)


async def note_of(raw: asyncpg.Connection, tenant_id: UUID, finding_id: UUID) -> FoundNote | None:
    """Return the note of a finding, with what was found in it."""
    row = await raw.fetchrow(NOTE, tenant_id, finding_id)
    return None if row is None else FoundNote(text=row["note"], found=_WARNINGS.decode(row["found"]))


async def stops_at(raw: asyncpg.Connection, tenant_id: UUID, at: datetime, kind: str | None) -> StopList:
    """Return what stands against contacts at an instant, the latest first."""
    rows = await raw.fetch(STOPS, tenant_id, at, kind, STOPS_MAX + 1)
    return StopList(items=[StopRow(**dict(row)) for row in rows[:STOPS_MAX]], is_cut=len(rows) > STOPS_MAX)


def _review(row: asyncpg.Record) -> ExceptionRow:
    return ExceptionRow(**{**dict(row), "sort": ExceptionSort(row["sort"]), "state": ExceptionState(row["state"])})
