"""How does the worker let robots call? At each step: whom a campaign may call next, by the gate, under a permit.

Nothing is called that the gate does not allow at that very moment, so a freeze stops a campaign with the next look
(less than a second). What the exchange then says moves the robot through its flow (`robot_hears`).
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from msgspec.structs import replace

from backend.calls.line import queries as line_queries
from backend.calls.line.commands import order_of
from backend.calls.line.schemas import Heard, LineCall, Order, OrderKind, State, Word
from backend.calls.robot import queries, rules
from backend.calls.robot.checking import content_of_flow
from backend.calls.robot.commands import holder_of, record_robot_call
from backend.calls.robot.queries import RobotCall, Running, Target
from backend.calls.robot.schemas import Act as DoingKind
from backend.calls.robot.schemas import Doing, Flow, Memory, Phase
from backend.compliance.assembling import AS_ORDERED, Asked, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.contact_schemas import Judged
from backend.compliance.judging import judge
from backend.compliance.permit_commands import draw_permits
from backend.compliance.permit_queries import lock_budgets
from backend.compliance.permit_schemas import Ask, Permit, PermitSettings
from backend.compliance.schemas import Channel, Decision, Verdict
from backend.identity.schemas import Act
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.live import announce

CALLS_A_STEP_MAX = 10
CALLABLE = frozenset({"new", "in_grace", "active"})
"""A robot leaves alone who has promised, is in hardship, disputes, or is with somebody else."""

ASK_AGAIN = timedelta(minutes=15)
WAIT_MAX = timedelta(days=7)
"""What the gate allows only later than that is left for people to decide."""

SETTINGS = PermitSettings()


async def call_next(database: Database, now: datetime) -> bool:
    """Place the calls that campaigns may place now; returns whether there were any. `database` as Role.JOB."""
    async with database.pool.acquire() as raw:
        campaigns = await queries.running(raw, now)
    done = False
    for campaign in campaigns:
        room = min(campaign.at_once - campaign.calling, campaign.a_minute - campaign.lately, CALLS_A_STEP_MAX)
        for _ in range(max(0, room)):
            async with database.pool.acquire() as raw, raw.transaction():
                target = await queries.next_target(raw, campaign, now)
                if target is None:
                    await queries.finish(raw, campaign, now)
                    break
                await _consider(raw, campaign, target, now)
                done = True
    return done


async def _consider(raw: asyncpg.Connection, campaign: Running, target: Target, now: datetime) -> None:
    """Call a client, put the call off, or leave it; each with its reason."""
    if target.is_closed or target.state not in CALLABLE:
        await queries.leave(raw, campaign, target, "closed" if target.is_closed else target.state)
        return
    if target.contact_point_id is None or target.number is None:
        await queries.leave(raw, campaign, target, "no number")
        return
    minute = _minute_of(now, target.zone)
    wait = rules.next_minute(minute, campaign.from_minute, campaign.until_minute)
    if wait is not None:
        await queries.put_off(raw, campaign, target, now + timedelta(minutes=wait), "outside the hours of the campaign")
        return
    flow = await queries.flow_of(raw, campaign.tenant_id, campaign.flow_code, campaign.flow_version)
    allowed = await _ask_gate(raw, campaign, target, flow, now)
    if isinstance(allowed, Verdict):
        await _wait_for(raw, campaign, target, allowed, now)
        return
    judged, permit = allowed
    await _place(raw, campaign, target, flow, (judged.id, permit))


async def _ask_gate(
    raw: asyncpg.Connection, campaign: Running, target: Target, flow: Flow, now: datetime
) -> tuple[Judged, Permit] | Verdict:
    """Return verdict and permit, or the verdict that stands against the call; each verdict is kept."""
    tenant_id = campaign.tenant_id
    asked = Asked(
        case_id=target.case_id, channel=Channel.ROBOT_CALL, to_id=target.contact_point_id, at=now,
        collector=AS_ORDERED, content=content_of_flow(flow),
    )  # fmt: skip
    await lock_budgets(raw, tenant_id, [target.obligor_id])
    (situation,) = await situations_of(raw, tenant_id, [asked])
    act = Act(tenant_id=tenant_id, actor_id=campaign.robot_id, device_id=None, at=now)
    (judged,) = await judge(raw, act, [asked], shipped_packs())
    if judged is None or situation is None:
        raise RuntimeError(f"case {target.case_id} has no situation")
    if judged.verdict.decision is not Decision.ALLOW:
        return judged.verdict
    until = now + timedelta(minutes=SETTINGS.dial_minutes)
    ask = Ask(id=new_id(), budget=target.obligor_id, situation=situation, until=until)
    (answer,) = await draw_permits(raw, tenant_id, holder_of(campaign.id), [ask], shipped_packs(), SETTINGS)
    return (judged, answer) if isinstance(answer, Permit) else answer.verdict


async def _wait_for(
    raw: asyncpg.Connection, campaign: Running, target: Target, verdict: Verdict, now: datetime
) -> None:
    why = ", ".join(verdict.rule_ids)
    earliest = verdict.earliest_allowed_at
    if earliest is None and verdict.decision is not Decision.ALLOW:
        await queries.leave(raw, campaign, target, why)
        return
    until = now + ASK_AGAIN if earliest is None else max(datetime.fromisoformat(earliest), now + timedelta(minutes=1))
    if until > now + WAIT_MAX:
        await queries.leave(raw, campaign, target, why)
    else:
        await queries.put_off(raw, campaign, target, until, why)


async def _place(
    raw: asyncpg.Connection, campaign: Running, target: Target, flow: Flow, under: tuple[UUID, Permit]
) -> None:
    verdict_id, permit = under
    if target.contact_point_id is None or target.number is None:
        raise RuntimeError("a robot calls a number")
    memory = Memory(
        campaign_id=campaign.id, code=campaign.flow_code, version=campaign.flow_version,
        language="zh" if target.language.startswith("zh") else "en",
        facts={"overdue_minor": target.overdue_minor, "days_past_due": target.days_past_due},
    )  # fmt: skip
    new = RobotCall(
        id=new_id(), tenant_id=campaign.tenant_id, case_id=target.case_id, contact_point_id=target.contact_point_id,
        robot_id=campaign.robot_id, verdict_id=verdict_id, permit_id=permit.id, notice_id=flow.notice_id,
        asked_at=permit.drawn_at, memory=_text(memory),
    )  # fmt: skip
    await queries.insert_robot_call(raw, new)
    order = Order(
        id=new_id(), tenant_id=new.tenant_id, case_id=new.case_id, call_id=new.id, kind=OrderKind.DIAL,
        value=target.number, made_by=None, made_at=permit.drawn_at,
    )  # fmt: skip
    await line_queries.insert_orders(raw, [order])
    await queries.mark_calling(raw, campaign, target, new.id)
    await announce(raw, campaign.tenant_id, "robot")


class RobotEar(msgspec.Struct, frozen=True):
    """What moves robots: a listener of the line; `queue` is the endpoint of whoever takes over."""

    queue: str

    async def __call__(self, raw: asyncpg.Connection, call: LineCall, heard: Heard, now: datetime) -> LineCall:
        """Move the robot of a call by a word, order what it does, and record the call when it has ended."""
        if call.kind != "robot" or call.memory is None:
            return call
        memory = msgspec.json.decode(call.memory, type=Memory)
        flow = await queries.flow_of(raw, call.tenant_id, memory.code, memory.version)
        if call.state is State.ENDED:
            if heard.word is Word.ENDED and memory.phase is not Phase.RECORDED:
                await record_robot_call(raw, call, memory, flow, now)
                await announce(raw, call.tenant_id, "robot")
                return replace(call, memory=_text(replace(memory, phase=Phase.RECORDED)))
            return call
        moved, doings = rules.heard_by_robot(flow, memory, heard)
        orders = [self._order(call, rules.media_of(flow, moved, moved.version), doing, now) for doing in doings]
        await line_queries.insert_orders(raw, [one for one in orders if one is not None])
        return replace(call, memory=_text(moved), wake_at=_wake_at(call, moved, memory, doings, now))

    def _order(self, call: LineCall, media: str, doing: Doing, now: datetime) -> Order | None:
        match doing.act:
            case DoingKind.PLAY:
                return order_of(call, OrderKind.PLAY, now, value=media)
            case DoingKind.HAND_OVER:
                return order_of(call, OrderKind.CALL_DESK, now, value=self.queue)
            case DoingKind.HANG_UP:
                return order_of(call, OrderKind.HANG_UP, now)
            case DoingKind.WAIT:
                return None


def _wake_at(call: LineCall, moved: Memory, memory: Memory, doings: list[Doing], now: datetime) -> datetime | None:
    """Return when the robot's waiting is over; a step further ends the waiting of the one before."""
    waits = [doing.seconds for doing in doings if doing.act is DoingKind.WAIT]
    if waits:
        return now + timedelta(seconds=waits[0])
    return call.wake_at if (moved.said, moved.phase) == (memory.said, memory.phase) else None


def _minute_of(now: datetime, zone: str) -> int:
    local = now.astimezone(ZoneInfo(zone))
    return local.hour * 60 + local.minute


def _text(memory: Memory) -> str:
    return msgspec.json.encode(memory).decode()
