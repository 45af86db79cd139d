"""All SQL of the quality of calls. What a scope may see the policies decide; a lead sees the cases of the own teams."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.calls.quality.schemas import (
    LISTED_MAX,
    CheckClose,
    CheckView,
    CheckWish,
    DrawnCall,
    Score,
    ScoreView,
    ScoreWish,
    TaskProof,
    TaskReturn,
    TaskView,
    TaskWish,
)
from backend.identity.schemas import Act

_CALL = """
SELECT q.call_id, q.case_id, cases.number AS case_number, q.caller_id, users.name AS caller, calls.started_at,
    extract(epoch FROM calls.ended_at - calls.started_at)::int AS duration_s, calls.result, q.why,
    s.permille AS score_permille, s.is_passed, r.state AS recording, r.id AS recording_id,
    EXISTS (SELECT 1 FROM quality_checks AS c WHERE c.tenant_id = $1 AND c.call_id = q.call_id
        AND c.closed_at IS NULL) AS has_open_check,
    (SELECT count(*) FROM quality_tasks AS t WHERE t.tenant_id = $1 AND t.call_id = q.call_id
        AND t.state <> 'closed') AS open_tasks
FROM quality_calls AS q JOIN calls ON calls.id = q.call_id JOIN cases ON cases.id = q.case_id
    JOIN users ON users.id = q.caller_id
    LEFT JOIN LATERAL (SELECT permille, is_passed FROM quality_scores AS s WHERE s.tenant_id = $1
        AND s.call_id = q.call_id ORDER BY scored_at DESC, id DESC LIMIT 1) AS s ON true
    LEFT JOIN LATERAL (SELECT rec.id, rec.state FROM line_calls AS l JOIN line_recordings AS rec ON rec.tenant_id = $1
        AND rec.id = l.id
        WHERE l.tenant_id = $1 AND l.case_id = q.case_id AND l.call_id = q.call_id LIMIT 1) AS r ON true
"""
CALLS_OF_WEEK = f"""{_CALL} WHERE q.tenant_id = $1 AND q.week_on = $2
ORDER BY s.permille IS NOT NULL, calls.started_at DESC, q.call_id LIMIT {LISTED_MAX}"""
CALL_OF = f"{_CALL} WHERE q.tenant_id = $1 AND q.call_id = $2"
FACTS = """
SELECT calls.party, calls.note, ARRAY(SELECT p.id FROM contact_points AS p JOIN cases ON cases.obligor_id = p.obligor_id
    WHERE cases.id = calls.case_id AND p.tenant_id = $1 AND p.kind IN ('mobile', 'phone') AND p.status <> 'stopped'
    ORDER BY p.related_party_id NULLS FIRST, p.id LIMIT 20) AS contacts
FROM calls WHERE tenant_id = $1 AND id = $2
"""
SCORES = """
SELECT s.id, sheet_version, answers::text AS answers, permille, is_knocked_out, is_passed, note, scored_by,
    users.name AS scorer, scored_at
FROM quality_scores AS s JOIN users ON users.id = scored_by
WHERE s.tenant_id = $1 AND call_id = $2 ORDER BY scored_at DESC, s.id DESC LIMIT 50
"""
ADD_SCORE = """
INSERT INTO quality_scores (tenant_id, id, call_id, case_id, caller_id, sheet_version, answers, permille,
    is_knocked_out, is_passed, note, scored_by, scored_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING RETURNING id
"""
SCORE_OF = "SELECT call_id, scored_by FROM quality_scores WHERE tenant_id = $1 AND id = $2"
CHECKS = """
SELECT c.id, verdict_id, contact_point_id, checked_by, users.name AS checker, opened_at, check_call_id, outcome, note,
    closed_at, CASE WHEN closed_at IS NULL THEN (SELECT made.id FROM calls AS made WHERE made.tenant_id = $1
        AND made.case_id = c.case_id AND made.user_id = checked_by AND made.contact_point_id = c.contact_point_id
        AND made.started_at >= opened_at AND made.withdrawn_at IS NULL ORDER BY made.started_at DESC LIMIT 1
    ) END AS made_call_id
FROM quality_checks AS c JOIN users ON users.id = checked_by
WHERE c.tenant_id = $1 AND call_id = $2 ORDER BY opened_at DESC, c.id DESC LIMIT 50
"""
OPEN_CHECK = """
INSERT INTO quality_checks (tenant_id, id, call_id, case_id, caller_id, contact_point_id, verdict_id, checked_by,
    opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
HAS_OPEN_CHECK = """
SELECT EXISTS (SELECT 1 FROM quality_checks WHERE tenant_id = $1 AND call_id = $2 AND closed_at IS NULL)
"""
KNOWN_CHECK = "SELECT EXISTS (SELECT 1 FROM quality_checks WHERE tenant_id = $1 AND id = $2)"
CHECK_TO_CLOSE = """
SELECT case_id, opened_at, contact_point_id FROM quality_checks
WHERE tenant_id = $1 AND id = $2 AND checked_by = $3 AND closed_at IS NULL FOR UPDATE
"""
MADE_FOR_CHECK = """
SELECT calls.result FROM calls WHERE tenant_id = $1 AND id = $2 AND case_id = $3 AND user_id = $4
    AND contact_point_id = $5 AND started_at >= $6 AND withdrawn_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM quality_checks AS c WHERE c.tenant_id = $1 AND c.check_call_id = calls.id)
"""
CLOSE_CHECK = """
UPDATE quality_checks SET check_call_id = $3, outcome = $4, note = $5, closed_at = $6 WHERE tenant_id = $1 AND id = $2
"""
_TASK = """
SELECT t.id, t.call_id, cases.number AS case_number, t.finding, t.owner_id, owner.name AS owner, t.due_on, t.state,
    t.state <> 'closed' AND t.due_on < $2 AS is_late, t.made_by, maker.name AS maker, t.made_at, t.proof,
    t.proof_call_id, t.proved_at, t.returned_for, t.closed_by, t.closed_at
FROM quality_tasks AS t JOIN users AS owner ON owner.id = t.owner_id JOIN users AS maker ON maker.id = t.made_by
    LEFT JOIN cases ON cases.id = t.case_id
"""
_TASK_ORDER = f"ORDER BY t.state = 'closed', t.due_on, t.id LIMIT {LISTED_MAX}"
TASKS_OF_CALL = f"{_TASK} WHERE t.tenant_id = $1 AND t.call_id = $3 {_TASK_ORDER}"
TASKS_OF_OWNER = f"{_TASK} WHERE t.tenant_id = $1 AND t.owner_id = $3 {_TASK_ORDER}"
TASKS = f"{_TASK} WHERE t.tenant_id = $1 {_TASK_ORDER}"
WORKS_HERE = """
SELECT EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 AND is_active
    AND role IN ('collector', 'caller', 'agency', 'lead', 'compliance'))
"""
ADD_TASK = """
INSERT INTO quality_tasks (tenant_id, id, call_id, case_id, finding, owner_id, due_on, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id
"""
TASK_OF = "SELECT call_id, made_by FROM quality_tasks WHERE tenant_id = $1 AND id = $2"
PROVE = """
UPDATE quality_tasks SET state = 'proved', proof = $3, proof_call_id = $4, proved_at = $5, returned_for = NULL
WHERE tenant_id = $1 AND id = $2 AND owner_id = $6 AND state <> 'closed' RETURNING case_id
"""
OWN_CALL = "SELECT EXISTS (SELECT 1 FROM calls WHERE tenant_id = $1 AND id = $2 AND user_id = $3)"
TASK_TO_JUDGE = """
SELECT owner_id, case_id FROM quality_tasks WHERE tenant_id = $1 AND id = $2 AND state = 'proved' FOR UPDATE
"""
CLOSE_TASK = """
UPDATE quality_tasks SET state = 'closed', closed_by = $3, closed_at = $4 WHERE tenant_id = $1 AND id = $2
"""
RETURN_TASK = "UPDATE quality_tasks SET state = 'open', returned_for = $3 WHERE tenant_id = $1 AND id = $2"
OWN_SCORES = """
SELECT DISTINCT ON (s.call_id) s.call_id, cases.number AS case_number, calls.started_at, s.permille, s.is_passed,
    s.sheet_version, s.answers::text AS answers, s.note
FROM quality_scores AS s JOIN calls ON calls.id = s.call_id LEFT JOIN cases ON cases.id = s.case_id
WHERE s.tenant_id = $1 AND s.caller_id = $2 ORDER BY s.call_id DESC, s.scored_at DESC, s.id DESC LIMIT 200
"""
# The latest score of each drawn call, whether it was drawn by lot, and what a call back said last.
FIGURES = """
WITH drawn AS (
    SELECT q.caller_id, q.call_id, q.why && ARRAY['share', 'at_least'] AS is_by_lot, s.permille,
        s.is_knocked_out, c.outcome,
        (SELECT count(*) FROM quality_tasks AS t WHERE t.tenant_id = $1 AND t.call_id = q.call_id
            AND t.state <> 'closed') AS open_tasks
    FROM quality_calls AS q
    LEFT JOIN LATERAL (SELECT permille, is_knocked_out FROM quality_scores AS s WHERE s.tenant_id = $1
        AND s.call_id = q.call_id ORDER BY scored_at DESC, id DESC LIMIT 1) AS s ON true
    LEFT JOIN LATERAL (SELECT outcome FROM quality_checks AS c WHERE c.tenant_id = $1 AND c.call_id = q.call_id
        AND outcome <> 'not_reached' ORDER BY closed_at DESC LIMIT 1) AS c ON true
    WHERE q.tenant_id = $1 AND q.week_on >= $2 AND q.week_on < $3)
SELECT caller_id, users.name AS caller, count(*) AS drawn, count(permille) AS scored,
    coalesce(array_agg(permille) FILTER (WHERE is_by_lot AND permille IS NOT NULL), '{}') AS by_lot,
    count(*) FILTER (WHERE is_knocked_out) AS knocked_out, count(outcome) AS checked,
    count(*) FILTER (WHERE outcome = 'differs') AS differed, sum(open_tasks)::int AS open_tasks
FROM drawn JOIN users ON users.id = caller_id GROUP BY caller_id, users.name ORDER BY users.name, caller_id LIMIT 500
"""


def _call(row: Mapping[str, object]) -> DrawnCall:
    return msgspec.convert(dict(row), DrawnCall)


async def calls_of_week(raw: asyncpg.Connection, tenant_id: UUID, week_on: date) -> list[DrawnCall]:
    """Return the drawn calls of a week, those without a score first."""
    return [_call(row) for row in await raw.fetch(CALLS_OF_WEEK, tenant_id, week_on)]


async def call_of(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> DrawnCall | None:
    """Return a drawn call that the scope sees."""
    row = await raw.fetchrow(CALL_OF, tenant_id, call_id)
    return None if row is None else _call(row)


async def facts_of(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> tuple[str, str, list[UUID]]:
    """Return party, note and the numbers that a call back may use, of a call that the scope sees."""
    row = await raw.fetchrow(FACTS, tenant_id, call_id)
    return row["party"], row["note"], row["contacts"]


async def scores_of(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> list[ScoreView]:
    """Return the scores of a call, the latest first."""
    rows = await raw.fetch(SCORES, tenant_id, call_id)
    return [msgspec.convert({**row, "answers": msgspec.json.decode(row["answers"])}, ScoreView) for row in rows]


async def add_score(raw: asyncpg.Connection, act: Act, call: DrawnCall, wish: ScoreWish, score: Score) -> bool:
    """Write a score; False when that id is there already."""
    return await raw.fetchval(
        ADD_SCORE, act.tenant_id, wish.id, call.call_id, call.case_id, call.caller_id, wish.sheet_version,
        msgspec.json.encode(wish.answers).decode(), score.permille, score.is_knocked_out, score.is_passed, wish.note,
        act.actor_id, act.at,
    ) is not None  # fmt: skip


async def is_score_of(raw: asyncpg.Connection, act: Act, score_id: UUID, call_id: UUID) -> bool:
    """Tell whether a score of that id is the person's own, of that call."""
    row = await raw.fetchrow(SCORE_OF, act.tenant_id, score_id)
    return row is not None and (row["call_id"], row["scored_by"]) == (call_id, act.actor_id)


async def checks_of(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> list[CheckView]:
    """Return the calls back for a call, the latest first."""
    return [msgspec.convert(dict(row), CheckView) for row in await raw.fetch(CHECKS, tenant_id, call_id)]


async def may_open_check(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID, check_id: UUID) -> tuple[bool, bool]:
    """Return whether no check of the call is open, and whether the id is free."""
    is_open = await raw.fetchval(HAS_OPEN_CHECK, tenant_id, call_id)
    return not is_open, not await raw.fetchval(KNOWN_CHECK, tenant_id, check_id)


async def open_check(raw: asyncpg.Connection, act: Act, call: DrawnCall, wish: CheckWish, verdict_id: UUID) -> None:
    """Write that a call back has begun."""
    await raw.execute(
        OPEN_CHECK, act.tenant_id, wish.id, call.call_id, call.case_id, call.caller_id, wish.contact_point_id,
        verdict_id, act.actor_id, act.at,
    )  # fmt: skip


async def check_to_close(raw: asyncpg.Connection, act: Act, check_id: UUID) -> tuple[UUID, datetime, UUID] | None:
    """Lock an own open check; returns its case, when it was opened and the number it may use."""
    row = await raw.fetchrow(CHECK_TO_CLOSE, act.tenant_id, check_id, act.actor_id)
    return None if row is None else (row["case_id"], row["opened_at"], row["contact_point_id"])


async def result_for_check(
    raw: asyncpg.Connection, act: Act, check: tuple[UUID, datetime, UUID], call_id: UUID
) -> str | None:
    """Return the result of an own call to that number after the check was opened; None when it is not one."""
    case_id, opened_at, contact_id = check
    found = await raw.fetchval(MADE_FOR_CHECK, act.tenant_id, call_id, case_id, act.actor_id, contact_id, opened_at)
    return None if found is None else str(found)


async def close_check(raw: asyncpg.Connection, act: Act, check_id: UUID, said: CheckClose) -> None:
    """Write what came of a call back."""
    await raw.execute(CLOSE_CHECK, act.tenant_id, check_id, said.call_id, said.outcome, said.note, act.at)


async def tasks(
    raw: asyncpg.Connection, tenant_id: UUID, today: date, *, call_id: UUID | None = None, owner_id: UUID | None = None
) -> list[TaskView]:
    """Return tasks of a call, of an owner, or all that the scope sees."""
    if call_id is not None:
        rows = await raw.fetch(TASKS_OF_CALL, tenant_id, today, call_id)
    elif owner_id is not None:
        rows = await raw.fetch(TASKS_OF_OWNER, tenant_id, today, owner_id)
    else:
        rows = await raw.fetch(TASKS, tenant_id, today)
    return [msgspec.convert({**row, "case_number": row["case_number"] or ""}, TaskView) for row in rows]


async def works_here(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID) -> bool:
    """Tell whether somebody is active at the lender."""
    return bool(await raw.fetchval(WORKS_HERE, tenant_id, user_id))


async def add_task(raw: asyncpg.Connection, act: Act, call: DrawnCall, wish: TaskWish) -> bool:
    """Write a task; False when that id is there already."""
    return await raw.fetchval(
        ADD_TASK, act.tenant_id, wish.id, call.call_id, call.case_id, wish.finding, wish.owner_id, wish.due_on,
        act.actor_id, act.at,
    ) is not None  # fmt: skip


async def is_task_of(raw: asyncpg.Connection, act: Act, task_id: UUID, call_id: UUID) -> bool:
    """Tell whether a task of that id was made by the person, of that call."""
    row = await raw.fetchrow(TASK_OF, act.tenant_id, task_id)
    return row is not None and (row["call_id"], row["made_by"]) == (call_id, act.actor_id)


async def is_own_call(raw: asyncpg.Connection, act: Act, call_id: UUID) -> bool:
    """Tell whether the person made that call."""
    return bool(await raw.fetchval(OWN_CALL, act.tenant_id, call_id, act.actor_id))


async def prove(raw: asyncpg.Connection, act: Act, task_id: UUID, proof: TaskProof) -> UUID | None:
    """Write the proof of an own task; returns its case, None when there is no such task to prove."""
    found: UUID | None = await raw.fetchval(
        PROVE, act.tenant_id, task_id, proof.text, proof.call_id, act.at, act.actor_id
    )
    return found


async def task_to_judge(raw: asyncpg.Connection, tenant_id: UUID, task_id: UUID) -> tuple[UUID, UUID] | None:
    """Lock a proved task; returns its owner and case."""
    row = await raw.fetchrow(TASK_TO_JUDGE, tenant_id, task_id)
    return None if row is None else (row["owner_id"], row["case_id"])


async def judge_task(raw: asyncpg.Connection, act: Act, task_id: UUID, said: TaskReturn) -> None:
    """Close a task, or open it again with the reason."""
    if said.is_accepted:
        await raw.execute(CLOSE_TASK, act.tenant_id, task_id, act.actor_id, act.at)
    else:
        await raw.execute(RETURN_TASK, act.tenant_id, task_id, said.reason)


async def own_scores(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID) -> list[Mapping[str, object]]:
    """Return the latest score of each own call, the latest call first."""
    return [dict(row) for row in await raw.fetch(OWN_SCORES, tenant_id, user_id)]


async def figures(
    raw: asyncpg.Connection, tenant_id: UUID, begins_on: date, ends_on: date
) -> list[Mapping[str, object]]:
    """Return a line a caller with the scores of the calls drawn by lot, by name."""
    return [dict(row) for row in await raw.fetch(FIGURES, tenant_id, begins_on, ends_on)]
