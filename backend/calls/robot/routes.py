"""How do people look at robot calls, publish what a robot says, and start and stop campaigns?"""

from uuid import UUID

from litestar import Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from backend.calls.robot import commands, figure_queries, problems, queries
from backend.calls.robot.schemas import CampaignList, CampaignView, CampaignWish, Flow, FlowList, FlowView
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.settings import Settings
from backend.kernel.web import Tx

_MAY_READ = {"permission": Permission.ROBOT_READ}


@get("/flows", opt=_MAY_READ)
async def flows(tx: Tx, who: Who) -> FlowList:
    """List what robots say and ask, each flow in its present version."""
    return FlowList(items=await queries.flows(await bare(tx), who.tenant_id))


@post("/flows", opt={"permission": Permission.ROBOT_PUBLISH})
async def publish(data: JSONBody[Flow], tx: Tx, who: Who) -> FlowView:
    """Publish the next version of a flow; one with a fault is refused with all of them."""
    return await commands.publish_flow(await bare(tx), who.act(clock.now()), data)


@get("/campaigns", opt=_MAY_READ)
async def campaigns(tx: Tx, who: Who) -> CampaignList:
    """List campaigns, the latest first: those who were called beside those who were held out."""
    return CampaignList(items=await figure_queries.campaigns(await bare(tx), who.tenant_id))


@get("/campaigns/{campaign_id:uuid}", opt=_MAY_READ)
async def campaign(campaign_id: FromPath[UUID], tx: Tx, who: Who) -> CampaignView:
    """Say how one campaign stands."""
    found = await figure_queries.campaigns(await bare(tx), who.tenant_id, campaign_id)
    if not found:
        raise Problem(NOT_FOUND)
    return found[0]


@post("/campaigns", opt={"permission": Permission.ROBOT_RUN})
async def start(data: JSONBody[CampaignWish], tx: Tx, who: Who, state: State) -> CampaignView:
    """Start a campaign; without an exchange there is nobody who could call."""
    settings = state.get("settings")
    if not isinstance(settings, Settings) or not settings.line_url:
        raise Problem(problems.NO_EXCHANGE)
    return await commands.start_campaign(tx, who.act(clock.now()), data)


@post("/campaigns/{campaign_id:uuid}/stop", status_code=200, opt={"permission": Permission.ROBOT_RUN})
async def stop(campaign_id: FromPath[UUID], tx: Tx, who: Who) -> CampaignView:
    """Stop a campaign."""
    return await commands.stop_campaign(await bare(tx), who.act(clock.now()), campaign_id)


router = Router(path="/robots", route_handlers=[flows, publish, campaigns, campaign, start, stop], tags=["robots"])
"""The campaigns of a lender are figures: their cases are seen in the lists of cases."""
