"""What must reactions look up? Who drives which plan, who holds which case, and whether money came in."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import msgspec

# Whose route is another one than in the plan before; somebody without stops in one of the two counts as well.
ROUTES_THAT_DIFFER = """
WITH routes AS (
    SELECT plan_id, user_id, array_agg(case_id ORDER BY position, id) AS route
    FROM stops WHERE tenant_id = $1 AND plan_id IN ($2, $3) GROUP BY plan_id, user_id),
new AS (SELECT user_id, route FROM routes WHERE plan_id = $2),
old AS (SELECT user_id, route FROM routes WHERE plan_id = $3)
SELECT coalesce(new.user_id, old.user_id) AS user_id, old.user_id IS NOT NULL AS had_plan
FROM new FULL JOIN old ON old.user_id = new.user_id WHERE new.route IS DISTINCT FROM old.route
"""
# An edit notes in its own transaction which phones must pull the plan: those are the routes that it touched.
ROUTES_TOUCHED = """
SELECT DISTINCT c.user_id
FROM day_plans p JOIN users u ON u.tenant_id = p.tenant_id
JOIN phone_changes c ON c.tenant_id = p.tenant_id AND c.user_id = u.id AND c.xid = $3::text::xid8
    AND c.noun = 'plan' AND c.noun_id = p.id
WHERE p.tenant_id = $1 AND p.id = $2 AND p.state = 'published'
"""
HOLDERS = """
SELECT c.id AS case_id, c.assignee_id AS user_id, EXISTS (
    SELECT 1 FROM accounts a JOIN payments p ON p.account_id = a.id
    WHERE a.tenant_id = c.tenant_id AND a.obligor_id = c.obligor_id AND p.paid_on >= $3 AND p.reversed_on IS NULL
    ) AS has_paid
FROM cases c WHERE c.tenant_id = $1 AND c.id = ANY($2::uuid[]) AND c.assignee_id IS NOT NULL
"""
# What stands against contacts stands against the person: whoever has another case of theirs hears of it too.
HOLDERS_OF_PEOPLE = """
SELECT DISTINCT own.assignee_id AS user_id, own.id AS case_id
FROM cases named JOIN cases own ON own.tenant_id = $1 AND own.obligor_id = named.obligor_id AND own.closed_at IS NULL
WHERE named.tenant_id = $1 AND named.id = ANY($2::uuid[]) AND own.assignee_id IS NOT NULL
"""
STOPPED_LATELY = """
SELECT DISTINCT stops.case_id FROM day_plans p
JOIN stops ON stops.plan_id = p.id AND stops.state = 'planned' JOIN cases c ON c.id = stops.case_id
JOIN contact_stops s ON s.tenant_id = $1 AND s.obligor_id = c.obligor_id
    AND s.recorded_at > p.published_at - $3::interval
WHERE p.tenant_id = $1 AND p.id = ANY($2::uuid[]) AND p.state = 'published'
"""

# Who answers for a case by law: the leads of its team, and whoever watches over the law for all of them.
WATCHERS = """
SELECT u.id AS user_id FROM users u WHERE u.tenant_id = $1 AND u.is_active AND (u.role = 'compliance'
    OR (u.role = 'lead' AND EXISTS (SELECT 1 FROM team_members m JOIN cases c ON c.team_id = m.team_id
        WHERE m.user_id = u.id AND c.tenant_id = $1 AND c.id = ANY($2::uuid[]))))
ORDER BY u.id
"""


class RouteOf(msgspec.Struct, frozen=True):
    """A collector whose route is new or another one."""

    user_id: UUID
    had_plan: bool


class Holder(msgspec.Struct, frozen=True):
    """Who has a case, and whether its obligor has paid lately."""

    case_id: UUID
    user_id: UUID
    has_paid: bool


async def routes_that_differ(
    raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, replaced_id: UUID | None
) -> list[RouteOf]:
    """Return whom a published plan concerns: everybody in it, less those whose route is as in the plan it replaces."""
    rows = await raw.fetch(ROUTES_THAT_DIFFER, tenant_id, plan_id, replaced_id)
    return [RouteOf(user_id=row["user_id"], had_plan=row["had_plan"]) for row in rows]


async def routes_touched(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, xid: int) -> list[UUID]:
    """Return whose routes the edit in that transaction touched; nobody's while the plan is a draft."""
    rows = await raw.fetch(ROUTES_TOUCHED, tenant_id, plan_id, str(xid))
    return [row["user_id"] for row in rows]


async def holders_of_people(
    raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID]
) -> list[tuple[UUID, UUID]]:
    """Return (who has it, case) of all open cases of the people of these cases."""
    rows = await raw.fetch(HOLDERS_OF_PEOPLE, tenant_id, case_ids)
    return [(row["user_id"], row["case_id"]) for row in rows]


async def stopped_lately(
    raw: asyncpg.Connection, tenant_id: UUID, plan_ids: Sequence[UUID], lately: timedelta
) -> list[UUID]:
    """Return the cases of published plans against whose people something was raised since shortly before."""
    rows = await raw.fetch(STOPPED_LATELY, tenant_id, plan_ids, lately)
    return [row["case_id"] for row in rows]


async def holders_of(raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID], since: date) -> list[Holder]:
    """Return who has these cases now; a case that nobody has is left out."""
    rows = await raw.fetch(HOLDERS, tenant_id, case_ids, since)
    return [Holder(case_id=row["case_id"], user_id=row["user_id"], has_paid=row["has_paid"]) for row in rows]


async def watchers_of(raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID]) -> list[UUID]:
    """Return who is told when a date of the law comes near for one of these cases."""
    return [row["user_id"] for row in await raw.fetch(WATCHERS, tenant_id, case_ids)]
