"""What can be done for the quality of calls? Set plan and sheet, draw a week, score, call back, make somebody learn.

Load, decide, write, journal; nobody scores, checks or closes what is their own.
"""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from backend.calls import codes
from backend.calls.quality import drawing_queries, problems, queries, rules
from backend.calls.quality.schemas import (
    CheckClose,
    CheckOpened,
    CheckWish,
    DrawDone,
    DrawnCall,
    PlanVersion,
    SamplingPlan,
    ScoreSheet,
    ScoreWish,
    SheetVersion,
    TaskProof,
    TaskReturn,
    TaskWish,
)
from backend.compliance.contact_schemas import AttemptWish
from backend.compliance.looking import judge_attempt
from backend.compliance.schemas import Channel, CollectorKind, Content, Decision
from backend.identity.events import case_event, event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.ids import is_time_ordered
from backend.kernel.problems import CONFLICT, MALFORMED, Problem

MINUTES = 5
"""For how long a call back is planned: the gate's hours must hold to its end."""


async def set_plan(raw: asyncpg.Connection, act: Act, plan: SamplingPlan) -> PlanVersion:
    """Make a plan the next version; weeks that were drawn keep theirs. Raises Problem (quality.bad_plan, conflict)."""
    if not rules.is_sound_plan(plan, codes.BY_CODE):
        raise Problem(problems.BAD_PLAN)
    last = await drawing_queries.plan(raw, act.tenant_id)
    version = 1 if last is None else last.version + 1
    await _add(raw, act, version, plan)
    return PlanVersion(version, plan, act.actor_id, act.at)


async def set_sheet(raw: asyncpg.Connection, act: Act, sheet: ScoreSheet) -> SheetVersion:
    """Make a sheet the next version; scores keep theirs. Raises Problem (quality.bad_sheet, conflict)."""
    if not rules.is_sound_sheet(sheet):
        raise Problem(problems.BAD_SHEET)
    last = await drawing_queries.sheet(raw, act.tenant_id)
    version = 1 if last is None else last.version + 1
    await _add(raw, act, version, sheet)
    return SheetVersion(version, sheet, act.actor_id, act.at)


async def _add(raw: asyncpg.Connection, act: Act, version: int, body: SamplingPlan | ScoreSheet) -> None:
    if not await drawing_queries.add_version(raw, act, version, body):
        raise Problem(CONFLICT)
    kind = "quality.plan_set" if isinstance(body, SamplingPlan) else "quality.sheet_set"
    await append_bare(raw, [event(act, kind, act.tenant_id, version=version)])


async def draw_week(raw: asyncpg.Connection, act: Act, week_on: date, seed: str) -> DrawDone:
    """Draw the calls of a week that the scope sees; the first draw's seed and plan hold for the whole week.

    Drawn again it only adds, for lots do not move. Raises Problem (quality.bad_week, quality.too_many).
    """
    zone = await drawing_queries.zone_of(raw, act.tenant_id)
    if not rules.is_week(week_on, zone, act.at):
        raise Problem(problems.BAD_WEEK)
    calls = await drawing_queries.drawable(raw, act.tenant_id, *rules.week_of(week_on, zone))
    if calls is None:
        raise Problem(problems.TOO_MANY, most=drawing_queries.DRAWABLE_MAX)
    latest = await drawing_queries.plan(raw, act.tenant_id)
    wanted = 0 if latest is None else latest.version
    seed, version = await drawing_queries.fix_week(raw, act, week_on, seed=seed, plan_version=wanted)
    by = await drawing_queries.plan(raw, act.tenant_id, version)
    if by is None:
        raise LookupError(f"version {version} of the plan is gone")
    drawn = rules.draw(calls, by.plan, seed)
    added = await drawing_queries.add_drawn(raw, act, week_on, drawn)
    said = {"week_on": week_on.isoformat(), "seed": seed, "plan_version": version, "calls": len(calls), "added": added}
    await append_bare(raw, [event(act, "quality.drawn", act.tenant_id, **said)])
    return DrawDone(week_on, seed, version, calls=len(calls), drawn=len(drawn), added=added)


async def _drawn_call(raw: asyncpg.Connection, act: Act, call_id: UUID, new_id: UUID) -> DrawnCall:
    """Load a drawn call of somebody else; raises Problem (malformed, quality.not_drawn, quality.own_call)."""
    if not is_time_ordered(new_id):
        raise Problem(MALFORMED, fields=[{"field": "id", "says": "ids are UUIDv7"}])
    call = await queries.call_of(raw, act.tenant_id, call_id)
    if call is None:
        raise Problem(problems.NOT_DRAWN)
    if call.caller_id == act.actor_id:
        raise Problem(problems.OWN_CALL)
    return call


async def score_call(raw: asyncpg.Connection, act: Act, call_id: UUID, wish: ScoreWish) -> None:
    """Score a drawn call of somebody else by the sheet of now; the same score sent again changes nothing.

    Raises Problem (quality.not_drawn, own_call, old_sheet, bad_answers, id_taken).
    """
    call = await _drawn_call(raw, act, call_id, wish.id)
    if await queries.is_score_of(raw, act, wish.id, call_id):
        return
    now = await drawing_queries.sheet(raw, act.tenant_id)
    if now is None or now.version != wish.sheet_version:
        raise Problem(problems.OLD_SHEET)
    score = rules.score_of(now.sheet, wish.answers)
    if score is None:
        raise Problem(problems.BAD_ANSWERS)
    if not await queries.add_score(raw, act, call, wish, score):
        raise Problem(problems.ID_TAKEN)
    said = {
        "call_id": str(call_id), "sheet_version": wish.sheet_version, "permille": score.permille,
        "is_knocked_out": score.is_knocked_out, "failed": score.failed,
    }  # fmt: skip
    await append_bare(raw, [case_event(act, "quality.scored", wish.id, call.case_id, said)])


async def open_check(
    raw: asyncpg.Connection, act: Act, call_id: UUID, wish: CheckWish, kind: CollectorKind
) -> CheckOpened:
    """Ask the gate for a call back and open a check when it allows one; the verdict is kept either way.

    Raises Problem (quality.not_drawn, own_call, check_open, id_taken, not_found).
    """
    call = await _drawn_call(raw, act, call_id, wish.id)
    is_free, is_new = await queries.may_open_check(raw, act.tenant_id, call_id, wish.id)
    if not is_free:
        raise Problem(problems.CHECK_OPEN)
    if not is_new:
        raise Problem(problems.ID_TAKEN)
    attempt = AttemptWish(
        channel=Channel.CALL, to_id=wish.contact_point_id, place=None, headcount=1, planned_minutes=MINUTES,
        recording=wish.recording, registered_caller_id=wish.registered_caller_id, badge=False, authorisation=False,
        content=Content(),
    )  # fmt: skip
    judged = await judge_attempt(raw, act, call.case_id, attempt, kind)
    if judged.verdict.decision is not Decision.ALLOW:
        return CheckOpened(judged=judged, is_open=False)
    await queries.open_check(raw, act, call, wish, judged.id)
    said = {"call_id": str(call_id), "verdict_id": str(judged.id)}
    await append_bare(raw, [case_event(act, "quality.check_opened", wish.id, call.case_id, said)])
    return CheckOpened(judged=judged, is_open=True)


async def close_check(raw: asyncpg.Connection, act: Act, check_id: UUID, said: CheckClose) -> None:
    """Say what came of an own call back, with the call that was logged for it.

    Raises Problem (quality.no_check, not_that_call, nobody_reached).
    """
    check = await queries.check_to_close(raw, act, check_id)
    if check is None:
        raise Problem(problems.NO_CHECK)
    result = await queries.result_for_check(raw, act, check, said.call_id)
    if result is None:
        raise Problem(problems.NOT_THAT_CALL)
    known = codes.BY_CODE.get(result)
    if not rules.is_proof_of(said.outcome, has_reached_client=known is not None and "C" in known.flags):
        raise Problem(problems.NOT_REACHED)
    await queries.close_check(raw, act, check_id, said)
    payload = {"call_id": str(said.call_id), "outcome": said.outcome.value}
    await append_bare(raw, [case_event(act, "quality.check_closed", check_id, check[0], payload)])


async def make_task(raw: asyncpg.Connection, act: Act, call_id: UUID, wish: TaskWish) -> None:
    """Make a finding a task of somebody; the same task sent again changes nothing.

    Raises Problem (quality.not_drawn, own_call, bad_task, id_taken).
    """
    call = await _drawn_call(raw, act, call_id, wish.id)
    if await queries.is_task_of(raw, act, wish.id, call_id):
        return
    is_day = rules.is_day_for_task(wish.due_on, await today(raw, act))
    if not is_day or not await queries.works_here(raw, act.tenant_id, wish.owner_id):
        raise Problem(problems.BAD_TASK)
    if not await queries.add_task(raw, act, call, wish):
        raise Problem(problems.ID_TAKEN)
    said = {"call_id": str(call_id), "owner_id": str(wish.owner_id), "due_on": wish.due_on.isoformat()}
    await append_bare(raw, [case_event(act, "quality.task_made", wish.id, call.case_id, said)])


async def today(raw: asyncpg.Connection, act: Act) -> date:
    """Return which day it is where the lender is."""
    return act.at.astimezone(ZoneInfo(await drawing_queries.zone_of(raw, act.tenant_id))).date()


async def prove_task(raw: asyncpg.Connection, act: Act, task_id: UUID, proof: TaskProof) -> None:
    """Show that an own task is done; until it is taken the proof may be given anew.

    Raises Problem (quality.no_task, quality.not_that_call).
    """
    if proof.call_id is not None and not await queries.is_own_call(raw, act, proof.call_id):
        raise Problem(problems.NOT_THAT_CALL)
    case_id = await queries.prove(raw, act, task_id, proof)
    if case_id is None:
        raise Problem(problems.NO_TASK)
    said = {"text": proof.text, "call_id": None if proof.call_id is None else str(proof.call_id)}
    await append_bare(raw, [case_event(act, "quality.task_proved", task_id, case_id, said)])


async def judge_task(raw: asyncpg.Connection, act: Act, task_id: UUID, said: TaskReturn) -> None:
    """Close a task whose proof is taken, or open it again; its owner does neither.

    Raises Problem (quality.no_task, quality.own_task, malformed).
    """
    if not said.is_accepted and not said.reason.strip():
        raise Problem(MALFORMED, fields=[{"field": "reason", "says": "what is returned needs a reason"}])
    found = await queries.task_to_judge(raw, act.tenant_id, task_id)
    if found is None:
        raise Problem(problems.NO_TASK)
    owner_id, case_id = found
    if owner_id == act.actor_id:
        raise Problem(problems.OWN_TASK)
    await queries.judge_task(raw, act, task_id, said)
    kind = "quality.task_closed" if said.is_accepted else "quality.task_returned"
    await append_bare(raw, [case_event(act, kind, task_id, case_id, {"reason": said.reason})])
