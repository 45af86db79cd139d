"""All SQL of robot calls: flows by version, campaigns, whom to call next, and what became of both groups."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.calls.robot.schemas import CampaignWish, Flow, FlowView
from backend.kernel.limits import PAGE_SIZE_MAX

RUNNING_MAX = 200

FLOW = "SELECT body::text AS body FROM robot_flows WHERE tenant_id = $1 AND code = $2 AND version = $3"
PRESENT_FLOW = """
SELECT body::text AS body, version, published_at FROM robot_flows
WHERE tenant_id = $1 AND code = $2 ORDER BY version DESC LIMIT 1
"""
FLOWS = f"""
SELECT DISTINCT ON (code) body::text AS body, version, published_at FROM robot_flows WHERE tenant_id = $1
ORDER BY code, version DESC LIMIT {PAGE_SIZE_MAX}
"""
PUBLISH = """
INSERT INTO robot_flows (tenant_id, code, version, body, published_by, published_at)
SELECT $1, $2, coalesce(max(version), 0) + 1, $3::text::jsonb, $4, $5
FROM robot_flows WHERE tenant_id = $1 AND code = $2 RETURNING version
"""
ROBOT = "SELECT id FROM users WHERE tenant_id = $1 AND login = $2"
OPEN_CASES = "SELECT id FROM cases WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND closed_at IS NULL"
INSERT_CAMPAIGN = """
INSERT INTO robot_campaigns (id, tenant_id, name, flow_code, flow_version, held_out_permille, seed, from_minute,
    until_minute, at_once, a_minute, tries_max, paid_days, state, robot_id, started_by, started_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'running', $14, $15, $16)
ON CONFLICT DO NOTHING RETURNING id
"""
INSERT_TARGETS = """
INSERT INTO robot_targets (tenant_id, campaign_id, case_id, is_held_out, state, next_at)
SELECT $1, $2, case_id, is_held_out, CASE WHEN is_held_out THEN 'held_out' ELSE 'waiting' END, $5
FROM unnest($3::uuid[], $4::bool[]) AS new (case_id, is_held_out)
"""
STOP = """
UPDATE robot_campaigns SET state = 'stopped', ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'running'
RETURNING id
"""
LEAVE_ALL = """
UPDATE robot_targets SET state = 'left', why = 'stopped', next_at = NULL
WHERE tenant_id = $1 AND campaign_id = $2 AND state = 'waiting'
"""
RUNNING = f"""
SELECT id, tenant_id, flow_code, flow_version, from_minute, until_minute, tries_max, robot_id, at_once, a_minute,
    (SELECT count(*) FROM robot_targets AS target WHERE target.tenant_id = campaign.tenant_id
        AND campaign_id = campaign.id AND state = 'calling') AS calling,
    (SELECT count(*) FROM line_calls AS placed JOIN robot_targets AS target ON target.tenant_id = placed.tenant_id
        AND target.line_call_id = placed.id WHERE placed.tenant_id = campaign.tenant_id AND placed.kind = 'robot'
        AND placed.asked_at > $1::timestamptz - interval '1 minute' AND target.campaign_id = campaign.id) AS lately
FROM robot_campaigns AS campaign WHERE state = 'running' ORDER BY tenant_id, id LIMIT {RUNNING_MAX}
"""
FINISH = """
UPDATE robot_campaigns SET state = 'done', ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'running'
    AND NOT EXISTS (SELECT 1 FROM robot_targets WHERE tenant_id = $1 AND campaign_id = $2
        AND state IN ('waiting', 'calling'))
"""
NEXT = """
SELECT target.case_id, target.tries, cases.obligor_id, cases.state, cases.closed_at IS NOT NULL AS is_closed,
    cases.overdue_minor, cases.days_past_due, obligors.zone, obligors.language, number.id AS contact_point_id,
    number.normal AS number
FROM robot_targets AS target JOIN cases ON cases.id = target.case_id JOIN obligors ON obligors.id = cases.obligor_id
LEFT JOIN LATERAL (
    SELECT id, normal FROM contact_points WHERE contact_points.tenant_id = $1
        AND contact_points.obligor_id = cases.obligor_id AND related_party_id IS NULL AND kind IN ('mobile', 'phone')
        AND may_contact AND status IN ('verified', 'unknown')
    ORDER BY status = 'verified' DESC, kind = 'mobile' DESC, id LIMIT 1) AS number ON true
WHERE target.tenant_id = $1 AND target.campaign_id = $2 AND target.state = 'waiting' AND target.next_at <= $3
ORDER BY target.next_at, target.case_id LIMIT 1 FOR UPDATE OF target SKIP LOCKED
"""
PUT_OFF = """
UPDATE robot_targets SET next_at = $4, why = $5 WHERE tenant_id = $1 AND campaign_id = $2 AND case_id = $3
"""
LEAVE = """
UPDATE robot_targets SET state = 'left', next_at = NULL, why = $4
WHERE tenant_id = $1 AND campaign_id = $2 AND case_id = $3
"""
# The desk's way to this table is another (`line.queries`): there a verdict is named, here it was just made.
INSERT_ROBOT_CALL = """
INSERT INTO line_calls (id, tenant_id, case_id, contact_point_id, user_id, kind, adapter, verdict_id, permit_id,
    notice_id, state, asked_at, memory)
VALUES ($1, $2, $3, $4, $5, 'robot', 'ari', $6, $7, $8, 'asked', $9, $10::text::jsonb)
"""
CALLING = """
UPDATE robot_targets SET state = 'calling', tries = tries + 1, next_at = NULL, why = '', line_call_id = $4
WHERE tenant_id = $1 AND campaign_id = $2 AND case_id = $3
"""
TARGET_OF_CALL = """
SELECT target.case_id, target.tries, campaign.tries_max, campaign.state = 'running' AS is_running
FROM robot_targets AS target JOIN robot_campaigns AS campaign ON campaign.tenant_id = target.tenant_id
    AND campaign.id = target.campaign_id
WHERE target.tenant_id = $1 AND target.campaign_id = $2 AND target.line_call_id = $3 FOR UPDATE OF target
"""
CALLED = """
UPDATE robot_targets SET state = $4, result = $5, next_at = $6, why = $7
WHERE tenant_id = $1 AND campaign_id = $2 AND case_id = $3
"""
CASE_MONEY = """
SELECT cases.overdue_minor, cases.currency, obligors.zone FROM cases JOIN obligors ON obligors.id = cases.obligor_id
WHERE cases.tenant_id = $1 AND cases.id = $2
"""


class Running(msgspec.Struct, frozen=True):
    """A campaign that runs, with how many of its calls are under way and were placed within the last minute."""

    id: UUID
    tenant_id: UUID
    flow_code: str
    flow_version: int
    from_minute: int
    until_minute: int
    tries_max: int
    robot_id: UUID
    at_once: int
    a_minute: int
    calling: int
    lately: int


class Target(msgspec.Struct, frozen=True):
    """A case that is to be called, with the client's number (none when no good one is on file)."""

    case_id: UUID
    tries: int
    obligor_id: UUID
    state: str
    is_closed: bool
    overdue_minor: int
    days_past_due: int
    zone: str
    language: str
    contact_point_id: UUID | None
    number: str | None


class Called(msgspec.Struct, frozen=True):
    """The target of a call that ended."""

    case_id: UUID
    tries: int
    tries_max: int
    is_running: bool


class RobotCall(msgspec.Struct, frozen=True):
    """A call that a robot is to make, with the memory that it begins with."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    contact_point_id: UUID
    robot_id: UUID
    verdict_id: UUID
    permit_id: UUID
    notice_id: str
    asked_at: datetime
    memory: str


class CaseMoney(msgspec.Struct, frozen=True):
    """What a promise of a robot is about."""

    overdue_minor: int
    currency: str
    zone: str


async def flow_of(raw: asyncpg.Connection, tenant_id: UUID, code: str, version: int) -> Flow:
    """Return a version of a flow that is there."""
    return msgspec.json.decode(await raw.fetchval(FLOW, tenant_id, code, version), type=Flow)


async def present_flow(raw: asyncpg.Connection, tenant_id: UUID, code: str) -> FlowView | None:
    """Return the last version of a flow."""
    row = await raw.fetchrow(PRESENT_FLOW, tenant_id, code)
    return None if row is None else _flow_view(row)


async def flows(raw: asyncpg.Connection, tenant_id: UUID) -> list[FlowView]:
    """Return the last version of each flow."""
    return [_flow_view(row) for row in await raw.fetch(FLOWS, tenant_id)]


def _flow_view(row: asyncpg.Record) -> FlowView:
    flow = msgspec.json.decode(row["body"], type=Flow)
    return FlowView(flow=flow, version=row["version"], published_at=row["published_at"])


async def publish(raw: asyncpg.Connection, who: tuple[UUID, UUID | None], flow: Flow, at: datetime) -> int:
    """Write the next version of a flow by (tenant, user); returns its number."""
    body = msgspec.json.encode(flow).decode()
    return int(await raw.fetchval(PUBLISH, who[0], flow.code, body, who[1], at))


async def robot_of(raw: asyncpg.Connection, tenant_id: UUID, login: str) -> UUID | None:
    """Return the account of the robot."""
    found: UUID | None = await raw.fetchval(ROBOT, tenant_id, login)
    return found


async def open_cases(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the cases that the transaction's person sees and that are open."""
    return {row["id"] for row in await raw.fetch(OPEN_CASES, tenant_id, ids)}


async def insert_campaign(
    raw: asyncpg.Connection, by: tuple[UUID, UUID | None, datetime], wish: CampaignWish, version: int, robot_id: UUID
) -> bool:
    """Write a campaign that begins by (tenant, user, moment); False when its id is taken."""
    tenant_id, user_id, at = by
    found = await raw.fetchval(
        INSERT_CAMPAIGN, wish.id, tenant_id, wish.name, wish.flow_code, version, wish.held_out_permille, str(wish.id),
        wish.from_minute, wish.until_minute, wish.at_once, wish.a_minute, wish.tries_max, wish.paid_days, robot_id,
        user_id, at,
    )  # fmt: skip
    return found is not None


async def insert_targets(
    raw: asyncpg.Connection, tenant_id: UUID, campaign_id: UUID, groups: Sequence[tuple[UUID, bool]], at: datetime
) -> None:
    """Write the cases of a campaign, each with whether it is held out."""
    cases, held_out = [case for case, _ in groups], [is_out for _, is_out in groups]
    await raw.execute(INSERT_TARGETS, tenant_id, campaign_id, cases, held_out, at)


async def stop(raw: asyncpg.Connection, tenant_id: UUID, campaign_id: UUID, at: datetime) -> bool:
    """End a campaign that runs, and leave those who wait; False when none runs."""
    if await raw.fetchval(STOP, tenant_id, campaign_id, at) is None:
        return False
    await raw.execute(LEAVE_ALL, tenant_id, campaign_id)
    return True


async def running(raw: asyncpg.Connection, now: datetime) -> list[Running]:
    """Return all campaigns that run, of all tenants."""
    return [Running(**row) for row in await raw.fetch(RUNNING, now)]


async def finish(raw: asyncpg.Connection, campaign: Running, now: datetime) -> None:
    """End a campaign that has nobody left."""
    await raw.execute(FINISH, campaign.tenant_id, campaign.id, now)


async def next_target(raw: asyncpg.Connection, campaign: Running, now: datetime) -> Target | None:
    """Return whom to call next and keep the row from other workers."""
    row = await raw.fetchrow(NEXT, campaign.tenant_id, campaign.id, now)
    return None if row is None else Target(**row)


async def put_off(raw: asyncpg.Connection, campaign: Running, target: Target, until: datetime, why: str) -> None:
    """Call later, and say why."""
    await raw.execute(PUT_OFF, campaign.tenant_id, campaign.id, target.case_id, until, why[:200])


async def leave(raw: asyncpg.Connection, campaign: Running, target: Target, why: str) -> None:
    """Do not call at all, and say why."""
    await raw.execute(LEAVE, campaign.tenant_id, campaign.id, target.case_id, why[:200])


async def insert_robot_call(raw: asyncpg.Connection, new: RobotCall) -> None:
    """Write a call of a robot; its verdict and its permit were made for it."""
    await raw.execute(
        INSERT_ROBOT_CALL, new.id, new.tenant_id, new.case_id, new.contact_point_id, new.robot_id, new.verdict_id,
        new.permit_id, new.notice_id, new.asked_at, new.memory,
    )  # fmt: skip


async def mark_calling(raw: asyncpg.Connection, campaign: Running, target: Target, call_id: UUID) -> None:
    """Say that a case is being called."""
    await raw.execute(CALLING, campaign.tenant_id, campaign.id, target.case_id, call_id)


async def called(raw: asyncpg.Connection, tenant_id: UUID, campaign_id: UUID, call_id: UUID) -> Called | None:
    """Return the target of a call."""
    row = await raw.fetchrow(TARGET_OF_CALL, tenant_id, campaign_id, call_id)
    return None if row is None else Called(**row)


async def mark_called(
    raw: asyncpg.Connection, about: tuple[UUID, UUID, UUID], result: str, next_at: datetime | None, why: str
) -> None:
    """Write what the call to (tenant, campaign, case) came to; with `next_at` it waits for another try."""
    await raw.execute(CALLED, *about, "done" if next_at is None else "waiting", result, next_at, why[:200])


async def money_of(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> CaseMoney:
    """Return what is overdue on a case that is there."""
    return CaseMoney(**await raw.fetchrow(CASE_MONEY, tenant_id, case_id))
