"""All SQL of the permits: what is out, what is drawn, and how it ended."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.permit_schemas import Holder, HolderKind, Permit, PermitEnding
from backend.compliance.permits import person_key
from backend.compliance.schemas import Situation
from backend.kernel.statements import Statement

LOCK_CLASS = 725_006

# Sorted, so that two who lock many never wait for each other in a ring.
LOCK_BUDGETS = """
WITH keys AS MATERIALIZED (
    SELECT DISTINCT hashtext($1::uuid::text || budget::text) AS key FROM unnest($2::uuid[]) AS budget ORDER BY key)
SELECT pg_advisory_xact_lock($3, key) FROM keys
"""
LOCK_BUDGETS_OF = """
WITH keys AS MATERIALIZED (
    SELECT DISTINCT hashtext($1::uuid::text || obligor_id::text) AS key FROM contact_permits
    WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY key)
SELECT pg_advisory_xact_lock($3, key) FROM keys
"""
PERMITS_OUT = """
SELECT id, obligor_id, holder_kind, holder_id, asked::text, drawn_at, since, until FROM contact_permits AS permit
WHERE tenant_id = $1 AND {bound} AND until > $3
    AND NOT EXISTS (SELECT 1 FROM contact_permit_ends AS ended WHERE ended.tenant_id = $1 AND permit_id = permit.id)
ORDER BY id
"""
OUT_OF_BUDGETS = PERMITS_OUT.format(bound="obligor_id = ANY($2::uuid[])")
OUT_OF_HOLDER = PERMITS_OUT.format(bound="(holder_kind, holder_id) = ($2, $4)")
INSERT_PERMITS = """
INSERT INTO contact_permits
    (id, tenant_id, obligor_id, person, channel, holder_kind, holder_id, asked, drawn_at, since, until)
SELECT id, $1, obligor_id, person, channel, $2, $3, asked::jsonb, drawn_at, since, until
FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[],
    $11::timestamptz[]) AS new (id, obligor_id, person, channel, asked, drawn_at, since, until)
"""
# A read that locks: it goes with what a push loads, so that a contact under a permit costs no round trip more.
LOCK_WHEN_LOADING = """
SELECT count(*) FILTER (WHERE pg_advisory_xact_lock($3, key) IS NOT NULL) AS locked FROM (
    SELECT DISTINCT hashtext($1::uuid::text || obligor_id::text) AS key FROM contact_permits
    WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY key) AS keys
"""
END_PERMITS = """
INSERT INTO contact_permit_ends (permit_id, tenant_id, ending, contact_id, at)
SELECT permit.id, $1, new.ending, new.contact_id, $6
FROM unnest($3::uuid[], $4::text[], $5::uuid[]) AS new (permit_id, ending, contact_id)
JOIN contact_permits AS permit ON permit.tenant_id = $1 AND permit.id = new.permit_id
    AND (permit.holder_kind, permit.holder_id) = ($2, $7)
ON CONFLICT DO NOTHING RETURNING permit_id
"""
LAPSE_PERMITS = """
INSERT INTO contact_permit_ends (permit_id, tenant_id, ending, at)
SELECT id, $1, 'lapsed', $5 FROM contact_permits AS permit
WHERE tenant_id = $1 AND (holder_kind, holder_id) = ($2, $3) AND until <= $4
    AND NOT EXISTS (SELECT 1 FROM contact_permit_ends AS ended WHERE ended.tenant_id = $1 AND permit_id = permit.id)
ON CONFLICT DO NOTHING RETURNING permit_id
"""
_SITUATION = msgspec.json.Decoder(Situation)


async def lock_budgets(raw: asyncpg.Connection, tenant_id: UUID, budgets: Iterable[UUID]) -> None:
    """Let nobody else draw or end permits of these obligors before this transaction is over."""
    await raw.fetch(LOCK_BUDGETS, tenant_id, list(budgets), LOCK_CLASS)


async def lock_budgets_of(raw: asyncpg.Connection, tenant_id: UUID, permit_ids: Sequence[UUID]) -> None:
    """Do the same for the obligors of these permits."""
    await raw.fetch(LOCK_BUDGETS_OF, tenant_id, permit_ids, LOCK_CLASS)


async def permits_out(
    raw: asyncpg.Connection, tenant_id: UUID, budgets: Iterable[UUID], ran_out_after: datetime
) -> list[Permit]:
    """Return the permits without an end of these obligors; those that ran out before the instant are forgotten."""
    return [_permit(row) for row in await raw.fetch(OUT_OF_BUDGETS, tenant_id, list(budgets), ran_out_after)]


async def permits_of(raw: asyncpg.Connection, tenant_id: UUID, holder: Holder, now: datetime) -> list[Permit]:
    """Return the permits that a holder may still use, now or later."""
    rows = await raw.fetch(OUT_OF_HOLDER, tenant_id, holder.kind.value, now, holder.id)
    return [_permit(row) for row in rows]


async def insert_permits(raw: asyncpg.Connection, tenant_id: UUID, holder: Holder, permits: Sequence[Permit]) -> None:
    """Write permits of one holder."""
    await raw.execute(
        INSERT_PERMITS, tenant_id, holder.kind.value, holder.id, [one.id for one in permits],
        [one.budget for one in permits], [person_key(one.asked) for one in permits],
        [one.asked.action.channel.value for one in permits],
        [msgspec.json.encode(one.asked).decode() for one in permits], [one.drawn_at for one in permits],
        [one.since for one in permits], [one.until for one in permits],
    )  # fmt: skip


def lock_when_loading(tenant_id: UUID, permit_ids: Sequence[UUID]) -> Statement:
    """Return the statement that locks the obligors of these permits among the reads of a push."""
    return Statement(sql=LOCK_WHEN_LOADING, arguments=(tenant_id, permit_ids, LOCK_CLASS))


def end_statement(tenant_id: UUID, holder: Holder, endings: Sequence[PermitEnding], at: datetime) -> Statement:
    """Return the statement that ends permits of a holder; those of others, and ended ones, it leaves alone."""
    arguments = (
        tenant_id, holder.kind.value, [one.id for one in endings], [one.end.value for one in endings],
        [one.contact_id for one in endings], at, holder.id,
    )  # fmt: skip
    return Statement(sql=END_PERMITS, arguments=arguments)


async def end_permits(
    raw: asyncpg.Connection, tenant_id: UUID, holder: Holder, endings: Sequence[PermitEnding], at: datetime
) -> set[UUID]:
    """Write how permits of a holder ended; returns those that had no end before."""
    statement = end_statement(tenant_id, holder, endings, at)
    rows = await raw.fetch(statement.sql, *statement.arguments)
    return {row["permit_id"] for row in rows}


async def lapse_permits(
    raw: asyncpg.Connection, tenant_id: UUID, holder: Holder, heard_at: datetime, at: datetime
) -> set[UUID]:
    """End what a holder did not use of its permits that had run out by `heard_at`; returns which."""
    rows = await raw.fetch(LAPSE_PERMITS, tenant_id, holder.kind.value, holder.id, heard_at, at)
    return {row["permit_id"] for row in rows}


def _permit(row: asyncpg.Record) -> Permit:
    return Permit(
        id=row["id"],
        budget=row["obligor_id"],
        holder=Holder(kind=HolderKind(row["holder_kind"]), id=row["holder_id"]),
        asked=_SITUATION.decode(row["asked"]),
        drawn_at=row["drawn_at"],
        since=row["since"],
        until=row["until"],
    )
