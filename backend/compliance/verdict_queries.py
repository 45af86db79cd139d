"""All SQL of the verdicts: what they were made from, and the record in the journal."""

from collections.abc import Mapping
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.contact_schemas import Kept, Record

KEEP_INPUTS = """
INSERT INTO gate_inputs (tenant_id, kind, sha256, body)
SELECT $1, kind, decode(sha256, 'hex'), body FROM unnest($2::text[], $3::text[], $4::text[]) AS new (kind, sha256, body)
ON CONFLICT DO NOTHING RETURNING kind
"""
RECORD = "SELECT tenant_id, payload::text AS payload FROM events WHERE id = $1 AND kind = 'contact.judged'"
INPUTS = """
SELECT kind, encode(sha256, 'hex') AS sha256, body FROM gate_inputs
WHERE tenant_id = $1 AND (kind, sha256) IN (
    SELECT kind, decode(digest, 'hex') FROM unnest($2::text[], $3::text[]) AS named (kind, digest))
"""
_HASHES = msgspec.json.Decoder(list[str])


async def keep_inputs(raw: asyncpg.Connection, tenant_id: UUID, inputs: Mapping[tuple[str, str], str]) -> list[str]:
    """Keep bodies by (kind, hash) that are not kept yet; returns the kinds of the new ones."""
    kinds, hashes = [kind for kind, _ in inputs], [digest for _, digest in inputs]
    rows = await raw.fetch(KEEP_INPUTS, tenant_id, kinds, hashes, list(inputs.values()))
    return [row["kind"] for row in rows]


async def kept_verdict(raw: asyncpg.Connection, verdict_id: UUID) -> Kept | None:
    """Return a verdict with what it was made from; None when the journal has none of this id."""
    row = await raw.fetchrow(RECORD, verdict_id)
    if row is None:
        return None
    record = msgspec.json.decode(row["payload"], type=Record)
    named = [("law", record.law), *([] if record.history is None else [("history", record.history)])]
    inputs = await _inputs(raw, row["tenant_id"], named)
    packs = _HASHES.decode(inputs.get(("law", record.law), "[]"))
    inputs |= await _inputs(raw, row["tenant_id"], [("pack", digest) for digest in packs])
    return Kept(id=verdict_id, tenant_id=row["tenant_id"], record=record, inputs=inputs)


async def _inputs(raw: asyncpg.Connection, tenant_id: UUID, named: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    rows = await raw.fetch(INPUTS, tenant_id, [kind for kind, _ in named], [digest for _, digest in named])
    return {(row["kind"], row["sha256"]): row["body"] for row in rows}
