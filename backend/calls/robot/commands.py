"""What can be done to robot calls? Publish a flow, start a campaign, stop it, and record what a call came to.

`start_campaign` is also what a stage ladder calls. A robot's call is recorded as a person's is, by the robot's account.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.calls.codes import MEANINGS
from backend.calls.line.queries import link_call
from backend.calls.line.schemas import LineCall
from backend.calls.recording import log_call
from backend.calls.robot import figure_queries, problems, queries, rules
from backend.calls.robot.checking import faults_of
from backend.calls.robot.schemas import CampaignView, CampaignWish, Flow, FlowView, Memory, Outcome
from backend.calls.schemas import CallRecord
from backend.cases.schemas import Worker
from backend.compliance.permit_commands import end_permits
from backend.compliance.permit_schemas import Holder, HolderKind, PermitEnd, PermitEnding
from backend.identity.commands.people import create_user
from backend.identity.events import event
from backend.identity.schemas import Act, NewUser, Profile, UserRole
from backend.journal.commands import append_bare
from backend.kernel.db import bare
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, Problem
from backend.promises.schemas import PromiseMade

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "flows"
ROBOT_NAME = "语音机器人 / Robot"


def shipped_flows() -> list[Flow]:
    """Return the flows that come with the product."""
    return [msgspec.json.decode(path.read_bytes(), type=Flow) for path in sorted(SHIPPED.glob("*.json"))]


async def publish_flow(raw: asyncpg.Connection, act: Act, flow: Flow) -> FlowView:
    """Publish the next version of a flow; raises Problem (robot.flow_faulty) with all that is wrong."""
    faults = faults_of(flow)
    if faults:
        raise Problem(problems.FLOW_FAULTY, faults=[{"step": one.step, "says": one.says} for one in faults])
    present = await queries.present_flow(raw, act.tenant_id, flow.code)
    if present is not None and present.flow == flow:
        return present
    version = await queries.publish(raw, (act.tenant_id, act.actor_id), flow, act.at)
    await append_bare(raw, [event(act, "robot.flow_published", act.tenant_id, code=flow.code, version=version)])
    return FlowView(flow=flow, version=version, published_at=act.at)


async def start_campaign(tx: AsyncConnection, act: Act, wish: CampaignWish) -> CampaignView:
    """Start a campaign: draw who is held out, and let the worker call the others; the same wish again changes nothing.

    Raises Problem: robot.window_reversed, robot.unknown_flow, robot.unknown_cases, robot.id_taken.
    """
    raw, ids = await bare(tx), sorted(set(wish.case_ids))
    if wish.from_minute >= wish.until_minute:
        raise Problem(problems.WINDOW_REVERSED)
    present = await queries.present_flow(raw, act.tenant_id, wish.flow_code)
    if present is None:
        present = await _shipped(raw, act, wish.flow_code)
    unknown = len(set(ids) - await queries.open_cases(raw, act.tenant_id, ids))
    if unknown:
        raise Problem(problems.UNKNOWN_CASES, count=unknown)

    robot_id = await _robot(tx, act)
    by = act.tenant_id, act.actor_id, act.at
    if await queries.insert_campaign(raw, by, wish, present.version, robot_id):
        groups = [(case, rules.is_held_out(case, str(wish.id), wish.held_out_permille)) for case in ids]
        await queries.insert_targets(raw, act.tenant_id, wish.id, groups, act.at)
        held_out = sum(is_out for _, is_out in groups)
        told = event(
            act, "robot.campaign_started", wish.id, name=wish.name, flow=wish.flow_code, version=present.version,
            cases=len(ids), held_out=held_out,
        )  # fmt: skip
        await append_bare(raw, [told])
    found = await figure_queries.campaigns(raw, act.tenant_id, wish.id)
    if not found or (found[0].name, found[0].flow_code) != (wish.name, wish.flow_code):
        raise Problem(problems.ID_TAKEN)
    return found[0]


async def _shipped(raw: asyncpg.Connection, act: Act, code: str) -> FlowView:
    flow = next((one for one in shipped_flows() if one.code == code), None)
    if flow is None:
        raise Problem(problems.UNKNOWN_FLOW)
    return await publish_flow(raw, act, flow)


async def _robot(tx: AsyncConnection, act: Act) -> UUID:
    """Return the account under which the robot's calls stand; it has no password and no way in."""
    login = f"robot.{act.tenant_id.hex[-12:]}"
    found = await queries.robot_of(await bare(tx), act.tenant_id, login)
    if found is not None:
        return found
    profile = Profile(
        name=ROBOT_NAME, language="zh-CN", zone="Asia/Shanghai", shift_start_minute=0, shift_end_minute=1440,
        start_point=None, end_point=None,
    )  # fmt: skip
    return await create_user(tx, act, NewUser(login=login, role=UserRole.CALLER, team_ids=[], profile=profile), None)


async def stop_campaign(raw: asyncpg.Connection, act: Act, campaign_id: UUID) -> CampaignView:
    """Stop a campaign: calls that are under way go on, no other begins; raises Problem (not_found, robot.over)."""
    found = await figure_queries.campaigns(raw, act.tenant_id, campaign_id)
    if not found:
        raise Problem(NOT_FOUND)
    if not await queries.stop(raw, act.tenant_id, campaign_id, act.at):
        raise Problem(problems.OVER)
    await append_bare(raw, [event(act, "robot.campaign_stopped", campaign_id)])
    return (await figure_queries.campaigns(raw, act.tenant_id, campaign_id))[0]


async def record_robot_call(raw: asyncpg.Connection, call: LineCall, memory: Memory, flow: Flow, now: datetime) -> None:
    """Record what a robot's call came to, as the call of a person is recorded; use its permit; go on or be done."""
    outcome = rules.outcome_of(flow, memory, call.suggested_result)
    target = await queries.called(raw, call.tenant_id, memory.campaign_id, call.id)
    if target is None:
        raise RuntimeError(f"the robot's call {call.id} has no target")
    about = call.tenant_id, memory.campaign_id, call.case_id
    act = Act(tenant_id=call.tenant_id, actor_id=call.user_id, device_id=None, at=now)
    record = await _record(raw, call, outcome, now)
    worker = Worker(user_id=call.user_id, team_ids=(), sees_tenant=True)
    try:
        await log_call(raw, act, worker, record)
    except Problem as refused:
        # Closed or handed on meanwhile. The permit stays out and counts: the call was made.
        log.warning("robot call %s is not recorded: %s", call.id, refused.kind.code)
        await queries.mark_called(raw, about, outcome.result, None, refused.kind.code)
        return
    await link_call(raw, call, record.id)
    is_contact = MEANINGS[outcome.result].event is not None
    ending = PermitEnding(
        id=call.permit_id,
        end=PermitEnd.USED if is_contact else PermitEnd.RETURNED,
        contact_id=record.id if is_contact else None,
    )
    await end_permits(raw, call.tenant_id, holder_of(memory.campaign_id), [ending], now)
    again = target.is_running and rules.tries_again(outcome.result, target.tries, target.tries_max)
    await queries.mark_called(raw, about, outcome.result, rules.resting_until(now) if again else None, "")


def holder_of(campaign_id: UUID) -> Holder:
    """Return who holds the permits of a campaign."""
    return Holder(kind=HolderKind.ROBOT, id=str(campaign_id))


async def _record(raw: asyncpg.Connection, call: LineCall, outcome: Outcome, now: datetime) -> CallRecord:
    money = await queries.money_of(raw, call.tenant_id, call.case_id)
    today = now.astimezone(ZoneInfo(money.zone)).date()
    promise = None
    if outcome.promise_days is not None and money.overdue_minor > 0:
        promise = PromiseMade(
            id=new_id(), amount_minor=money.overdue_minor, currency=money.currency,
            due_on=today + timedelta(days=outcome.promise_days), tolerance_days=0,
        )  # fmt: skip
    elif outcome.promise_days is not None:
        # Paid while the robot was talking: there is nothing left to promise.
        outcome = Outcome(result="RPC_ALREADY_PAID", party=outcome.party)
    started_at = min(call.dialled_at or call.asked_at, now)
    return CallRecord(
        id=new_id(), case_id=call.case_id, contact_point_id=call.contact_point_id, started_at=started_at,
        ended_at=max(started_at, min(call.ended_at or now, now)), result=outcome.result, party=outcome.party,
        paid_minor=None, promise=promise, note="", next_step=None,
        next_on=None if outcome.next_days is None else today + timedelta(days=outcome.next_days),
    )  # fmt: skip
