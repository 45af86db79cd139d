"""How do photos travel? Up by tus 1.0 (core, creation, creation-with-upload, expiration), down one look at a time."""

from email.utils import format_datetime
from uuid import UUID

import msgspec
from litestar import HttpMethod, Request, Response, Router, get, head, patch, post, route
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from litestar.types import ExceptionHandlersMap

from backend.evidence import file as files_of
from backend.evidence import keeping, problems, reading, rules, uploads, viewing
from backend.evidence.file_schemas import EvidenceFile, QuestionList
from backend.evidence.originals import give_up_originals
from backend.evidence.queries import Readable
from backend.evidence.rules import HeaderError
from backend.evidence.schemas import (
    PHOTO_BYTES_MAX,
    AnswerGiven,
    Copy,
    EvidenceList,
    EvidenceView,
    HoldList,
    HoldView,
    HoldWish,
    OriginalsGivenUp,
    ReleaseWish,
    Upload,
)
from backend.evidence.storage import Storage
from backend.evidence.uploads import Sender
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.boxes import Boxes
from backend.kernel.db import Reach, bare_transaction
from backend.kernel.parts import part_of
from backend.kernel.problems import METHOD_NOT_ALLOWED, Problem
from backend.kernel.web import FromDatabase, problem_response

VERSION = "1.0.0"
CHUNK_TYPE = "application/offset+octet-stream"
SPEAKS = {"Tus-Resumable": VERSION, "Tus-Version": VERSION}
OFFERS = SPEAKS | {
    "Tus-Extension": "creation,creation-with-upload,expiration",
    "Tus-Max-Size": str(PHOTO_BYTES_MAX),
}
_MAY_UPLOAD = {"permission": Permission.UPLOAD_CREATE}

type_asked = Request[Principal, object, State]
FromStorage = NamedDependency[SkipValidation[Storage]]
FromSender = NamedDependency[SkipValidation[Sender]]


async def provide_storage(state: State) -> Storage:
    """Give the storage of the application; raises TypeError when the application was put together wrongly."""
    storage = state.get("storage")
    if not isinstance(storage, Storage):
        raise TypeError("app.state.storage is not a Storage")
    return storage


async def provide_sender(who: Who, database: FromDatabase, storage: FromStorage, state: State) -> Sender:
    """Give who uploads, where to, and what opens it; raises TypeError when the application was put together wrongly."""
    boxes = state.get("boxes")
    if not isinstance(boxes, Boxes):
        raise TypeError("app.state.boxes is not a Boxes")
    return Sender(who=who, database=database, storage=storage, boxes=boxes)


@route("", http_method=[HttpMethod.OPTIONS], opt={"public": "says which protocol we speak"}, status_code=204)
async def offers() -> Response[None]:
    """Say what of tus the server offers."""
    return Response(None, headers=OFFERS, status_code=204)


@post("", opt=_MAY_UPLOAD)
async def create(request: type_asked, sender: FromSender) -> Response[None]:
    """Begin an upload; the answer's Upload-Offset says where to go on: at the end when we have these bytes already."""
    _check_version(request)
    announced = rules.announced(request.headers.get("upload-length"), request.headers.get("upload-metadata"))
    upload = await uploads.begin(sender, announced, clock.now())
    if request.headers.get("content-type") == CHUNK_TYPE and upload.offset_bytes == 0:
        upload = await _take(request, sender, upload, 0)
    return Response(None, headers=_headers(upload) | {"Location": f"/v1/uploads/{upload.id}"}, status_code=201)


@head("/{upload_id:uuid}", opt=_MAY_UPLOAD)
async def stand(request: type_asked, sender: FromSender, upload_id: FromPath[UUID]) -> Response[None]:
    """Say how much of an upload is safe here."""
    _check_version(request)
    upload = await uploads.find(sender, upload_id, clock.now())
    told = {"Upload-Length": str(upload.length_bytes), "Upload-Metadata": rules.metadata_of(upload)}
    return Response(None, headers=_headers(upload) | told)


@patch("/{upload_id:uuid}", opt=_MAY_UPLOAD, status_code=204)
async def add(request: type_asked, sender: FromSender, upload_id: FromPath[UUID]) -> Response[None]:
    """Add a piece of at most 1 MiB at Upload-Offset; with the last byte the photo is stored."""
    return await _add(request, sender, upload_id)


@post("/{upload_id:uuid}", opt=_MAY_UPLOAD, status_code=204)
async def add_by_post(request: type_asked, sender: FromSender, upload_id: FromPath[UUID]) -> Response[None]:
    """Do the same for a phone behind a proxy that lets no PATCH through (X-HTTP-Method-Override: PATCH)."""
    if request.headers.get("x-http-method-override", "").upper() != "PATCH":
        raise Problem(METHOD_NOT_ALLOWED)
    return await _add(request, sender, upload_id)


@post("/given-up", opt=_MAY_UPLOAD, status_code=204)
async def give_up(who: Who, database: FromDatabase, data: JSONBody[OriginalsGivenUp]) -> None:
    """Say that originals will never be sent, before the phone lets go of them; it may be said twice."""
    async with bare_transaction(database, msgspec.structs.replace(who.scope(), reach=Reach.TENANT)) as raw:
        await give_up_originals(raw, who.act(clock.now()), data)


A_LOOK = {"permission": Permission.EVIDENCE_READ, "uncompressed": True}
"""A photo is compressed by its own format; a second time would cost CPU and win nothing."""

SEALED_OFF = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    # Whatever a file contains, no browser runs it, frames it, or lets it reach anything.
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}


@get("/{evidence_id:uuid}/bytes", opt=A_LOOK, media_type="application/octet-stream")
async def original(
    request: type_asked, who: Who, database: FromDatabase, storage: FromStorage, evidence_id: FromPath[UUID]
) -> Response[bytes]:
    """Give a photo, note or signature exactly as it came, as a download, or a part of it to a player (Range).

    That somebody took it is journalled before the bytes leave, each part by itself.
    """
    seen, content = await viewing.view(database, storage, who, (evidence_id, Copy.ORIGINAL), clock.now())
    return _download(request, f"{evidence_id}", seen.media_type, content)


@get("/{evidence_id:uuid}/as-shot", opt=A_LOOK, media_type="application/octet-stream")
async def as_shot(
    request: type_asked, who: Who, database: FromDatabase, storage: FromStorage, evidence_id: FromPath[UUID]
) -> Response[bytes]:
    """Give what the camera gave, before the phone made it smaller, as a download; journalled as every look is."""
    seen, content = await viewing.view(database, storage, who, (evidence_id, Copy.AS_SHOT), clock.now())
    return _download(request, f"{evidence_id}-as-shot", seen.original_media_type or seen.media_type, content)


@get("/{evidence_id:uuid}/view", opt=A_LOOK, media_type="image/jpeg")
async def whole_view(
    who: Who, database: FromDatabase, storage: FromStorage, evidence_id: FromPath[UUID]
) -> Response[bytes]:
    """Show the photo upright and stamped, at most 1,600 px, without what its camera wrote into it."""
    return _shown(await viewing.view(database, storage, who, (evidence_id, Copy.VIEW), clock.now()))


@get("/{evidence_id:uuid}/thumbnail", opt=A_LOOK, media_type="image/jpeg")
async def thumbnail(
    who: Who, database: FromDatabase, storage: FromStorage, evidence_id: FromPath[UUID]
) -> Response[bytes]:
    """Show the photo in small (320 px), upright and stamped."""
    return _shown(await viewing.view(database, storage, who, (evidence_id, Copy.THUMBNAIL), clock.now()))


@get("", opt={"permission": Permission.EVIDENCE_READ})
async def of_case(
    who: Who, database: FromDatabase, case_id: FromQuery[UUID], visit_id: FromQuery[UUID | None] = None
) -> EvidenceList:
    """List the photos of a case, or of one visit of it, the newest first, at most 200."""
    async with bare_transaction(database, who.scope()) as raw:
        return EvidenceList(items=await reading.evidence_of_case(raw, who, case_id, visit_id))


@get("/{evidence_id:uuid}", opt={"permission": Permission.EVIDENCE_READ})
async def one(who: Who, database: FromDatabase, evidence_id: FromPath[UUID]) -> EvidenceView:
    """Say what is known about a photo; what is worth a look in it to who took it and who controls it."""
    async with bare_transaction(database, who.scope()) as raw:
        return await reading.evidence(raw, who, evidence_id)


@get("/questions", opt={"permission": Permission.VISIT_RECORD})
async def questions(who: Who, database: FromDatabase) -> QuestionList:
    """List what is asked about one's own photos of the last 90 days, at most 50."""
    async with bare_transaction(database, who.scope()) as raw:
        return await files_of.questions(raw, who, clock.now())


@get("/{evidence_id:uuid}/file", opt={"permission": Permission.EVIDENCE_READ})
async def whole_file(who: Who, database: FromDatabase, evidence_id: FromPath[UUID]) -> EvidenceFile:
    """Say all that is known about a photo: what was signed, the door, the log of custody."""
    async with bare_transaction(database, who.scope()) as raw:
        return await files_of.file(raw, who, evidence_id)


@post("/{evidence_id:uuid}/answers", opt={"permission": Permission.VISIT_RECORD}, status_code=204)
async def answer(who: Who, database: FromDatabase, evidence_id: FromPath[UUID], data: JSONBody[AnswerGiven]) -> None:
    """Answer to what is worth a look in a photo of one's own."""
    async with bare_transaction(database, who.scope()) as raw:
        await reading.answer(raw, who, evidence_id, data.text, clock.now())


@get("/holds", opt={"permission": Permission.EVIDENCE_HOLD})
async def holds_of(who: Who, database: FromDatabase, case_id: FromQuery[UUID]) -> HoldList:
    """List the legal holds of a case, those that ended too."""
    async with bare_transaction(database, who.scope()) as raw:
        return HoldList(items=await keeping.holds_of(raw, who.tenant_id, case_id))


@post("/holds", opt={"permission": Permission.EVIDENCE_HOLD})
async def hold(who: Who, database: FromDatabase, data: JSONBody[HoldWish]) -> HoldView:
    """Place a legal hold on the evidence of a case."""
    async with bare_transaction(database, who.scope()) as raw:
        return await keeping.hold(raw, who.act(clock.now()), data.case_id, data.reason)


@post("/holds/{hold_id:uuid}/release", opt={"permission": Permission.EVIDENCE_HOLD}, status_code=204)
async def release(who: Who, database: FromDatabase, hold_id: FromPath[UUID], data: JSONBody[ReleaseWish]) -> None:
    """End a legal hold."""
    async with bare_transaction(database, who.scope()) as raw:
        await keeping.release(raw, who.act(clock.now()), hold_id, data.reason)


def _download(request: type_asked, name: str, media_type: str, content: bytes) -> Response[bytes]:
    extension = media_type.partition("/")[2]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{extension}"', "Accept-Ranges": "bytes"}
    asked = request.headers.get("range")
    part = (0, len(content)) if asked is None else part_of(asked, len(content))
    if part is None:
        raise Problem(problems.NO_SUCH_PART, length_bytes=len(content))
    status = 200
    if part != (0, len(content)):
        status, headers["Content-Range"] = 206, f"bytes {part[0]}-{part[1] - 1}/{len(content)}"
    body = content[part[0] : part[1]]
    return Response(body, media_type=media_type, status_code=status, headers=headers | SEALED_OFF)


def _shown(found: tuple[Readable, bytes]) -> Response[bytes]:
    return Response(found[1], media_type="image/jpeg", headers={"Content-Disposition": "inline"} | SEALED_OFF)


async def _add(request: type_asked, sender: Sender, upload_id: UUID) -> Response[None]:
    _check_version(request)
    if request.headers.get("content-type") != CHUNK_TYPE:
        raise Problem(problems.WRONG_TYPE)
    offset_bytes = rules.whole_number("Upload-Offset", request.headers.get("upload-offset"))
    upload = await uploads.find(sender, upload_id, clock.now())
    upload = await _take(request, sender, upload, offset_bytes)
    return Response(None, headers=_headers(upload), status_code=204)


async def _take(request: type_asked, sender: Sender, upload: Upload, offset_bytes: int) -> Upload:
    """Refuse what can be refused before the body is read, then read and add it."""
    length = request.headers.get("content-length")
    size_bytes = rules.whole_number("Content-Length", length) if length is not None else 0
    uploads.check_size(size_bytes)
    uploads.check_piece(upload, offset_bytes, size_bytes, clock.now())
    uploads.check_room(sender.storage)
    piece = await uploads.receive(sender.storage, request.receive, offset_bytes)
    return await uploads.add(sender, upload.id, piece, clock.now())


def _check_version(request: type_asked) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise Problem(problems.TUS_VERSION)


def _headers(upload: Upload) -> dict[str, str]:
    expires = {} if upload.finished_at else {"Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}
    return {"Tus-Resumable": VERSION, "Upload-Offset": str(upload.offset_bytes), "Cache-Control": "no-store"} | expires


def _answer_problem(_request: Request[object, object, State], problem: Problem) -> Response[bytes]:
    """Answer a refusal as everywhere, and in the protocol's own headers as well."""
    response = problem_response(problem)
    offset_bytes = problem.data.get("offset_bytes")
    response.headers.update(SPEAKS | ({} if offset_bytes is None else {"Upload-Offset": str(offset_bytes)}))
    return response


def _answer_header(request: Request[object, object, State], error: HeaderError) -> Response[bytes]:
    return _answer_problem(request, Problem(problems.BAD_HEADER, says=str(error)))


_TUS_ANSWERS: ExceptionHandlersMap = {Problem: _answer_problem, HeaderError: _answer_header}

upload_router = Router(
    path="/uploads",
    route_handlers=[offers, create, stand, add, add_by_post, give_up],
    dependencies={"storage": Provide(provide_storage), "sender": Provide(provide_sender)},
    exception_handlers=_TUS_ANSWERS,
    tags=["evidence"],
)
router = Router(
    path="/evidence",
    route_handlers=[
        of_case,
        one,
        questions,
        whole_file,
        answer,
        original,
        as_shot,
        whole_view,
        thumbnail,
        holds_of,
        hold,
        release,
    ],
    dependencies={"storage": Provide(provide_storage)},
    tags=["evidence"],
)
