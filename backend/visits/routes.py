"""How does the office look at a visit?"""

from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import FromPath

from backend.evidence.reading import controls
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel.db import bare_transaction
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.web import FromDatabase
from backend.visits import queries
from backend.visits.schemas import VisitView


@get("/{visit_id:uuid}", opt={"permission": Permission.EVIDENCE_READ})
async def one(who: Who, database: FromDatabase, visit_id: FromPath[UUID]) -> VisitView:
    """Say what was recorded of a visit; how its form was filled in only to whoever did it and whoever controls it."""
    async with bare_transaction(database, who.scope()) as raw:
        found = await queries.visit(raw, who.tenant_id, visit_id)
    if found is None:
        raise Problem(NOT_FOUND)
    if found.user_id == who.user_id or controls(who):
        return found
    return msgspec.structs.replace(found, form=None)


router = Router(path="/visits", route_handlers=[one], tags=["visits"])
