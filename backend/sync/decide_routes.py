"""How does a lead decide what machines cannot? Values side by side of which one shall hold, and refused items."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from backend.cases.editing import decide_fact
from backend.cases.fact_queries import open_conflicts
from backend.cases.routes import teams_of
from backend.cases.schemas import FactDecision
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.limits import PAGE_SIZE_MAX
from backend.kernel.web import Tx
from backend.sync import quarantine
from backend.sync.decide_schemas import ItemDecision, ToDecide
from backend.sync.quarantine import Judge


@get("/decisions", opt={"permission": Permission.CONFLICT_DECIDE})
async def list_decisions(tx: Tx, who: Who) -> ToDecide:
    """List the facts of which several values stand, and the refused items of the asker's people."""
    raw = await bare(tx)
    return ToDecide(
        conflicts=await open_conflicts(raw, who.tenant_id, PAGE_SIZE_MAX),
        items=await quarantine.open_items(raw, who.tenant_id, teams_of(who), PAGE_SIZE_MAX),
    )


@post("/conflicts", status_code=204, opt={"permission": Permission.CONFLICT_DECIDE})
async def decide_value(data: JSONBody[FactDecision], tx: Tx, who: Who) -> None:
    """Let one value hold of a fact, over all that the asker saw standing; every value stays in the history."""
    await decide_fact(await bare(tx), who.act(clock.now()), data)


@post("/quarantine/{mutation_id:uuid}", status_code=204, opt={"permission": Permission.QUARANTINE_DECIDE})
async def decide_item(mutation_id: FromPath[UUID], data: JSONBody[ItemDecision], tx: Tx, who: Who) -> None:
    """Apply a refused item as of its own moment, or set it aside; either way with an explanation."""
    raw, judge = await bare(tx), Judge(act=who.act(clock.now()), team_ids=teams_of(who))
    if data.action == "apply":
        await quarantine.apply(raw, judge, mutation_id, data.body_hash, data.explanation)
    else:
        await quarantine.set_aside(raw, judge, mutation_id, data.body_hash, data.explanation)


router = Router(path="/", route_handlers=[list_decisions, decide_value, decide_item], tags=["decisions"])
