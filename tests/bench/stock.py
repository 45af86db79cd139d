"""A stock of cases for the benchmarks: a collector with a book of any size, written by the database itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.ids import new_id

STOCK = """
INSERT INTO obligors (id, tenant_id, external_ref, kind, name, name_sort, language, zone, row_hash)
SELECT gen_random_uuid(), $1, 'B' || n, 'person', 'Client ' || n, 'client ' || n, 'en', 'Asia/Shanghai', '\\x00'
FROM generate_series(1, $2::int) n
"""
DOORS = """
INSERT INTO addresses (id, tenant_id, obligor_id, kind, line, place, place_source, status, source, row_hash)
SELECT gen_random_uuid(), tenant_id, id, 'home', 'Street ' || external_ref,
    ST_SetSRID(ST_MakePoint(120 + random() / 5, 30 + random() / 5), 4326)::geography, 'book', 'verified', 'book',
    '\\x00'
FROM obligors WHERE tenant_id = $1
"""
CASES = """
INSERT INTO cases (id, tenant_id, obligor_id, number, kind, state, currency, overdue_minor, balance_minor,
    days_past_due, bucket, score, team_id, assignee_id, door_address_id, door, opened_at)
SELECT gen_random_uuid(), $1, addresses.obligor_id, 'B-' || row_number() OVER (), 'personal', 'active', 'CNY',
    overdue, overdue * 2, days, 'M1', overdue * days, $2, $3, addresses.id, addresses.place, now()
FROM addresses CROSS JOIN LATERAL (SELECT (random() * 900000)::bigint + 1000 AS overdue,
    (random() * 200)::int + 1 AS days, addresses.id AS again) figures
WHERE addresses.tenant_id = $1
"""
ASSIGNMENTS = """
INSERT INTO assignments (id, tenant_id, case_id, user_id, assigned_at, reason)
SELECT gen_random_uuid(), tenant_id, id, $2, $3, 'manual' FROM cases WHERE tenant_id = $1
"""


DOORS_MAX = 2000
"""As many as a benchmark picks from."""


class Stock(msgspec.Struct, frozen=True):
    """Ids of a lender with one team, one collector, one device and many cases."""

    tenant_id: UUID
    team_id: UUID
    user_id: UUID
    device_id: UUID
    doors: list[tuple[UUID, UUID, float, float]]
    """(case, address, latitude, longitude)."""


async def make_stock(raw: asyncpg.Connection, count: int, *, role: str = "collector") -> Stock:
    """Write the stock as a new tenant whose one person has this role; `raw` acts as the job role."""
    tenant_id, team_id, user_id, device_id = (new_id() for _ in range(4))
    suffix = tenant_id.hex[-12:]
    await raw.execute(
        "INSERT INTO tenants (id, code, name, zone, currency, language)"
        " VALUES ($1, $2, 'Bench', 'Asia/Shanghai', 'CNY', 'en')",
        tenant_id,
        f"bench-{suffix}",
    )
    await raw.execute("INSERT INTO teams VALUES ($1, $2, 'Bench', 'field')", team_id, tenant_id)
    await raw.execute(
        "INSERT INTO users (id, tenant_id, login, name, role, language, zone)"
        " VALUES ($1, $2, $3, 'Bench', $4, 'en', 'Asia/Shanghai')",
        user_id,
        tenant_id,
        f"bench-{suffix}",
        role,
    )
    await raw.execute("INSERT INTO team_members VALUES ($1, $2, $3)", tenant_id, team_id, user_id)
    await raw.execute(
        "INSERT INTO devices (id, tenant_id, user_id, label, public_key) VALUES ($1, $2, $3, 'bench', '\\x00')",
        device_id,
        tenant_id,
        user_id,
    )
    await raw.execute(STOCK, tenant_id, count)
    await raw.execute(DOORS, tenant_id)
    await raw.execute(CASES, tenant_id, team_id, user_id)
    await raw.execute(ASSIGNMENTS, tenant_id, user_id, datetime.now(tz=UTC) - timedelta(days=2))
    # In production the autovacuum has done it long ago; here it would run, and be measured, while we count CPU.
    await raw.execute("SET ROLE app_owner")
    await raw.execute("VACUUM (ANALYZE) obligors, addresses, cases, assignments")
    await raw.execute("SET ROLE app_job")
    rows = await raw.fetch(
        "SELECT id, door_address_id, ST_Y(door::geometry), ST_X(door::geometry) FROM cases WHERE tenant_id = $1",
        tenant_id,
    )
    return Stock(
        tenant_id=tenant_id, team_id=team_id, user_id=user_id, device_id=device_id, doors=[tuple(row) for row in rows]
    )
