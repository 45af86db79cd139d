"""How does a lead see the team? The board of now, and the routes of a day for the map."""

from datetime import date
from uuid import UUID

from litestar import Router, get
from litestar.params import FromQuery

from backend.cases.routes import teams_of
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.web import Tx
from backend.routing import board_queries as queries
from backend.routing import board_rules
from backend.routing.board_schemas import Board, TeamRoutes


@get("/board", opt={"permission": Permission.TEAM_WATCH})
async def get_board(tx: Tx, who: Who, team_id: FromQuery[UUID | None] = None) -> Board:
    """Say where the team is, how far, what is late, what was collected and promised, what falls due today."""
    raw, now, teams = await bare(tx), clock.now(), teams_of(who)
    rows = await queries.board_rows(raw, who.tenant_id, teams, team_id, now)
    due = await queries.promises_due(raw, who.tenant_id, teams, team_id, now)
    return board_rules.board_of(rows, due, await queries.local_today(raw, who.tenant_id, now), now)


@get("/routes", opt={"permission": Permission.TEAM_WATCH})
async def get_routes(
    tx: Tx, who: Who, day: FromQuery[date | None] = None, team_id: FromQuery[UUID | None] = None
) -> TeamRoutes:
    """Give the published routes of a day (today), one a collector."""
    raw = await bare(tx)
    wanted = day or await queries.local_today(raw, who.tenant_id, clock.now())
    found = await queries.routes_of(raw, who.tenant_id, teams_of(who), team_id, wanted)
    return TeamRoutes(day=wanted, routes=found)


router = Router(path="/team", route_handlers=[get_board, get_routes], tags=["team"])
