"""How does a desk place a call, follow it, end it, and hear its recording?"""

from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation

from backend.calls.line import commands, problems, queries, recording_queries, recordings, viewing
from backend.calls.line.commands import Ways
from backend.calls.line.schemas import (
    CallWish,
    LineCallView,
    LineView,
    OrderKind,
    RecordingApproval,
    RecordingDueList,
    RecordingList,
)
from backend.calls.routes import worker_of
from backend.evidence.deletion_schemas import Approved
from backend.evidence.routes import SEALED_OFF, FromStorage, provide_storage
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.parts import part_of
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.settings import Settings
from backend.kernel.web import FromDatabase, Tx

FromWays = NamedDependency[SkipValidation[Ways]]
_MAY_CALL = {"permission": Permission.CALL_RECORD}
_MAY_HEAR = {"permission": Permission.EVIDENCE_READ}


async def provide_ways(state: State) -> Ways:
    """Give by what calls are placed; raises TypeError when the application was put together wrongly."""
    settings = state.get("settings")
    if not isinstance(settings, Settings):
        raise TypeError("app.state.settings is not a Settings")
    return Ways(adapter="ari" if settings.line_url else "tel", desk=settings.line_desk)


@get("", opt=_MAY_CALL)
async def line(ways: FromWays) -> LineView:
    """Say by what calls are placed here, and whether they are recorded."""
    return viewing.line_view(ways.adapter)


@post("/calls", status_code=201, opt=_MAY_CALL)
async def place(data: JSONBody[CallWish], tx: Tx, who: Who, ways: FromWays) -> LineCallView:
    """Place a call under a verdict and a permit; without an exchange the answer is a link for one's own telephone."""
    raw = await bare(tx)
    return await viewing.view_of(raw, await commands.place_call(raw, who.act(clock.now()), worker_of(who), data, ways))


@get("/calls/{call_id:uuid}", opt=_MAY_CALL)
async def one(call_id: FromPath[UUID], tx: Tx, who: Who) -> LineCallView:
    """Say how far a call has come; when it has ended, which result that suggests."""
    raw = await bare(tx)
    call = await queries.call_of(raw, who.tenant_id, call_id)
    if call is None:
        raise Problem(NOT_FOUND)
    return await viewing.view_of(raw, call)


@post("/calls/{call_id:uuid}/hang-up", status_code=202, opt=_MAY_CALL)
async def hang_up(call_id: FromPath[UUID], tx: Tx, who: Who) -> LineCallView:
    """End an own call."""
    return await _order(call_id, tx, who, OrderKind.HANG_UP)


@post("/calls/{call_id:uuid}/pause", status_code=202, opt=_MAY_CALL)
async def pause(call_id: FromPath[UUID], tx: Tx, who: Who) -> LineCallView:
    """Stop recording while a card number is said; the stretch is kept."""
    return await _order(call_id, tx, who, OrderKind.PAUSE)


@post("/calls/{call_id:uuid}/resume", status_code=202, opt=_MAY_CALL)
async def resume(call_id: FromPath[UUID], tx: Tx, who: Who) -> LineCallView:
    """Go on recording."""
    return await _order(call_id, tx, who, OrderKind.RESUME)


async def _order(call_id: UUID, tx: Tx, who: Principal, kind: OrderKind) -> LineCallView:
    raw = await bare(tx)
    return await viewing.view_of(raw, await commands.order_call(raw, who.act(clock.now()), call_id, kind))


@get("/recordings", opt=_MAY_HEAR)
async def of_case(case_id: FromQuery[UUID], tx: Tx, who: Who) -> RecordingList:
    """List the recordings of a case, the latest first, at most 200."""
    return RecordingList(items=await recording_queries.of_case(await bare(tx), who.tenant_id, case_id))


@get("/recordings/{call_id:uuid}/bytes", opt=_MAY_HEAR | {"uncompressed": True}, media_type="application/octet-stream")
async def listen(
    request: Request[Principal, object, State],
    who: Who,
    database: FromDatabase,
    storage: FromStorage,
    call_id: FromPath[UUID],
) -> Response[bytes]:
    """Let a recording be heard, or a part of it (Range); that somebody did is journalled before the bytes leave."""
    seen, content = await recordings.listen(database, storage, who, call_id, clock.now())
    headers = {"Content-Disposition": "inline", "Accept-Ranges": "bytes"} | SEALED_OFF
    asked = request.headers.get("range")
    part = (0, len(content)) if asked is None else part_of(asked, len(content))
    if part is None:
        raise Problem(problems.NO_SUCH_PART, length_bytes=len(content))
    status = 200
    if part != (0, len(content)):
        status, headers["Content-Range"] = 206, f"bytes {part[0]}-{part[1] - 1}/{len(content)}"
    body = content[part[0] : part[1]]
    return Response(body, media_type=seen.media_type or "audio/wav", status_code=status, headers=headers)


@get("/deletions", opt={"permission": Permission.EVIDENCE_HOLD})
async def due_for_deletion(tx: Tx, who: Who) -> RecordingDueList:
    """List recordings whose retention is over and that nothing keeps, and who agreed to their deletion."""
    return RecordingDueList(items=await recording_queries.waiting(await bare(tx), who.tenant_id, clock.now()))


@post("/deletions/approvals", opt={"permission": Permission.EVIDENCE_HOLD})
async def agree(data: JSONBody[RecordingApproval], tx: Tx, who: Who) -> Approved:
    """Agree to deletions; with the word of a second person they go with the next run, unless something keeps them."""
    return await recordings.agree(await bare(tx), who.act(clock.now()), who.user_id, data.call_ids)


router = Router(
    path="/line",
    route_handlers=[line, place, one, hang_up, pause, resume, of_case, listen, due_for_deletion, agree],
    dependencies={"ways": Provide(provide_ways), "storage": Provide(provide_storage)},
    tags=["line"],
)
