"""How does somebody ask for a contact that the gate wants reviewed, and how does a second person decide?"""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from backend.compliance import release_queries, releases
from backend.compliance.choosing import shipped_packs
from backend.compliance.looking import texts_of
from backend.compliance.release_schemas import ReleaseDecision, ReleaseList, ReleaseWish
from backend.compliance.routes import kind_of
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.web import Tx


@post("/cases/{case_id:uuid}/releases", status_code=204, opt={"permission": Permission.RELEASE_ASK})
async def ask(case_id: FromPath[UUID], data: JSONBody[ReleaseWish], tx: Tx, who: Who) -> None:
    """Ask a second person to release one contact that the gate wants reviewed; what it blocks cannot be released."""
    await releases.ask_release(await bare(tx), who.act(clock.now()), case_id, data, kind_of(who), shipped_packs())


@get("/releases", opt={"permission": Permission.RELEASE_DECIDE})
async def list_releases(tx: Tx, who: Who) -> ReleaseList:
    """List the wishes that wait for a second person, at most 200."""
    items = await release_queries.open_releases(await bare(tx), who.tenant_id, clock.now())
    return ReleaseList(items=items, rules=texts_of(rule for one in items for rule in one.rule_ids))


@post("/releases/{release_id:uuid}/decide", status_code=204, opt={"permission": Permission.RELEASE_DECIDE})
async def decide(release_id: FromPath[UUID], data: JSONBody[ReleaseDecision], tx: Tx, who: Who) -> None:
    """Grant or refuse a release that somebody else asked for."""
    await releases.decide_release(await bare(tx), who.act(clock.now()), release_id, data)


router = Router(path="/", route_handlers=[ask, list_releases, decide], tags=["releases"])
