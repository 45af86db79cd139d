"""All SQL of the facts that people edit: every edit for ever, what stands as its projection, what is undecided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.desk_schemas import ConflictView
from backend.cases.schemas import Edit, Fact, FactLine, FactOnFile
from backend.kernel.statements import Statement

EDITS = """
SELECT e.id, e.case_id, e.field, e.value, e.base_ids, e.user_id, e.device_id, e.occurred_at AS at, f.version
FROM fact_edits e JOIN case_facts f ON f.case_id = e.case_id AND f.field = e.field
WHERE e.tenant_id = $1 AND e.case_id = ANY($2::uuid[]) AND e.field = ANY($3::text[])
"""
INSERT_EDITS = """
INSERT INTO fact_edits (id, tenant_id, case_id, field, value, base_ids, user_id, device_id, occurred_at)
SELECT id, $1, case_id, field, value, base_ids::uuid[], user_id, device_id, occurred_at
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::uuid[], $9::timestamptz[])
    AS new (id, case_id, field, value, base_ids, user_id, device_id, occurred_at)
"""
UPSERT_FACTS = """
INSERT INTO case_facts (case_id, field, tenant_id, value, version, edited_by, edited_at, edit_id, heads, others)
SELECT case_id, field, $1, to_jsonb(value), version, edited_by, edited_at, edit_id, heads::uuid[], others::uuid[]
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::uuid[], $7::timestamptz[], $8::uuid[], $9::text[],
    $10::text[]) AS new (case_id, field, value, version, edited_by, edited_at, edit_id, heads, others)
ON CONFLICT (case_id, field) DO UPDATE SET value = excluded.value, version = excluded.version,
    edited_by = excluded.edited_by, edited_at = excluded.edited_at, edit_id = excluded.edit_id,
    heads = excluded.heads, others = excluded.others
"""
OPEN_CONFLICTS = """
SELECT f.case_id, c.number AS case_number, o.name AS case_name, f.field, f.heads, (
    SELECT json_agg(json_build_object('id', e.id, 'value', e.value, 'by', u.name, 'at', e.occurred_at)
        ORDER BY e.occurred_at DESC, e.id DESC)::text
    FROM fact_edits e JOIN users u ON u.id = e.user_id
    WHERE e.tenant_id = $1 AND e.id = ANY(f.edit_id || f.others)) AS lines
FROM case_facts f JOIN cases c ON c.id = f.case_id JOIN obligors o ON o.id = c.obligor_id
WHERE f.tenant_id = $1 AND f.others <> '{}' ORDER BY f.edited_at, f.case_id, f.field LIMIT $2
"""
_LINES = msgspec.json.Decoder(list[FactLine])


class EditRow(msgspec.Struct, frozen=True):
    """One row of EDITS."""

    id: UUID
    case_id: UUID
    field: str
    value: str
    base_ids: list[UUID]
    user_id: UUID
    device_id: UUID | None
    at: datetime
    version: int


async def facts_on_file(
    raw: asyncpg.Connection, tenant_id: UUID, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], FactOnFile]:
    """Return all edits of the facts by (case, field); the caller holds the locks of the cases."""
    if not keys:
        return {}
    cases, fields = sorted({case for case, _ in keys}), sorted({field for _, field in keys})
    found: dict[tuple[UUID, str], FactOnFile] = {}
    for row in await raw.fetch(EDITS, tenant_id, cases, fields):
        one = EditRow(**dict(row))
        fact = found.setdefault((one.case_id, one.field), FactOnFile(version=one.version, edits=[]))
        fact.edits.append(
            Edit(
                id=one.id,
                case_id=one.case_id,
                field=one.field,
                value=one.value,
                base_ids=one.base_ids,
                user_id=one.user_id,
                device_id=one.device_id,
                at=one.at,
            )
        )
    return found


def insert_edits(tenant_id: UUID, edits: Sequence[Edit]) -> Statement:
    """Return the statement that keeps edits for ever."""
    arguments = (
        tenant_id, [one.id for one in edits], [one.case_id for one in edits], [one.field for one in edits],
        [one.value for one in edits], [_array(one.base_ids) for one in edits], [one.user_id for one in edits],
        [one.device_id for one in edits], [one.at for one in edits],
    )  # fmt: skip
    return Statement(sql=INSERT_EDITS, arguments=arguments)


def upsert_facts(tenant_id: UUID, facts: Mapping[tuple[UUID, str], Fact]) -> Statement:
    """Return the statement that writes what stands of each fact."""
    keys, values = list(facts), list(facts.values())
    arguments = (
        tenant_id, [case for case, _ in keys], [field for _, field in keys], [one.shown.value for one in values],
        [one.version for one in values], [one.shown.user_id for one in values], [one.shown.at for one in values],
        [one.shown.id for one in values], [_array([head.id for head in one.heads]) for one in values],
        [_array([other.id for other in one.others]) for one in values],
    )  # fmt: skip
    return Statement(sql=UPSERT_FACTS, arguments=arguments)


def _array(ids: Sequence[UUID]) -> str:
    """Return ids as one array literal: unnest takes no arrays of unequal length."""
    return "{" + ",".join(str(one) for one in ids) + "}"


async def open_conflicts(raw: asyncpg.Connection, tenant_id: UUID, limit: int) -> list[ConflictView]:
    """Return the facts on cases that the scope sees for which several values stand, the longest unchanged first."""
    return [
        ConflictView(
            case_id=row["case_id"],
            case_number=row["case_number"],
            case_name=row["case_name"],
            field=row["field"],
            heads=row["heads"],
            values=_LINES.decode(row["lines"]),
        )
        for row in await raw.fetch(OPEN_CONFLICTS, tenant_id, limit)
    ]
