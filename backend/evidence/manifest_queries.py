"""All SQL of manifests and signals: what is known when a photo is named, what was found, what a person sees of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.manifests import Code, Fix, Link, Manifest, Signal
from backend.kernel.geo import Point

FIXES_MAX = 200
GAPS_MAX = 1000

CONTEXT = """
SELECT now() AS received_at, (SELECT public_key FROM devices WHERE tenant_id = $1 AND id = $2) AS public_key
"""
LINKS = """
SELECT number, encode(manifest_hash, 'hex') AS manifest_hash, taken_at FROM evidence_manifests
WHERE tenant_id = $1 AND device_id = $2 AND number = ANY($3::bigint[]) ORDER BY received_at, evidence_id
"""
FIXES = f"""
SELECT evidence.case_id, lat_e7, lon_e7, accuracy_m, evidence_manifests.taken_at AS at
FROM evidence_manifests JOIN evidence ON evidence.id = evidence_id
WHERE evidence_manifests.tenant_id = $1 AND evidence_manifests.user_id = $2
    AND evidence_manifests.taken_at BETWEEN $3 AND $4 AND lat_e7 IS NOT NULL
ORDER BY evidence_manifests.taken_at DESC LIMIT {FIXES_MAX}
"""
DOORS = """
SELECT id, ST_Y(place::geometry) AS lat, ST_X(place::geometry) AS lon FROM addresses
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND place IS NOT NULL
"""
KEEP_MANIFESTS = """
INSERT INTO evidence_manifests (evidence_id, tenant_id, user_id, device_id, number, text, signature, manifest_hash,
    taken_at, lat_e7, lon_e7, accuracy_m, bracket_from, received_at)
SELECT evidence_id, $1, $2, $3, number, text, signature, decode(manifest_hash, 'hex'), taken_at, lat_e7, lon_e7,
    accuracy_m, bracket_from, $4
FROM unnest($5::uuid[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::int[], $12::int[],
    $13::int[], $14::timestamptz[])
    AS new (evidence_id, number, text, signature, manifest_hash, taken_at, lat_e7, lon_e7, accuracy_m, bracket_from)
"""
KEEP_SIGNALS = """
INSERT INTO evidence_signals (evidence_id, tenant_id, code, detail, at)
SELECT evidence_id, $1, code, detail, $2 FROM unnest($3::uuid[], $4::text[], $5::jsonb[])
    AS new (evidence_id, code, detail)
ON CONFLICT DO NOTHING RETURNING evidence_id, code
"""
# The photo before may lie in a draft for a while; after three days nothing that belongs to a visit may come any more.
GAPS = f"""
SELECT late.evidence_id, late.tenant_id, evidence.case_id, late.number
FROM evidence_manifests AS late JOIN evidence ON evidence.id = late.evidence_id
WHERE late.received_at BETWEEN $1 AND $2 AND late.number > 1
    AND NOT EXISTS (SELECT 1 FROM evidence_manifests AS before WHERE before.tenant_id = late.tenant_id
        AND before.device_id = late.device_id AND before.number = late.number - 1)
    AND NOT EXISTS (SELECT 1 FROM evidence_signals AS known WHERE known.evidence_id = late.evidence_id
        AND known.code = 'chain_gap')
ORDER BY late.received_at LIMIT {GAPS_MAX}
"""
LOOKED_BACK = timedelta(days=30)


class Context(msgspec.Struct, frozen=True):
    """What stands beside every photo of a batch."""

    received_at: datetime
    public_key: bytes | None


class Kept(msgspec.Struct, frozen=True):
    """A manifest to be kept as it came; `read` is None when it could not be read."""

    evidence_id: UUID
    text: str
    signature: str
    manifest_hash: str
    read: Manifest | None


class Gap(msgspec.Struct, frozen=True):
    """A manifest whose predecessor never came."""

    evidence_id: UUID
    tenant_id: UUID
    case_id: UUID
    number: int


async def context_of(raw: asyncpg.Connection, tenant_id: UUID, device_id: UUID | None) -> Context:
    """Return the device's key and the moment of this receipt."""
    row = await raw.fetchrow(CONTEXT, tenant_id, device_id)
    return Context(**row)


async def links_of(
    raw: asyncpg.Connection, tenant_id: UUID, device_id: UUID | None, numbers: Sequence[int]
) -> dict[int, Link]:
    """Return the device's manifests of these numbers; of one number that stands twice the first that came."""
    rows = await raw.fetch(LINKS, tenant_id, device_id, numbers)
    return {row["number"]: Link(**row) for row in reversed(rows)}


async def fixes_of(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, between: tuple[datetime, datetime]
) -> list[Fix]:
    """Return the places of a person's photos between two moments (server's clock), the last 200."""
    return [Fix(**row) for row in await raw.fetch(FIXES, tenant_id, user_id, *between)]


async def doors_of(raw: asyncpg.Connection, tenant_id: UUID, address_ids: Sequence[UUID]) -> dict[UUID, Point]:
    """Return the places of addresses that have one."""
    rows = await raw.fetch(DOORS, tenant_id, address_ids)
    return {row["id"]: Point(lat=row["lat"], lon=row["lon"]) for row in rows}


async def keep_manifests(
    raw: asyncpg.Connection, who: tuple[UUID, UUID, UUID | None], context: Context, kept: Sequence[Kept]
) -> None:
    """Keep manifests of one (tenant, user, device)."""
    places = [None if one.read is None else one.read.place for one in kept]
    await raw.execute(
        KEEP_MANIFESTS, *who, context.received_at, [one.evidence_id for one in kept],
        [one.read and one.read.number for one in kept], [one.text for one in kept], [one.signature for one in kept],
        [one.manifest_hash for one in kept], [one.read and one.read.taken_by_server for one in kept],
        [place and place.lat_e7 for place in places], [place and place.lon_e7 for place in places],
        [place and min(place.accuracy_m, 2**31 - 1) for place in places],
        [one.read and one.read.after and one.read.after.received_at for one in kept],
    )  # fmt: skip


async def keep_signals(
    raw: asyncpg.Connection, tenant_id: UUID, signals: Mapping[UUID, Sequence[Signal]], now: datetime
) -> set[tuple[UUID, Code]]:
    """Keep signals by evidence; returns those that were not known before."""
    flat = [(evidence_id, signal) for evidence_id, found in signals.items() for signal in found]
    rows = await raw.fetch(
        KEEP_SIGNALS, tenant_id, now, [evidence_id for evidence_id, _ in flat],
        [signal.code.value for _, signal in flat],
        [msgspec.json.encode(signal.detail).decode() for _, signal in flat],
    )  # fmt: skip
    return {(row["evidence_id"], Code(row["code"])) for row in rows}


async def gaps_before(raw: asyncpg.Connection, until: datetime) -> list[Gap]:
    """Return at most 1,000 manifests, of all tenants, received in the 30 days before, whose predecessor never came."""
    return [Gap(**row) for row in await raw.fetch(GAPS, until - LOOKED_BACK, until)]
