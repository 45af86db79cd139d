"""How does a browser sign in, ask who it is, and sign out?"""

from datetime import datetime

from litestar import Request, Response, Router, delete, get, post, put
from litestar.datastructures import Cookie, State
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity.admission import AtDoor, Door, Who, marks_of
from backend.identity.commands import people as acts
from backend.identity.commands import sign_in as coming_in
from backend.identity.commands.sign_in import Opened
from backend.identity.duties import report_place
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.identity.queries import people
from backend.identity.schemas import (
    BODY_BYTES_MAX,
    LanguageChange,
    LinkSignIn,
    PasswordChange,
    PlaceReport,
    SignIn,
    WhoAmI,
)
from backend.kernel import clock
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import NOT_SIGNED_IN, Problem
from backend.kernel.web import FromDatabase, Tx

_Request = Request[object, object, State]


def cookie_of(door: Door, token: str, expires_at: datetime, now: datetime) -> Cookie:
    """Return the cookie of a session; no script reads it and no other site sends it."""
    return Cookie(
        key=door.cookie_name,
        value=token,
        path="/",
        max_age=max(0, int((expires_at - now).total_seconds())),
        secure=door.is_https,
        httponly=True,
        samesite="strict",
    )


async def _self(tx: AsyncConnection, who: Principal) -> WhoAmI:
    found = await people.who_am_i(await bare(tx), who)
    if found is None:
        raise Problem(NOT_SIGNED_IN)
    return found


async def welcome(request: _Request, database: Database, door: Door, opened: Opened, now: datetime) -> Response[WhoAmI]:
    """Answer with who has come in and the cookie of the new session; the one that the browser had before ends."""
    before = marks_of(request.scope, door.cookie_name).token
    if before:
        await coming_in.replace_session(database, before)
        door.remembered.pop(coming_in.hash_of(before), None)
    async with transaction(database, opened.who.scope()) as tx:
        me = await _self(tx, opened.who)
    return Response(me, status_code=201, cookies=[cookie_of(door, opened.token, opened.who.expires_at, now)])


@post("/", opt={"public": "whoever signs in is not known yet"})
async def sign_in(request: _Request, data: JSONBody[SignIn], database: FromDatabase, door: AtDoor) -> Response[WhoAmI]:
    """Sign in by name and password; the session comes as a cookie. A registered device adds its proof."""
    now = clock.now()
    opened = await coming_in.sign_in(database, door.sign_ins, data, now)
    return await welcome(request, database, door, opened, now)


@post("/link", opt={"public": "whoever signs in is not known yet"})
async def sign_in_by_link(
    request: _Request, data: JSONBody[LinkSignIn], database: FromDatabase, door: AtDoor
) -> Response[WhoAmI]:
    """Sign in by a one-time link; the token is used up."""
    now = clock.now()
    opened = await coming_in.sign_in_by_link(database, data.token, now)
    return await welcome(request, database, door, opened, now)


@get("/", opt={"permission": Permission.SESSION_OWN})
async def who_am_i(tx: Tx, who: Who) -> WhoAmI:
    """Say who is signed in and what the screens may offer."""
    return await _self(tx, who)


@delete("/", status_code=204, opt={"permission": Permission.SESSION_OWN})
async def sign_out(tx: Tx, who: Who, door: AtDoor) -> Response[None]:
    """End the session, here and on the server; what lies unsent on a phone stays there."""
    await coming_in.sign_out(tx, who, clock.now())
    door.remembered.pop(who.token_hash, None)
    now = clock.now()
    return Response(None, status_code=204, cookies=[cookie_of(door, "", now, now)])


@post("/password", status_code=204, opt={"permission": Permission.ACCOUNT_OWN})
async def change_password(data: JSONBody[PasswordChange], database: FromDatabase, who: Who) -> None:
    """Change the own password; all other sessions of the person end."""
    now = clock.now()
    password_hash = await coming_in.fitting_hash(database, who, data, now)
    async with transaction(database, who.scope()) as tx:
        await acts.set_password(tx, who.act(now), who.user_id, password_hash, spare=who.token_hash)


@put("/language", status_code=204, opt={"permission": Permission.SESSION_OWN})
async def choose_language(data: JSONBody[LanguageChange], tx: Tx, who: Who) -> None:
    """Choose in which language the server speaks to the asker."""
    await acts.choose_language(tx, who.act(clock.now()), who.user_id, data.language)


@post("/place", status_code=204, opt={"permission": Permission.DUTY_OWN})
async def say_place(data: JSONBody[PlaceReport], tx: Tx, who: Who) -> None:
    """Say where one is; it is kept only while on duty, and only the newest place."""
    await report_place(await bare(tx), who.tenant_id, who.user_id, data.place, min(data.at, clock.now()))


router = Router(
    path="/session",
    route_handlers=[sign_in, sign_in_by_link, who_am_i, sign_out, change_password, choose_language, say_place],
    tags=["session"],
    request_max_body_size=BODY_BYTES_MAX,
)
