"""How does a lead look after the phones of the team?"""

from uuid import UUID

from litestar import Router, get
from litestar.params import FromQuery

from backend.identity.admission import Who
from backend.identity.health import phones_of
from backend.identity.health_schemas import PhonePage
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.web import Tx


@get("/", opt={"permission": Permission.DEVICE_MANAGE})
async def list_phones(tx: Tx, who: Who, after: FromQuery[UUID | None] = None) -> PhonePage:
    """List the phones of the team (lead) or of the tenant (administrator), with what is worth a word about each."""
    return await phones_of(await bare(tx), who.scope(), after, clock.now())


router = Router(path="/phones", route_handlers=[list_phones], tags=["devices"])
