"""All SQL of how campaigns stand: the two groups side by side, in three statements for a whole page."""

from datetime import timedelta
from uuid import UUID

import asyncpg

from backend.calls.robot.schemas import CampaignView, Group
from backend.kernel.limits import PAGE_SIZE_MAX

CAMPAIGNS = f"""
SELECT campaign.id, campaign.name, flow_code, flow_version, state, held_out_permille, paid_days, tenants.currency,
    started_at, ended_at FROM robot_campaigns AS campaign JOIN tenants ON tenants.id = campaign.tenant_id
WHERE campaign.tenant_id = $1 AND ($2::uuid IS NULL OR campaign.id = $2) ORDER BY started_at DESC LIMIT {PAGE_SIZE_MAX}
"""
# What counts begins with the campaign and ends so many days later, for both groups alike: whoever was held out may be
# reached in other ways, and that is what calling is compared with.
GROUPS = """
SELECT target.campaign_id, target.is_held_out, count(*) AS cases, count(target.line_call_id) AS called,
    count(*) FILTER (WHERE EXISTS (SELECT 1 FROM contact_events AS contact WHERE contact.tenant_id = $1
        AND contact.case_id = target.case_id AND contact.kind = 'conversation' AND NOT contact.is_reversal
        AND contact.at >= span.since AND contact.at < span.until)) AS contacts,
    count(*) FILTER (WHERE EXISTS (SELECT 1 FROM promises WHERE promises.tenant_id = $1
        AND promises.case_id = target.case_id AND promises.state <> 'cancelled' AND promises.made_at >= span.since
        AND promises.made_at < span.until)) AS promises,
    count(*) FILTER (WHERE paid.minor > 0) AS paying, coalesce(sum(paid.minor), 0)::bigint AS paid_minor
FROM robot_targets AS target JOIN cases ON cases.id = target.case_id
JOIN unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS span (campaign_id, since, until)
    ON span.campaign_id = target.campaign_id
JOIN tenants ON tenants.id = target.tenant_id
CROSS JOIN LATERAL (SELECT sum(amount_minor) AS minor FROM accounts JOIN payments ON payments.account_id = accounts.id
    WHERE accounts.tenant_id = $1 AND accounts.obligor_id = cases.obligor_id AND reversed_on IS NULL
        AND payments.currency = tenants.currency AND paid_on >= (span.since AT TIME ZONE tenants.zone)::date
        AND paid_on < (span.until AT TIME ZONE tenants.zone)::date) AS paid
WHERE target.tenant_id = $1 GROUP BY target.campaign_id, target.is_held_out
"""
STATES = """
SELECT campaign_id, state, coalesce(result, '') AS result, count(*) AS cases FROM robot_targets
WHERE tenant_id = $1 AND campaign_id = ANY($2::uuid[]) GROUP BY campaign_id, state, result
"""
_NOBODY = Group(cases=0, called=0, contacts=0, promises=0, paying=0, paid_minor=0)


async def campaigns(raw: asyncpg.Connection, tenant_id: UUID, campaign_id: UUID | None = None) -> list[CampaignView]:
    """Return the campaigns of a tenant (or one), the latest first, at most 200, with what became of both groups."""
    rows = await raw.fetch(CAMPAIGNS, tenant_id, campaign_id)
    ids = [row["id"] for row in rows]
    since = [row["started_at"] for row in rows]
    until = [row["started_at"] + timedelta(days=row["paid_days"]) for row in rows]
    groups: dict[tuple[UUID, bool], Group] = {}
    for found in await raw.fetch(GROUPS, tenant_id, ids, since, until):
        values = dict(found)
        key = values.pop("campaign_id"), values.pop("is_held_out")
        groups[key] = Group(**values)
    states: dict[UUID, dict[str, int]] = {}
    results: dict[UUID, dict[str, int]] = {}
    for found in await raw.fetch(STATES, tenant_id, ids):
        own, came_to = states.setdefault(found["campaign_id"], {}), results.setdefault(found["campaign_id"], {})
        own[found["state"]] = own.get(found["state"], 0) + found["cases"]
        if found["result"]:
            came_to[found["result"]] = came_to.get(found["result"], 0) + found["cases"]
    return [
        CampaignView(
            **row,
            waiting=states.get(row["id"], {}).get("waiting", 0),
            calling=states.get(row["id"], {}).get("calling", 0),
            done=states.get(row["id"], {}).get("done", 0),
            left=states.get(row["id"], {}).get("left", 0),
            results=results.get(row["id"], {}),
            called=groups.get((row["id"], False), _NOBODY),
            held_out=groups.get((row["id"], True), _NOBODY),
        )
        for row in rows
    ]
