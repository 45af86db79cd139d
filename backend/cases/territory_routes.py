"""How does a lead draw territories?"""

from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, JSONBody

from backend.cases import assigning
from backend.cases.assignment_queries import territories
from backend.cases.desk_schemas import TerritoryPage, TerritoryView, TerritoryWish
from backend.cases.routes import teams_of
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.web import Tx


@get("/", opt={"permission": Permission.TERRITORY_READ})
async def list_territories(tx: Tx, who: Who) -> TerritoryPage:
    """List the territories of the asker's teams with their outlines."""
    return TerritoryPage(territories=await territories(await bare(tx), who.tenant_id, teams_of(who)))


@post("/", status_code=201, opt={"permission": Permission.TERRITORY_EDIT})
async def draw_territory(data: JSONBody[TerritoryWish], tx: Tx, who: Who) -> TerritoryView:
    """Draw a territory: a simple polygon of at most 500 corners."""
    return await assigning.put_territory(await bare(tx), who.act(clock.now()), None, data, teams_of(who))


@put("/{territory_id:uuid}", opt={"permission": Permission.TERRITORY_EDIT})
async def change_territory(
    territory_id: FromPath[UUID], data: JSONBody[TerritoryWish], tx: Tx, who: Who
) -> TerritoryView:
    """Draw a territory anew."""
    return await assigning.put_territory(await bare(tx), who.act(clock.now()), territory_id, data, teams_of(who))


@delete("/{territory_id:uuid}", status_code=204, opt={"permission": Permission.TERRITORY_EDIT})
async def remove_territory(territory_id: FromPath[UUID], tx: Tx, who: Who) -> None:
    """Take a territory off the map; cases stay with whom they are."""
    await assigning.remove_territory(await bare(tx), who.act(clock.now()), territory_id, teams_of(who))


router = Router(
    path="/territories",
    route_handlers=[list_territories, draw_territory, change_territory, remove_territory],
    tags=["territories"],
)
