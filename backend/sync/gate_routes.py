"""How does a phone get what it judges contacts by? After its records are sent, so that leases and histories agree."""

from uuid import UUID

from litestar import Request, Router, post
from litestar.datastructures import State
from litestar.params import JSONBody

from backend.compliance import phone_queries
from backend.compliance.phone_gate import CASES_MAX, gate_of_phone
from backend.compliance.phone_schemas import GateWish, PhoneGate
from backend.compliance.routes import kind_of
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.db import Database, Reach, Scope, bare_transaction
from backend.kernel.problems import Problem
from backend.kernel.signing import SigningKey
from backend.kernel.web import FromDatabase
from backend.routing.queries import plan_of
from backend.sync import pull_queries
from backend.sync.problems import NOT_YOUR_DEVICE
from backend.sync.pull import ZERO
from backend.sync.routes import key_of


@post("/gate", status_code=200, opt={"permission": Permission.SYNC_PULL})
async def gate(
    request: Request[Principal, object, State], data: JSONBody[GateWish], who: Who, database: FromDatabase
) -> PhoneGate:
    """Give the signed law where it differs, what is on file of the phone's people, and leases for its day."""
    if who.device_id is not None and who.device_id != data.device_id:
        raise Problem(NOT_YOUR_DEVICE)
    return await give_gate(database, who, data, key_of(request.app.state))


async def give_gate(database: Database, who: Principal, wish: GateWish, key: SigningKey) -> PhoneGate:
    """Do it in one transaction; raises Problem (sync.not_your_device) for a device that is not in service for them."""
    scope = Scope(tenant_id=who.tenant_id, user_id=who.user_id, reach=Reach.OWN, team_ids=())
    async with bare_transaction(database, scope) as raw:
        if not await phone_queries.is_own_device(raw, who.tenant_id, wish.device_id, who.user_id):
            raise Problem(NOT_YOUR_DEVICE)
        plan = await plan_of(raw, who.tenant_id, who.user_id)
        own = await pull_queries.own_case_ids(raw, who.tenant_id, who.user_id, ZERO, CASES_MAX)
        held = set(own)
        day: list[UUID] = [] if plan is None else [stop.case_id for stop in plan.stops if stop.case_id in held]
        cases = list(dict.fromkeys([*day, *own]))
        return await gate_of_phone(raw, who.act(clock.now()), wish, cases, kind_of(who), key)


router = Router(path="/sync", route_handlers=[gate], tags=["sync"])
