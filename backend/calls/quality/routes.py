"""How do reviewers draw, score and check calls, and how does a caller see what was found of the own ones?"""

import secrets
from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.calls.quality import commands, drawing_queries, queries, reading
from backend.calls.quality.schemas import (
    VERSION_MAX,
    CallDetail,
    CallerList,
    CheckClose,
    CheckOpened,
    CheckWish,
    DrawDone,
    DrawnList,
    OwnQuality,
    PlanVersion,
    SamplingPlan,
    ScoreSheet,
    ScoreWish,
    SheetVersion,
    TaskList,
    TaskProof,
    TaskReturn,
    TaskWish,
    WeekWish,
)
from backend.compliance.routes import kind_of
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.web import Raw

Version = Annotated[int | None, QueryParameter(ge=0, le=VERSION_MAX)]
REVIEW = {"permission": Permission.QUALITY_REVIEW}


@get("/plan", opt=REVIEW)
async def get_plan(who: Who, raw: Raw, version: Version = None) -> PlanVersion:
    """Give the sampling plan of now, or a version of it."""
    return await reading.plan_of_now(raw, who.tenant_id, version)


@put("/plan", opt={"permission": Permission.QUALITY_SET})
async def set_plan(who: Who, raw: Raw, data: JSONBody[SamplingPlan]) -> PlanVersion:
    """Make a plan the next version; weeks that were drawn keep theirs."""
    return await commands.set_plan(raw, who.act(clock.now()), data)


@get("/sheet", opt=REVIEW)
async def get_sheet(who: Who, raw: Raw, version: Version = None) -> SheetVersion:
    """Give the score sheet of now, or a version of it."""
    return await reading.sheet_of_now(raw, who.tenant_id, version)


@put("/sheet", opt={"permission": Permission.QUALITY_SET})
async def set_sheet(who: Who, raw: Raw, data: JSONBody[ScoreSheet]) -> SheetVersion:
    """Make a sheet the next version; scores keep the one they were given by."""
    return await commands.set_sheet(raw, who.act(clock.now()), data)


@post("/draws", status_code=200, opt=REVIEW)
async def draw(who: Who, raw: Raw, data: JSONBody[WeekWish]) -> DrawDone:
    """Draw the calls of a week; drawn again it only adds those that came since."""
    return await commands.draw_week(raw, who.act(clock.now()), data.week_on, secrets.token_hex(8))


@get("/calls", opt=REVIEW)
async def drawn_calls(who: Who, raw: Raw, week_on: FromQuery[date]) -> DrawnList:
    """List the drawn calls of a week, those without a score first (at most 500)."""
    seed, version = await drawing_queries.drawn_by(raw, who.tenant_id, week_on) or (None, None)
    items = await queries.calls_of_week(raw, who.tenant_id, week_on)
    return DrawnList(week_on=week_on, seed=seed, plan_version=version, items=items)


@get("/calls/{call_id:uuid}", opt=REVIEW)
async def drawn_call(call_id: FromPath[UUID], who: Who, raw: Raw) -> CallDetail:
    """Give a drawn call with its scores, calls back and tasks, and the sheet to score it by."""
    return await reading.call_detail(raw, who.act(clock.now()), call_id)


@post("/calls/{call_id:uuid}/scores", status_code=204, opt=REVIEW)
async def score(call_id: FromPath[UUID], data: JSONBody[ScoreWish], who: Who, raw: Raw) -> None:
    """Score a drawn call that somebody else made; the same score sent again changes nothing."""
    await commands.score_call(raw, who.act(clock.now()), call_id, data)


@post("/calls/{call_id:uuid}/checks", status_code=200, opt={"permission": Permission.QUALITY_CHECK})
async def open_check(call_id: FromPath[UUID], data: JSONBody[CheckWish], who: Who, raw: Raw) -> CheckOpened:
    """Ask the gate for a call back to verify the result; the check is open when it allows one."""
    return await commands.open_check(raw, who.act(clock.now()), call_id, data, kind_of(who))


@post("/checks/{check_id:uuid}/close", status_code=204, opt={"permission": Permission.QUALITY_CHECK})
async def close_check(check_id: FromPath[UUID], data: JSONBody[CheckClose], who: Who, raw: Raw) -> None:
    """Say what came of an own call back, naming the call that was logged for it."""
    await commands.close_check(raw, who.act(clock.now()), check_id, data)


@post("/calls/{call_id:uuid}/tasks", status_code=204, opt=REVIEW)
async def make_task(call_id: FromPath[UUID], data: JSONBody[TaskWish], who: Who, raw: Raw) -> None:
    """Make a finding a task with an owner and a day."""
    await commands.make_task(raw, who.act(clock.now()), call_id, data)


@get("/tasks", opt=REVIEW)
async def list_tasks(who: Who, raw: Raw) -> TaskList:
    """List the tasks around the cases that the asker sees, the open ones first (at most 500)."""
    day = await commands.today(raw, who.act(clock.now()))
    return TaskList(items=await queries.tasks(raw, who.tenant_id, day))


@post("/tasks/{task_id:uuid}/prove", status_code=204, opt={"permission": Permission.QUALITY_OWN})
async def prove_task(task_id: FromPath[UUID], data: JSONBody[TaskProof], who: Who, raw: Raw) -> None:
    """Show that an own task is done."""
    await commands.prove_task(raw, who.act(clock.now()), task_id, data)


@post("/tasks/{task_id:uuid}/judge", status_code=204, opt=REVIEW)
async def judge_task(task_id: FromPath[UUID], data: JSONBody[TaskReturn], who: Who, raw: Raw) -> None:
    """Take the proof of a task and close it, or return it with a reason; not of a task of one's own."""
    await commands.judge_task(raw, who.act(clock.now()), task_id, data)


@get("/callers", opt=REVIEW)
async def callers(who: Who, raw: Raw, begins_on: FromQuery[date], ends_on: FromQuery[date]) -> CallerList:
    """Give numbers a caller of the drawn weeks in between, by name; the mean with its count and interval."""
    return await reading.figures(raw, who.tenant_id, begins_on, ends_on)


@get("/own", opt={"permission": Permission.QUALITY_OWN})
async def own(who: Who, raw: Raw) -> OwnQuality:
    """Give the asker's own scores and tasks."""
    return await reading.own_quality(raw, who.act(clock.now()), who.user_id)


router = Router(
    path="/quality",
    route_handlers=[
        get_plan, set_plan, get_sheet, set_sheet, draw, drawn_calls, drawn_call, score, open_check, close_check,
        make_task, list_tasks, prove_task, judge_task, callers, own,
    ],
    tags=["quality"],
)  # fmt: skip
