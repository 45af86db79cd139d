"""How are redacted copies of photos made and looked at?"""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.params import FromPath, JSONBody

from backend.evidence import redacting
from backend.evidence.redaction_schemas import RedactionList, RedactionView, RedactionWish
from backend.evidence.routes import A_LOOK, SEALED_OFF, FromStorage, provide_storage
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.web import FromDatabase


@post("/{evidence_id:uuid}/redactions", opt={"permission": Permission.EVIDENCE_REVIEW})
async def redact(
    who: Who,
    database: FromDatabase,
    storage: FromStorage,
    evidence_id: FromPath[UUID],
    data: JSONBody[RedactionWish],
) -> RedactionView:
    """Make a copy of a photo in which areas are black; the original stays as it is."""
    return await redacting.redact(database, storage, who, (evidence_id, data), clock.now())


@get("/{evidence_id:uuid}/redactions", opt={"permission": Permission.EVIDENCE_READ})
async def copies_of(who: Who, database: FromDatabase, evidence_id: FromPath[UUID]) -> RedactionList:
    """List the redacted copies of a photo."""
    return RedactionList(items=await redacting.copies_of(database, who, evidence_id))


@get("/{evidence_id:uuid}/redactions/{redaction_id:uuid}/bytes", opt=A_LOOK, media_type="image/jpeg")
async def copy(
    who: Who,
    database: FromDatabase,
    storage: FromStorage,
    evidence_id: FromPath[UUID],
    redaction_id: FromPath[UUID],
) -> Response[bytes]:
    """Show a redacted copy; that somebody saw it is journalled before the bytes leave."""
    content = await redacting.view_copy(database, storage, who, (evidence_id, redaction_id), clock.now())
    return Response(content, media_type="image/jpeg", headers={"Content-Disposition": "inline"} | SEALED_OFF)


router = Router(
    path="/evidence",
    route_handlers=[redact, copies_of, copy],
    dependencies={"storage": Provide(provide_storage)},
    tags=["evidence"],
)
