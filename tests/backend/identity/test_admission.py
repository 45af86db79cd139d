"""Who is let in at the door? Cookie, session, permission and site, tried on the guard of a whole application."""

from datetime import datetime, timedelta

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from sqlalchemy.ext.asyncio import create_async_engine

from backend.identity import admission
from backend.identity.admission import (
    Marks,
    handlers_of,
    is_from_own_page,
    marks_of,
    open_door,
    refuse_undeclared,
    undeclared,
)
from backend.identity.commands import people as acts
from backend.identity.permissions import Permission
from backend.identity.queries.doors import READ_SESSION
from backend.identity.routes.parts import IdentityParts
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, Role, sqlalchemy_url, transaction
from tests.asgi import unsent
from tests.backend.identity.conftest import ORIGIN, SETTINGS, SignedIn
from tests.backend.identity.phone import new_phone
from tests.world import World

HTTPS = msgspec.structs.replace(SETTINGS, origin="https://rounds.example")
OURS = frozenset({ORIGIN})


@get("/silent")
async def silent() -> None:
    """Name nothing."""


@get("/both", opt={"public": "a reason", "permission": Permission.CASE_READ})
async def both() -> None:
    """Name both."""


@get("/no-reason", opt={"public": ""})
async def no_reason() -> None:
    """Give no reason."""


@get("/misspelt", opt={"permission": "case.raed"})
async def misspelt() -> None:
    """Name a permission that is none."""


@get("/good", opt={"permission": Permission.MONEY_POST})
async def good() -> None:
    """Name a permission."""


@post("/open", opt={"public": "a test"})
async def opened() -> None:
    """Admit everybody."""


@pytest.mark.parametrize("handler", [silent, both, no_reason, misspelt])
async def test_an_application_with_a_route_that_names_no_permission_does_not_start(
    handler: HTTPRouteHandler,
) -> None:
    app = Litestar(route_handlers=[handler, good, opened], openapi_config=None, logging_config=None)
    assert len(undeclared(app)) == 1
    with pytest.raises(ImproperlyConfiguredException, match="name no permission"):
        await refuse_undeclared(app)


async def test_an_application_whose_routes_all_say_who_may_call_them_starts() -> None:
    await refuse_undeclared(Litestar(route_handlers=[good, opened], openapi_config=None, logging_config=None))


async def test_the_routes_of_identity_all_say_who_may_call_them(app: Litestar) -> None:
    await refuse_undeclared(app)


@pytest.mark.parametrize(
    ("marks", "is_ours"),
    [
        (Marks(None, None, "same-origin", has_own_header=True), True),
        (Marks(None, ORIGIN, None, has_own_header=True), True),
        (Marks(None, None, None, has_own_header=True), True),
        (Marks(None, ORIGIN, "same-origin", has_own_header=False), False),
        (Marks(None, ORIGIN, "cross-site", has_own_header=True), False),
        (Marks(None, ORIGIN, "same-site", has_own_header=True), False),
        (Marks(None, ORIGIN, "none", has_own_header=True), False),
        (Marks(None, "https://evil.example", None, has_own_header=True), False),
        (Marks(None, "null", None, has_own_header=True), False),
        (Marks(None, f"{ORIGIN}.evil.example", None, has_own_header=True), False),
        (Marks(None, "", None, has_own_header=True), False),
    ],
)
def test_writing_is_taken_from_our_own_pages_only(marks: Marks, *, is_ours: bool) -> None:
    assert is_from_own_page(marks, OURS) is is_ours


@pytest.mark.parametrize(
    ("cookies", "token"),
    [
        ([b"rounds-8400=abc"], "abc"),
        ([b"a=1; rounds-8400=abc; b=2"], "abc"),
        ([b"a=1", b"rounds-8400=abc"], "abc"),
        ([b"rounds-8401=abc"], None),
        ([b"xrounds-8400=abc"], None),
        ([b"rounds-8400=a=b"], "a=b"),
        ([b""], None),
        ([], None),
    ],
)
def test_the_cookie_is_read_by_its_whole_name(cookies: list[bytes], token: str | None) -> None:
    scope = unsent(None, "/", {}).scope
    scope["headers"] = [(b"cookie", value) for value in cookies]
    assert marks_of(scope, "rounds-8400").token == token


def test_the_cookie_is_bound_to_the_host_on_https_and_to_the_port_in_development() -> None:
    assert (open_door(HTTPS).cookie_name, open_door(HTTPS).is_https) == ("__Host-rounds", True)
    assert open_door(HTTPS).own_origins == {"https://rounds.example"}
    assert (open_door(SETTINGS).cookie_name, open_door(SETTINGS).is_https) == ("rounds-8400", False)
    assert "http://127.0.0.1:8400" in open_door(SETTINGS).own_origins


async def test_without_a_session_there_is_nothing(browser: httpx.AsyncClient) -> None:
    for cookie in ("", "rounds-8400=", "rounds-8400=" + "x" * 43, "rounds-8400=" + "x" * 9000):
        answer = await browser.get("/v1/session", headers={"cookie": cookie})
        assert (answer.status_code, answer.json()["code"]) == (401, "identity.not_signed_in")


@pytest.mark.parametrize(
    "headers",
    [{"x-rounds": ""}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_another_site_cannot_write_with_the_persons_cookie(
    signed_in: SignedIn, world: World, headers: dict[str, str]
) -> None:
    mei = await signed_in(world.mei)
    if headers == {"x-rounds": ""}:
        del mei.headers["X-Rounds"]
        headers = {}
    answer = await mei.delete("/v1/session", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "identity.cross_site")
    assert (await mei.get("/v1/session")).status_code == 200


async def test_another_site_cannot_sign_somebody_in(browser: httpx.AsyncClient) -> None:
    """Else it could make a person work under the stranger's name."""
    answer = await browser.post(
        "/v1/session", json={"login": "x", "password": "y"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.json()["code"] == "identity.cross_site"


async def test_a_role_without_the_permission_is_refused_and_it_is_logged(
    signed_in: SignedIn, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await (await signed_in(world.mei)).get("/v1/users")
    assert answer.status_code == 403
    assert (answer.json()["code"], answer.json()["data"]) == ("identity.forbidden", {"permission": "user.read"})
    assert f"forbidden: {world.mei} (collector) user.read" in caplog.text


async def count_statements(url: str, statements: list[str]) -> Database:
    """Open a bare pool of one connection that writes down each statement it sends."""

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda record: statements.append(record.query))

    settings = {"role": Role.API.value}
    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=1, init=listen, reset=keep_loggers, server_settings=settings
    )
    return Database(engine=create_async_engine(sqlalchemy_url(url)), pool=pool)


async def keep_loggers(connection: asyncpg.Connection) -> None:
    """Leave the connection as it is when it goes back to the pool."""


async def test_a_session_costs_one_statement_and_then_none(
    app: Litestar, parts: IdentityParts, signed_in: SignedIn, world: World, url: str
) -> None:
    """The measured path of the sync: a request that is remembered asks the database nothing about the session."""
    mei, statements = await signed_in(world.mei), list[str]()
    watched = await count_statements(url, statements)
    connection = unsent(app, "/v1/session", {"Cookie": f"rounds-8400={mei.cookies['rounds-8400']}"})
    [handler] = [
        one
        for path, one in handlers_of(app)
        if path == "/v1/session" and isinstance(one, HTTPRouteHandler) and "GET" in one.http_methods
    ]
    app.state["database"] = watched

    # The first time the driver also asks about types; that is once a connection.
    await handler.authorize_connection(connection)
    parts.door.remembered.clear()
    statements.clear()
    await handler.authorize_connection(connection)
    first = list(statements)
    for _ in range(10):
        await handler.authorize_connection(connection)
    await watched.close()

    assert [" ".join(statement.split()) for statement in first] == [" ".join(READ_SESSION.split())]
    assert statements == first
    assert connection.scope["user"].user_id == world.mei


async def test_a_deactivated_person_is_out_when_the_door_forgets(
    parts: IdentityParts, signed_in: SignedIn, database: Database, world: World
) -> None:
    """V7.4.2: a leaver is cut off at once; a process remembers for 4 s, which here is made 0."""
    mei = await signed_in(world.mei)
    assert (await mei.get("/v1/devices")).status_code == 200
    act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=clock.now())
    async with transaction(database, world.scope(world.ada)) as tx:
        await acts.deactivate_user(tx, act, world.mei)

    remembered = (await mei.get("/v1/devices")).status_code
    parts.door.remembers_for = timedelta(0)
    forgotten = (await mei.get("/v1/devices")).status_code

    assert (remembered, forgotten) == (200, 401)
    assert timedelta(seconds=5) > admission.REMEMBERED


async def test_a_remembered_session_ends_on_time_all_the_same(
    parts: IdentityParts, signed_in: SignedIn, world: World
) -> None:
    mei = await signed_in(world.mei)
    await mei.get("/v1/session")
    [(token_hash, known)] = parts.door.remembered.items()
    ended = msgspec.structs.replace(known.who, expires_at=clock.now())
    parts.door.remembered[token_hash] = known._replace(who=ended)
    assert (await mei.get("/v1/session")).json()["expires_at"] != ended.expires_at.isoformat()
    assert parts.door.remembered[token_hash].who.expires_at == known.who.expires_at


async def test_a_device_session_moves_its_end_when_it_is_used(
    parts: IdentityParts, signed_in: SignedIn, database: Database, world: World
) -> None:
    mei, phone = await signed_in(world.mei), new_phone()
    await mei.post("/v1/devices", json=msgspec.to_builtins(phone.registration()))
    parts.door.remembers_for = timedelta(0)
    async with database.pool.acquire() as raw:
        soon = clock.now() + timedelta(days=2)
        await raw.execute("UPDATE sessions SET expires_at = $2 WHERE user_id = $1", world.mei, soon)

    told = (await mei.get("/v1/session")).json()

    async with database.pool.acquire() as raw:
        kept = await raw.fetchval("SELECT expires_at FROM sessions WHERE user_id = $1", world.mei)
    assert kept > clock.now() + timedelta(days=29, hours=23)
    assert datetime.fromisoformat(told["expires_at"]) == kept
