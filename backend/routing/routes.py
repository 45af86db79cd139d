"""How does a lead plan a day? Begin, watch, look, change with its price first, publish with a diff."""

from datetime import date
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from backend.cases.routes import teams_of
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.db import bare, bare_transaction
from backend.kernel.web import FromDatabase, Tx
from backend.routing import editing, planning
from backend.routing import plan_queries as queries
from backend.routing.background import plans_of, refuse_if_busy, start
from backend.routing.plan_schemas import EditPrice, PlanDiff, PlanList, PlanProgress, PlanView, PlanWish, StopEdit


@get("/", opt={"permission": Permission.PLAN_MAKE})
async def list_plans(tx: Tx, who: Who, day: FromQuery[date]) -> PlanList:
    """List the plans of the asker's teams for a day, the newest first."""
    return PlanList(plans=await queries.plans_of(await bare(tx), who.tenant_id, teams_of(who), day))


@post("/", status_code=202, opt={"permission": Permission.PLAN_MAKE})
async def make_plan(
    request: Request[Principal, object, State], data: JSONBody[PlanWish], who: Who, database: FromDatabase
) -> PlanProgress:
    """Begin a draft; it is computed beside the server, ask for its progress."""
    plans, act = plans_of(request.app.state), who.act(clock.now())
    refuse_if_busy(plans)
    async with bare_transaction(database, who.scope()) as raw:
        begun = await planning.begin_plan(raw, act, data, teams_of(who))
    start(plans, database, who.scope(), act, begun)
    return planning.progress_of(begun.head, act.at)


@get("/{plan_id:uuid}", opt={"permission": Permission.PLAN_MAKE})
async def get_plan(plan_id: FromPath[UUID], tx: Tx, who: Who) -> PlanView:
    """Give a whole plan: stops, how the days end, what is not in it and why."""
    raw = await bare(tx)
    head = await planning.head_of(raw, who.tenant_id, plan_id, teams_of(who))
    return await planning.view_of(raw, who.tenant_id, head, clock.now())


@get("/{plan_id:uuid}/progress", opt={"permission": Permission.PLAN_MAKE})
async def get_progress(plan_id: FromPath[UUID], tx: Tx, who: Who) -> PlanProgress:
    """Say how far a draft is, with the best gain so far as a curve."""
    head = await planning.head_of(await bare(tx), who.tenant_id, plan_id, teams_of(who))
    return planning.progress_of(head, clock.now())


@post("/{plan_id:uuid}/stop", status_code=204, opt={"permission": Permission.PLAN_MAKE})
async def stop_solving(plan_id: FromPath[UUID], tx: Tx, who: Who) -> None:
    """Let the solver stop with what it has."""
    raw = await bare(tx)
    await planning.head_of(raw, who.tenant_id, plan_id, teams_of(who), is_locked=True)
    await queries.ask_to_stop(raw, who.tenant_id, plan_id)


@get("/{plan_id:uuid}/diff", opt={"permission": Permission.PLAN_MAKE})
async def get_diff(plan_id: FromPath[UUID], tx: Tx, who: Who) -> PlanDiff:
    """Say what publishing would change against the plan of the day."""
    raw = await bare(tx)
    head = await planning.head_of(raw, who.tenant_id, plan_id, teams_of(who))
    return await planning.diff_of(raw, who.tenant_id, head)


@post("/{plan_id:uuid}/publish", status_code=204, opt={"permission": Permission.PLAN_PUBLISH})
async def publish(plan_id: FromPath[UUID], tx: Tx, who: Who) -> None:
    """Make a draft the plan of the day; the phones hear of it."""
    await planning.publish_plan(await bare(tx), who.act(clock.now()), plan_id, teams_of(who))


@post("/{plan_id:uuid}/edits/preview", status_code=200, opt={"permission": Permission.PLAN_MAKE})
async def preview_edit(plan_id: FromPath[UUID], data: JSONBody[StopEdit], tx: Tx, who: Who) -> EditPrice:
    """Say what a change would cost and bring; nothing is changed."""
    return await editing.price_edit(await bare(tx), who.act(clock.now()), plan_id, data, teams_of(who))


@post("/{plan_id:uuid}/edits", status_code=201, opt={"permission": Permission.PLAN_PUBLISH})
async def edit(plan_id: FromPath[UUID], data: JSONBody[StopEdit], tx: Tx, who: Who) -> EditPrice:
    """Change one case of a plan: move, order, lock, must, put in, take out."""
    return await editing.apply_edit(await bare(tx), who.act(clock.now()), plan_id, data, teams_of(who))


router = Router(
    path="/plans",
    route_handlers=[
        list_plans,
        make_plan,
        get_plan,
        get_progress,
        stop_solving,
        get_diff,
        publish,
        preview_edit,
        edit,
    ],
    tags=["plans"],
)
