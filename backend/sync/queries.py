"""All SQL of the sync itself: mutation ids, quarantine, withdrawal targets, reveals, device state."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.statements import Statement
from backend.sync.deciding import Target
from backend.sync.schemas import AnswerStatus

KNOWN = """
SELECT mutations.id, encode(mutations.body_hash, 'hex') AS body_hash, mutations.status, mutations.code,
    mutations.user_id, coalesce((SELECT detail FROM quarantine WHERE quarantine.mutation_id = mutations.id
        AND quarantine.tenant_id = $1 AND quarantine.body_hash = mutations.body_hash LIMIT 1), '{}') AS detail
FROM mutations WHERE mutations.id = ANY($2::uuid[]) AND mutations.tenant_id = $1
"""
# In the order of ids, so that two batches which share items wait for each other in one direction.
CLAIM = """
INSERT INTO mutations (id, tenant_id, user_id, device_id, seq, body_hash, status, code, recorded_at)
SELECT id, $1, $2, $3, seq, body_hash, status, code, $4
FROM unnest($5::uuid[], $6::bigint[], $7::bytea[], $8::text[], $9::text[]) AS new (id, seq, body_hash, status, code)
ORDER BY id
ON CONFLICT (id, tenant_id) DO NOTHING
RETURNING id
"""
QUARANTINE = """
INSERT INTO quarantine (mutation_id, tenant_id, user_id, device_id, body_hash, case_id, kind, schema_version,
    occurred_at, body, code, detail, recorded_at)
SELECT id, $1, $2, $3, body_hash, case_id, kind, schema_version, occurred_at, body, code, detail, $4
FROM unnest($5::uuid[], $6::bytea[], $7::uuid[], $8::text[], $9::int[], $10::timestamptz[], $11::text[], $12::text[],
    $13::jsonb[]) AS new (id, body_hash, case_id, kind, schema_version, occurred_at, body, code, detail)
ON CONFLICT DO NOTHING
"""
BODIES_LEFT = """
SELECT body FROM quarantine
WHERE tenant_id = $1 AND device_id = $2 AND code = 'sync.left_behind' ORDER BY recorded_at DESC LIMIT 2000
"""
TARGETS = """
SELECT id, 'visit' AS kind, case_id, result, ended_at, withdrawn_at IS NOT NULL AS is_withdrawn FROM visits
WHERE tenant_id = $1 AND user_id = $2 AND id = ANY($3::uuid[])
UNION ALL
SELECT id, 'call', case_id, result, ended_at, withdrawn_at IS NOT NULL FROM calls
WHERE tenant_id = $1 AND user_id = $2 AND id = ANY($3::uuid[])
"""
SEE_DEVICE = """
UPDATE devices SET last_seen_at = $4, app_version = $5, unsent_count = $6, last_seq = greatest(last_seq, $7),
    clock_offset_ms = $8
WHERE tenant_id = $1 AND id = $2 AND user_id = $3 AND (revoked_at IS NULL OR $9)
RETURNING id
"""


class KnownMutation(msgspec.Struct, frozen=True):
    """An item that came before, and how it was answered."""

    id: UUID
    body_hash: str
    status: AnswerStatus
    code: str | None
    user_id: UUID
    detail: dict[str, str]


class Claim(msgspec.Struct, frozen=True):
    """An item with its answer, about to be written down."""

    id: UUID
    seq: int
    body_hash: bytes
    status: AnswerStatus
    code: str | None


class Refusal(msgspec.Struct, frozen=True):
    """A refused item with all it said, for the quarantine.

    `body` is the text exactly as it came: jsonb would refuse some of what JSON may hold (U+0000, lone surrogates).
    """

    id: UUID
    body_hash: bytes
    case_id: UUID | None
    kind: str
    schema_version: int
    occurred_at: datetime
    body: str
    code: str
    detail: dict[str, str]


_KNOWN = msgspec.json.Decoder(list[KnownMutation])


def known_mutations(tenant_id: UUID, ids: Sequence[UUID]) -> Statement:
    """Return the statement that reads those of the ids that were answered before."""
    return Statement(sql=KNOWN, arguments=(tenant_id, ids))


def read_known(text: str) -> dict[UUID, KnownMutation]:
    """Read its rows, as JSON."""
    return {row.id: row for row in _KNOWN.decode(text)}


def claim(who: tuple[UUID, UUID, UUID], claims: Sequence[Claim], now: datetime) -> Statement:
    """Return the statement that writes down ids with their answers and gives those that were new.

    `who` is (tenant, user, device).
    """
    arguments = (
        *who, now, [one.id for one in claims], [one.seq for one in claims], [one.body_hash for one in claims],
        [one.status.value for one in claims], [one.code for one in claims],
    )  # fmt: skip
    return Statement(sql=CLAIM, arguments=arguments)


async def insert_quarantine(
    raw: asyncpg.Connection, who: tuple[UUID, UUID, UUID], refusals: Sequence[Refusal], now: datetime
) -> None:
    """Keep refused items whole, until a person decides. `who` is (tenant, user, device)."""
    if refusals:
        await raw.execute(
            QUARANTINE, *who, now, [one.id for one in refusals], [one.body_hash for one in refusals],
            [one.case_id for one in refusals],
            [one.kind for one in refusals], [one.schema_version for one in refusals],
            [one.occurred_at for one in refusals], [one.body for one in refusals], [one.code for one in refusals],
            [msgspec.json.encode(one.detail).decode() for one in refusals],
        )  # fmt: skip


async def bodies_left(raw: asyncpg.Connection, tenant_id: UUID, device_id: UUID) -> list[str]:
    """Return the bodies that a device out of service left, the newest first, at most 2,000."""
    return [row["body"] for row in await raw.fetch(BODIES_LEFT, tenant_id, device_id)]


async def targets(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Target]:
    """Return the user's own visits and calls among the ids."""
    if not ids:
        return {}
    return {
        row["id"]: Target(
            kind=row["kind"],
            case_id=row["case_id"],
            result=row["result"],
            ended_at=row["ended_at"],
            is_withdrawn=row["is_withdrawn"],
        )
        for row in await raw.fetch(TARGETS, tenant_id, user_id, ids)
    }


class DeviceSeen(msgspec.Struct, frozen=True):
    """What a push says of its device."""

    app_version: str
    unsent_count: int
    last_seq: int
    clock_offset_ms: int


def see_device(
    who: tuple[UUID, UUID, UUID], seen: DeviceSeen, now: datetime, *, may_be_revoked: bool = False
) -> Statement:
    """Return the statement that notes the device's state; it gives no row when the device is foreign or revoked."""
    tenant_id, user_id, device_id = who
    arguments = (
        tenant_id, device_id, user_id, now, seen.app_version, seen.unsent_count, seen.last_seq, seen.clock_offset_ms,
        may_be_revoked,
    )  # fmt: skip
    return Statement(sql=SEE_DEVICE, arguments=arguments)
