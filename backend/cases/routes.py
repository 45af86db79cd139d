"""How do people at desks reach cases? Lists, the file, assignment with preview and undo, the queue."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import MediaType, Response, Router, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.cases import assigning, calling, list_queries, rules
from backend.cases.desk_schemas import (
    AssignDone,
    AssignPreview,
    AssignWish,
    CaseFilter,
    CasePage,
    NearPage,
    NextCase,
    NextWish,
    QueuePage,
)
from backend.cases.file import case_file
from backend.cases.file_schemas import CaseFile
from backend.cases.problems import BAD_FILTER, NO_PLACE
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.db import Reach, bare
from backend.kernel.geo import Point
from backend.kernel.limits import PAGE_SIZE_MAX
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.web import Raw, Tx

RADIUS_DEFAULT_M = 2000
RADIUS_MAX_M = 50_000
QUEUE_ROWS = 50

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_SIZE_MAX)]
Text = Annotated[str | None, QueryParameter(max_length=200)]
Degrees = Annotated[float | None, QueryParameter(ge=-180, le=180)]
Radius = Annotated[int, QueryParameter(ge=1, le=RADIUS_MAX_M)]


def teams_of(who: Principal) -> list[UUID] | None:
    """Return the teams whose people and ground the asker may use; null for all of the tenant."""
    return None if who.reach is Reach.TENANT else list(who.team_ids)


@get(
    "/",
    # A page is 25 kB: compressing it costs the server as much as reading it, and desks sit on good lines.
    opt={"permission": Permission.CASE_READ, "uncompressed": True},
    responses={200: ResponseSpec(CasePage, generate_examples=False, description="A page of cases")},
)
async def list_cases(
    raw: Raw,
    who: Who,
    team_id: FromQuery[UUID | None] = None,
    desk_team_id: FromQuery[UUID | None] = None,
    assignee_id: FromQuery[UUID | None] = None,
    unassigned: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
    closed: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
    case_state: Text = None,
    bucket: Text = None,
    search: Text = None,
    after: Text = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """List cases, the highest score first. `search`: part of the name, pinyin, or the beginning of the number.

    One or two letters are sought at the beginning of the words of a name.
    """
    wanted = CaseFilter(
        team_id=team_id,
        desk_team_id=desk_team_id,
        assignee_id=assignee_id,
        is_unassigned=unassigned,
        is_closed=closed,
        state=case_state,
        bucket=bucket,
        search=search,
    )
    page = await list_queries.cases_page(raw, who.tenant_id, wanted, after, limit)
    return Response(content=page, media_type=MediaType.JSON)


@get("/near", opt={"permission": Permission.CASE_READ})
async def near_cases(
    tx: Tx,
    who: Who,
    lat: Degrees = None,
    lon: Degrees = None,
    case_id: FromQuery[UUID | None] = None,
    user_id: FromQuery[UUID | None] = None,
    radius_m: Radius = RADIUS_DEFAULT_M,
    limit: Limit = 50,
) -> NearPage:
    """List open cases around a point, the door of a case, or where somebody's day begins; the nearest first."""
    raw = await bare(tx)
    if sum((lat is not None and lon is not None, case_id is not None, user_id is not None)) != 1:
        raise Problem(BAD_FILTER, fields=["lat,lon", "case_id", "user_id"])
    center: Point | None
    if lat is not None and lon is not None:
        if abs(lat) > 90:  # noqa: PLR2004 - degrees of the globe
            raise Problem(NO_PLACE)
        center = Point(lat=lat, lon=lon)
    else:
        center = await list_queries.center_of(raw, who.tenant_id, case_id, user_id)
    if center is None:
        raise Problem(NO_PLACE)
    found = await list_queries.near(raw, who.tenant_id, center, radius_m, limit)
    return NearPage(center=center, radius_m=radius_m, cases=found)


@get("/{case_id:uuid}", opt={"permission": Permission.CASE_READ})
async def get_case(case_id: FromPath[UUID], tx: Tx, who: Who) -> CaseFile:
    """Give the whole file of a case; numbers are masked until somebody says why (POST .../reveal)."""
    found = await case_file(await bare(tx), who.tenant_id, case_id, clock.now())
    if found is None:
        raise Problem(NOT_FOUND)
    contacts = [msgspec.structs.replace(one, value=rules.masked(one.value)) for one in found.whole.contacts]
    return msgspec.structs.replace(found, whole=msgspec.structs.replace(found.whole, contacts=contacts))


@post("/preview", status_code=200, opt={"permission": Permission.CASE_ASSIGN})
async def preview(data: JSONBody[AssignWish], tx: Tx, who: Who) -> AssignPreview:
    """Say what an assignment would do, with loads and warnings; nothing is changed."""
    return await assigning.preview_assignment(await bare(tx), who.act(clock.now()), data, teams_of(who))


@post("/", status_code=201, opt={"permission": Permission.CASE_ASSIGN})
async def assign(data: JSONBody[AssignWish], tx: Tx, who: Who) -> AssignDone:
    """Move at most 5,000 cases to somebody or to nobody; the phones hear of it at their next sync."""
    return await assigning.assign_cases(await bare(tx), who.act(clock.now()), data, teams_of(who))


@post("/{batch_id:uuid}/undo", status_code=201, opt={"permission": Permission.CASE_ASSIGN})
async def undo(batch_id: FromPath[UUID], tx: Tx, who: Who) -> AssignDone:
    """Give the cases of a batch back to who had them, if nothing changed since."""
    return await assigning.undo_batch(await bare(tx), who.act(clock.now()), batch_id)


@get("/", opt={"permission": Permission.QUEUE_WORK})
async def queue(tx: Tx, who: Who, limit: Limit = QUEUE_ROWS) -> QueuePage:
    """Give the head of the asker's queue in its order, with the reasons, and what holds blocked cases back."""
    raw = await bare(tx)
    desk = await list_queries.desk_of(raw, who.tenant_id, who.user_id, who.team_ids)
    return await calling.queue_page(raw, desk, clock.now(), limit)


@post("/next", status_code=200, opt={"permission": Permission.QUEUE_WORK})
async def next_case(data: JSONBody[NextWish], tx: Tx, who: Who) -> NextCase:
    """Give the caller the next case; nobody else gets it for 10 minutes."""
    raw = await bare(tx)
    desk = await list_queries.desk_of(raw, who.tenant_id, who.user_id, who.team_ids)
    return await assigning.next_case(raw, desk, data.passed, clock.now())


router = Router(path="/cases", route_handlers=[list_cases, near_cases, get_case], tags=["cases"])
assignments_router = Router(path="/assignments", route_handlers=[preview, assign, undo], tags=["assignments"])
queue_router = Router(path="/queue", route_handlers=[queue, next_case], tags=["queue"])
