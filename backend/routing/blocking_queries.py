"""Which SQL finds the visits that are planned to somebody, and takes them out of the day?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.identity.schemas import Act

# A day is over when it is over in the zone of the tenant. What stands against contacts hangs on the obligor.
PLANNED = """
SELECT day_plans.id AS plan_id, stops.case_id
FROM cases AS named
JOIN cases AS own ON own.tenant_id = $1 AND own.obligor_id = named.obligor_id
JOIN stops ON stops.tenant_id = $1 AND stops.case_id = own.id AND stops.state = 'planned'
JOIN day_plans ON day_plans.id = stops.plan_id AND day_plans.state = 'published'
    AND day_plans.day >= ($3 AT TIME ZONE (SELECT zone FROM tenants WHERE tenants.id = $1))::date
WHERE named.tenant_id = $1 AND named.id = ANY($2::uuid[])
ORDER BY day_plans.id
"""
BLOCK = """
UPDATE stops SET state = 'blocked', state_at = $3, skip_reason = NULL,
    rule_ids = ARRAY(SELECT jsonb_array_elements_text(held.rule_ids::jsonb))
FROM unnest($4::uuid[], $5::text[]) AS held (case_id, rule_ids)
WHERE stops.tenant_id = $1 AND stops.plan_id = $2 AND stops.case_id = held.case_id AND stops.state = 'planned'
RETURNING stops.id, stops.case_id, stops.user_id
"""
# Records of visits and calls raise stops without an event of their own: they go in one statement with the record.
RAISED_BY = """
SELECT DISTINCT case_id FROM contact_stops WHERE tenant_id = $1 AND source_id = ANY($2::uuid[])
"""
CASES_OF_STOPS = "SELECT DISTINCT case_id FROM stops WHERE tenant_id = $1 AND id = ANY($2::uuid[])"


class Blocked(msgspec.Struct, frozen=True):
    """A stop that was taken out of a day."""

    id: UUID
    case_id: UUID
    user_id: UUID


async def planned_of(
    raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID], now: datetime
) -> dict[UUID, set[UUID]]:
    """Return the cases of the same people that published plans of today and later still send somebody to, by plan."""
    found: dict[UUID, set[UUID]] = {}
    for row in await raw.fetch(PLANNED, tenant_id, case_ids, now):
        found.setdefault(row["plan_id"], set()).add(row["case_id"])
    return found


async def block_stops(
    raw: asyncpg.Connection, act: Act, plan_id: UUID, rule_ids: Mapping[UUID, list[str]]
) -> list[Blocked]:
    """Mark the planned visits of these cases as blocked; returns them."""
    texts = [msgspec.json.encode(one).decode() for one in rule_ids.values()]
    rows = await raw.fetch(BLOCK, act.tenant_id, plan_id, act.at, list(rule_ids), texts)
    return [Blocked(id=row["id"], case_id=row["case_id"], user_id=row["user_id"]) for row in rows]


async def cases_stopped_by(raw: asyncpg.Connection, tenant_id: UUID, record_ids: Sequence[UUID]) -> list[UUID]:
    """Return the cases of which these calls and visits raised something against the next contact."""
    return [row["case_id"] for row in await raw.fetch(RAISED_BY, tenant_id, record_ids)]


async def cases_of_stops(raw: asyncpg.Connection, tenant_id: UUID, stop_ids: Sequence[UUID]) -> list[UUID]:
    """Return the cases of these stops."""
    return [row["case_id"] for row in await raw.fetch(CASES_OF_STOPS, tenant_id, stop_ids)]
