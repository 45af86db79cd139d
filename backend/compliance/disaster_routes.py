"""How does compliance hold back all contacts of a place that a disaster struck?"""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from backend.compliance import disaster_queries, disasters
from backend.compliance.disaster_schemas import AreaList, AreaWish, LiftWish
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.web import Tx


@get("/", opt={"permission": Permission.CONTACT_STOP})
async def list_areas(tx: Tx, who: Who) -> AreaList:
    """List the areas, those that stand first, with how many cases they froze (at most 100)."""
    return AreaList(areas=await disaster_queries.areas(await bare(tx), who.tenant_id))


@post("/", status_code=204, opt={"permission": Permission.AREA_FREEZE})
async def raise_area(data: JSONBody[AreaWish], tx: Tx, who: Who) -> None:
    """Freeze all cases whose door lies in an area: the first thousand at once, the rest within seconds."""
    await disasters.raise_area(await bare(tx), who.act(clock.now()), data)


@post("/{area_id:uuid}/lift", status_code=204, opt={"permission": Permission.AREA_FREEZE})
async def lift_area(area_id: FromPath[UUID], data: JSONBody[LiftWish], tx: Tx, who: Who) -> None:
    """Let the cases of an area go; what else stands against them stays, and plans are the leads' to change."""
    await disasters.lift_area(await bare(tx), who.act(clock.now()), area_id, data.reason)


router = Router(path="/disaster-areas", route_handlers=[list_areas, raise_area, lift_area], tags=["areas"])
