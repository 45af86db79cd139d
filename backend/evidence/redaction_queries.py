"""All SQL of redacted copies."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.picture_queries import STAMP
from backend.evidence.pictures import Area
from backend.evidence.redaction_schemas import REDACTIONS_MAX, RedactionView
from backend.evidence.schemas import StampFacts

_COPY = """
SELECT id, evidence_id, encode(parent_sha256, 'hex') AS parent_sha256, encode(sha256, 'hex') AS sha256, size_bytes,
    areas::text AS areas, reason, made_by, made_at
FROM evidence_redactions
"""
OF_PHOTOS = f"{_COPY} WHERE tenant_id = $1 AND evidence_id = ANY($2::uuid[]) ORDER BY made_at DESC, id DESC"
ONE = f"{_COPY} WHERE tenant_id = $1 AND evidence_id = $2 AND id = $3"
KEEP = f"""
INSERT INTO evidence_redactions (id, evidence_id, tenant_id, parent_sha256, sha256, size_bytes, areas, reason, made_by,
    made_at)
SELECT $1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), $6, $7, $8, $9, $10
WHERE (SELECT count(*) FROM evidence_redactions WHERE tenant_id = $3 AND evidence_id = $2) < {REDACTIONS_MAX}
"""


async def stamp_facts(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID) -> StampFacts:
    """Return what is written on copies of a photo that is seen."""
    return StampFacts(**await raw.fetchrow(STAMP, tenant_id, evidence_id))


async def copies_of(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]) -> list[RedactionView]:
    """Return the redacted copies of photos, the newest first; at most 20 of each were ever made."""
    return [_copy(row) for row in await raw.fetch(OF_PHOTOS, tenant_id, list(ids))]


async def copy(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID, copy_id: UUID) -> RedactionView | None:
    """Return one redacted copy if the transaction's person sees its photo."""
    row = await raw.fetchrow(ONE, tenant_id, evidence_id, copy_id)
    return None if row is None else _copy(row)


async def keep(raw: asyncpg.Connection, tenant_id: UUID, made: RedactionView) -> bool:
    """Keep a redacted copy; False when the photo has 20 already."""
    areas = msgspec.json.encode(made.areas).decode()
    status: str = await raw.execute(
        KEEP, made.id, made.evidence_id, tenant_id, made.parent_sha256, made.sha256, made.size_bytes, areas,
        made.reason, made.made_by, made.made_at,
    )  # fmt: skip
    return status == "INSERT 0 1"


def _copy(row: asyncpg.Record) -> RedactionView:
    areas = msgspec.json.decode(row["areas"], type=list[Area])
    return RedactionView(**{**dict(row), "areas": areas})
