"""How do two people agree that evidence goes when its retention is over?"""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromQuery, JSONBody

from backend.evidence import deleting
from backend.evidence.deletion_schemas import ApprovalWish, Approved, DeletionList
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.web import Raw


@get("/deletions", opt={"permission": Permission.EVIDENCE_HOLD})
async def waiting(who: Who, raw: Raw, after: FromQuery[UUID | None] = None) -> DeletionList:
    """List evidence whose retention is over, and who agreed to its deletion."""
    return await deleting.waiting(raw, who.tenant_id, after)


@post("/deletions/approvals", opt={"permission": Permission.EVIDENCE_HOLD})
async def agree(who: Who, raw: Raw, data: JSONBody[ApprovalWish]) -> Approved:
    """Agree to deletions; with the word of a second person they go with the next run, unless something keeps them."""
    return await deleting.agree(raw, who.act(clock.now()), who.user_id, data.evidence_ids)


router = Router(path="/evidence", route_handlers=[waiting, agree], tags=["evidence"])
