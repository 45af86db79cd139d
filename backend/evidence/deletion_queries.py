"""All SQL of deletions by schedule: what is due, who agreed, what may go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.deletion_schemas import DeletionMode, DeletionView
from backend.evidence.retention import Retention
from backend.kernel.limits import PAGE_SIZE_MAX

TENANTS_MAX = 1000
TENANTS = f"SELECT id, deletion AS mode FROM tenants ORDER BY id LIMIT {TENANTS_MAX}"
MODE = "SELECT deletion FROM tenants WHERE id = $1"
TENANT = "SELECT id FROM tenants WHERE code = $1"
SET_RULE = """
INSERT INTO retention_rules (tenant_id, record, basis, keep_days) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, record, basis) DO UPDATE SET keep_days = excluded.keep_days
"""
DUE = """
SELECT evidence.id, evidence.case_id, cases.number AS case_number, evidence.kind, rule.basis,
    cases.closed_at + make_interval(days => rule.keep_days) AS due_at
FROM cases JOIN evidence ON evidence.case_id = cases.id
    JOIN unnest($2::text[], $3::int[], $4::text[]) AS rule (kind, keep_days, basis) ON rule.kind = evidence.kind
WHERE cases.tenant_id = $1 AND evidence.tenant_id = $1 AND evidence.state <> 'deleted'
    AND cases.closed_at + make_interval(days => rule.keep_days) <= $5
    AND NOT EXISTS (SELECT 1 FROM evidence_holds WHERE evidence_holds.case_id = cases.id AND released_at IS NULL)
    AND ($7 OR NOT EXISTS (SELECT 1 FROM evidence_deletions WHERE evidence_deletions.evidence_id = evidence.id))
ORDER BY cases.closed_at, evidence.id LIMIT $6
"""
FOUND = """
INSERT INTO evidence_deletions (evidence_id, tenant_id, case_id, basis, due_at, found_at)
SELECT evidence_id, $1, case_id, basis, due_at, $2 FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[])
    AS new (evidence_id, case_id, basis, due_at)
ON CONFLICT DO NOTHING
"""
READY = """
SELECT evidence_id, basis, first_by, second_by FROM evidence_deletions
WHERE tenant_id = $1 AND deleted_at IS NULL AND ($2 OR second_by IS NOT NULL) ORDER BY found_at, evidence_id LIMIT $3
"""
DONE = "UPDATE evidence_deletions SET deleted_at = $3 WHERE tenant_id = $1 AND evidence_id = $2"
# What may not go any more (a hold, a longer rule) is found anew when it may, and then agreed to anew.
FORGET = "DELETE FROM evidence_deletions WHERE tenant_id = $1 AND evidence_id = $2 AND deleted_at IS NULL"
WAITING = f"""
SELECT evidence_deletions.evidence_id, evidence_deletions.case_id, cases.number AS case_number, evidence.kind,
    evidence.taken_at, basis, due_at, found_at, first_by, one.name AS first_name, first_at, second_by,
    other.name AS second_name, second_at
FROM evidence_deletions JOIN evidence ON evidence.id = evidence_id JOIN cases ON cases.id = evidence_deletions.case_id
    LEFT JOIN users AS one ON one.id = first_by LEFT JOIN users AS other ON other.id = second_by
WHERE evidence_deletions.tenant_id = $1 AND deleted_at IS NULL AND ($2::uuid IS NULL OR evidence_id > $2)
ORDER BY evidence_id LIMIT {PAGE_SIZE_MAX + 1}
"""
AGREE_FIRST = """
UPDATE evidence_deletions SET first_by = $3, first_at = $4
WHERE tenant_id = $1 AND evidence_id = ANY($2::uuid[]) AND deleted_at IS NULL AND first_by IS NULL
RETURNING evidence_id, case_id
"""
AGREE_SECOND = """
UPDATE evidence_deletions SET second_by = $3, second_at = $4
WHERE tenant_id = $1 AND evidence_id = ANY($2::uuid[]) AND deleted_at IS NULL AND second_by IS NULL
    AND first_by <> $3 AND first_at < $4
RETURNING evidence_id, case_id
"""


class Lender(msgspec.Struct, frozen=True):
    """A tenant and what happens there at the end of retention."""

    id: UUID
    mode: DeletionMode


class Due(msgspec.Struct, frozen=True):
    """Evidence whose retention is over, and the rule that was the longest."""

    id: UUID
    case_id: UUID
    case_number: str
    kind: str
    basis: str
    due_at: datetime


class Ready(msgspec.Struct, frozen=True):
    """Evidence that may go now, and who agreed."""

    evidence_id: UUID
    basis: str
    first_by: UUID | None
    second_by: UUID | None


async def lenders(raw: asyncpg.Connection) -> list[Lender]:
    """Return all tenants (at most 1,000) with their mode."""
    return [Lender(row["id"], DeletionMode(row["mode"])) for row in await raw.fetch(TENANTS)]


async def mode_of(raw: asyncpg.Connection, tenant_id: UUID) -> DeletionMode:
    """Return what happens at a tenant at the end of retention."""
    return DeletionMode(await raw.fetchval(MODE, tenant_id))


async def tenant_of(raw: asyncpg.Connection, code: str) -> UUID | None:
    """Return the tenant with this code."""
    found: UUID | None = await raw.fetchval(TENANT, code)
    return found


async def set_mode(raw: asyncpg.Connection, tenant_id: UUID, mode: DeletionMode) -> None:
    """Set what happens at a tenant at the end of retention."""
    await raw.execute("UPDATE tenants SET deletion = $2 WHERE id = $1", tenant_id, mode.value)


async def set_rule(raw: asyncpg.Connection, tenant_id: UUID, kind: str, rule: Retention) -> None:
    """Set a rule of a tenant for a kind of evidence."""
    await raw.execute(SET_RULE, tenant_id, kind, rule.basis, rule.keep_days)


async def due(
    raw: asyncpg.Connection, tenant_id: UUID, rules: Mapping[str, Retention], part: tuple[datetime, int, bool]
) -> list[Due]:
    """Return evidence whose retention is over by `part` (moment, limit, whether what was found before counts too)."""
    now, limit, with_found = part
    days, bases = [rule.keep_days for rule in rules.values()], [rule.basis for rule in rules.values()]
    rows = await raw.fetch(DUE, tenant_id, list(rules), days, bases, now, limit, with_found)
    return [Due(**row) for row in rows]


async def note_due(
    raw: asyncpg.Connection, tenant_id: UUID, found: Sequence[Due], bases: Sequence[str], now: datetime
) -> None:
    """Write down what was found, each with the basis that its deletion will have."""
    ids, cases, ends = [one.id for one in found], [one.case_id for one in found], [one.due_at for one in found]
    await raw.execute(FOUND, tenant_id, now, ids, cases, list(bases), ends)


async def ready(raw: asyncpg.Connection, tenant_id: UUID, limit: int, *, at_once: bool) -> list[Ready]:
    """Return what may go: all that was found, or only what two people agreed to."""
    return [Ready(**row) for row in await raw.fetch(READY, tenant_id, at_once, limit)]


async def note_deleted(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID, now: datetime) -> None:
    """Write down that evidence is gone."""
    await raw.execute(DONE, tenant_id, evidence_id, now)


async def forget(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID) -> None:
    """Forget that evidence was due."""
    await raw.execute(FORGET, tenant_id, evidence_id)


async def waiting(raw: asyncpg.Connection, tenant_id: UUID, after: UUID | None) -> list[DeletionView]:
    """Return what waits for its deletion behind an id, at most one more than a page."""
    return [msgspec.convert(dict(row), DeletionView) for row in await raw.fetch(WAITING, tenant_id, after)]


async def agree(
    raw: asyncpg.Connection, who: tuple[UUID, UUID], ids: Sequence[UUID], now: datetime
) -> tuple[list[tuple[UUID, UUID]], list[tuple[UUID, UUID]]]:
    """Let (tenant, user) agree to deletions; returns (evidence, case) as the first of two, and as the second."""
    tenant_id, user_id = who
    second = await raw.fetch(AGREE_SECOND, tenant_id, ids, user_id, now)
    first = await raw.fetch(AGREE_FIRST, tenant_id, ids, user_id, now)
    return [tuple(row) for row in first], [tuple(row) for row in second]
