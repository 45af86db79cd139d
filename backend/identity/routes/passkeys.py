"""How does somebody look after passkeys, and come in by one?"""

from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from backend.identity.admission import AtDoor, Who
from backend.identity.commands import passkeys as acts
from backend.identity.commands.devices import make_challenge
from backend.identity.commands.factors import Asker
from backend.identity.factor_schemas import Proving, RecoveryCodes
from backend.identity.passkey_rules import site_of
from backend.identity.passkey_schemas import NewPasskey, PasskeyOptions, PasskeyShown
from backend.identity.permissions import Permission
from backend.identity.routes.session import welcome
from backend.identity.schemas import BODY_BYTES_MAX, Challenge, WhoAmI
from backend.kernel import clock
from backend.kernel.problems import TOO_MANY, Problem
from backend.kernel.throttle import wait_for_token_s
from backend.kernel.web import FromDatabase

_Request = Request[object, object, State]


@post("/options", status_code=201, opt={"permission": Permission.ACCOUNT_OWN})
async def options(data: JSONBody[Proving], database: FromDatabase, who: Who, door: AtDoor) -> PasskeyOptions:
    """Give the browser what it needs to make a passkey for the asker."""
    return await acts.begin(database, Asker(who, clock.now()), site_of(door.origin), data)


@post("/", status_code=201, opt={"permission": Permission.ACCOUNT_OWN})
async def add(data: JSONBody[NewPasskey], database: FromDatabase, who: Who, door: AtDoor) -> RecoveryCodes:
    """Take a passkey into use; the first factor comes with ten codes for paper, shown this once."""
    codes = await acts.add(database, Asker(who, clock.now()), site_of(door.origin), data)
    door.remembered.pop(who.token_hash, None)
    return codes


@post("/{passkey_id:uuid}/remove", status_code=204, opt={"permission": Permission.ACCOUNT_OWN})
async def remove(passkey_id: FromPath[UUID], data: JSONBody[Proving], database: FromDatabase, who: Who) -> None:
    """Forget a passkey."""
    await acts.remove(database, Asker(who, clock.now()), passkey_id, data)


@post("/challenge", status_code=201, opt={"public": "a passkey proves itself before its person is known"})
async def challenge(database: FromDatabase, door: AtDoor) -> Challenge:
    """Give a nonce that a passkey may sign once, to sign in or as the second step."""
    now = clock.now()
    wait_s = wait_for_token_s(door.challenges, now.timestamp())
    if wait_s > 0:
        raise Problem(TOO_MANY, retry_after_s=int(wait_s) + 1)
    return await make_challenge(database.pool, acts.ANYBODY, now)


@post("/", opt={"public": "whoever signs in is not known yet"})
async def sign_in(
    request: _Request, data: JSONBody[PasskeyShown], database: FromDatabase, door: AtDoor
) -> Response[WhoAmI]:
    """Sign in by a passkey, which stands for both factors."""
    now = clock.now()
    opened = await acts.sign_in(database, door.sign_ins, site_of(door.origin), data.assertion, now)
    return await welcome(request, database, door, opened, now)


@post("/", opt={"permission": Permission.SESSION_OWN})
async def show(
    request: _Request, data: JSONBody[PasskeyShown], database: FromDatabase, who: Who, door: AtDoor
) -> Response[WhoAmI]:
    """Show a passkey as the second step; the session is a whole one from here."""
    now = clock.now()
    opened = await acts.show(database, site_of(door.origin), who, data.assertion, now)
    return await welcome(request, database, door, opened, now)


router = Router(
    path="/factors/passkeys",
    route_handlers=[options, add, remove],
    tags=["factors"],
    request_max_body_size=BODY_BYTES_MAX,
)
entry_router = Router(
    path="/session/passkey",
    route_handlers=[challenge, sign_in],
    tags=["session"],
    request_max_body_size=BODY_BYTES_MAX,
)
step_router = Router(
    path="/session/step/passkey", route_handlers=[show], tags=["session"], request_max_body_size=BODY_BYTES_MAX
)
