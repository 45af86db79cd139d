"""Does every route of the application let in exactly the roles of the matrix? Routes added later are walked too."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import HttpMethod, Litestar
from litestar.handlers import HTTPRouteHandler

from backend.app.asgi import make_app
from backend.identity.admission import handlers_of, undeclared
from backend.identity.commands import people as acts
from backend.identity.commands import sign_in as coming_in
from backend.identity.permissions import MATRIX, WHILE_LOCKED, Permission
from backend.identity.schemas import Act, NewUser, Profile, UserRole
from backend.kernel import clock
from backend.kernel.db import Database, transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.kernel.settings import Settings
from tests.asgi import transport_to, unsent
from tests.world import World

ORIGIN = "http://localhost:8499"
COOKIE = "rounds-8499"
SETTINGS = Settings(
    database_url="", data_dir=Path("var"), origin=ORIGIN, port=8499, pool_size=1, statement_timeout_s=5, is_demo=False
)
# What of the API is open to whoever comes. A new door needs a line here, and somebody who has thought about it.
PUBLIC = {
    "/v1/session": "POST",
    "/v1/session/link": "POST",
    "/v1/session/company": "POST",
    "/v1/session/company/begin": "POST",
    "/v1/session/company/offer": "GET",
    "/v1/session/passkey": "POST",
    "/v1/session/passkey/challenge": "POST",
    "/v1/devices/{device_id:uuid}/challenge": "POST",
    "/v1/sync/left-behind": "POST",
    "/v1/sync/left-behind/grant": "POST",
}


@pytest.fixture
def whole(database: Database) -> Litestar:
    """Put together the application as it is served, on the tests' database."""
    app = make_app(SETTINGS)
    app.state.database = database
    return app


@pytest.fixture
async def tokens(database: Database, world: World) -> dict[UserRole, str]:
    """Sign in one person of each role, the client too."""
    now, found = clock.now(), dict[UserRole, str]()
    act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=now)
    profile = Profile(
        name="One", language="en", zone="Asia/Shanghai", shift_start_minute=0, shift_end_minute=1440,
        start_point=None, end_point=None,
    )  # fmt: skip
    for role in UserRole:
        new = NewUser(login=f"{role}-{new_id().hex[-12:]}", role=role, team_ids=[world.field_team_id], profile=profile)
        async with transaction(database, world.scope(world.ada)) as tx:
            made = await coming_in.make_sign_in_link(tx, act, await acts.create_user(tx, act, new, None))
        found[role] = (await coming_in.sign_in_by_link(database, made.token, now)).token
    return found


@pytest.fixture
async def client(whole: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Reach the application without a session; each request brings its own cookie."""
    async with httpx.AsyncClient(transport=transport_to(whole), base_url=ORIGIN, headers={"X-Rounds": "1"}) as reached:
        yield reached


def routes_of(app: Litestar) -> list[tuple[str, str, HTTPRouteHandler]]:
    """Return (method, path, handler) of everything that speaks HTTP."""
    return [
        (method, path, handler)
        for path, handler in handlers_of(app)
        if isinstance(handler, HTTPRouteHandler)
        for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"})
    ]


def example(path: str) -> str:
    """Return a path with made-up parameters."""
    filled = re.sub(r"\{\w+:uuid\}", lambda _: str(new_id()), path)
    return re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:(str|path)\}", "x", filled))


def test_every_route_says_who_may_call_it(whole: Litestar) -> None:
    """AD-1."""
    assert undeclared(whole) == []
    assert len(routes_of(whole)) >= 20


def test_the_doors_that_are_open_to_all_are_the_named_ones(whole: Litestar) -> None:
    found = {(path, method) for method, path, handler in routes_of(whole) if "public" in handler.opt}
    assert {pair for pair in found if pair[0].startswith("/v1")} == set(PUBLIC.items())
    assert {method for path, method in found if not path.startswith("/v1")} == {"GET"}, "pages are only read"


async def test_whoever_is_not_signed_in_gets_nothing_from_any_route(whole: Litestar, client: httpx.AsyncClient) -> None:
    for method, path, handler in routes_of(whole):
        if "public" not in handler.opt:
            answer = await client.request(method, example(path))
            assert (answer.status_code, answer.json()["code"]) == (401, "identity.not_signed_in"), (method, path)


async def test_no_route_takes_writing_from_another_site(
    whole: Litestar, client: httpx.AsyncClient, tokens: dict[UserRole, str]
) -> None:
    """V3.5.1."""
    for method, path, handler in routes_of(whole):
        if method not in ("GET", "HEAD"):
            permission = handler.opt.get("permission", Permission.SESSION_OWN)
            role = min(MATRIX[permission])
            headers = {"Cookie": f"{COOKIE}={tokens[role]}", "Origin": "https://evil.example"}
            answer = await client.request(method, example(path), headers=headers)
            assert answer.json()["code"] == "identity.cross_site", (method, path)


async def test_a_role_without_the_permission_is_refused_by_every_route(
    whole: Litestar, client: httpx.AsyncClient, tokens: dict[UserRole, str]
) -> None:
    """AD-1, AD-2: asked over HTTP, each route with each role that the matrix leaves out."""
    asked = 0
    for method, path, handler in routes_of(whole):
        if "public" in handler.opt:
            continue
        for role in set(UserRole) - MATRIX[handler.opt["permission"]]:
            answer = await client.request(method, example(path), headers={"Cookie": f"{COOKIE}={tokens[role]}"})
            assert (answer.status_code, answer.json()["code"]) == (403, "identity.forbidden"), (method, path, role)
            asked += 1
    assert asked >= 100


async def test_a_role_with_the_permission_is_let_in_by_every_route(
    whole: Litestar, tokens: dict[UserRole, str]
) -> None:
    """AD-1: asked of the guards alone, so that nothing is done."""
    for method, path, handler in routes_of(whole):
        for role in UserRole:
            headers = {"Cookie": f"{COOKIE}={tokens[role]}", "X-Rounds": "1"}
            connection = unsent(whole, example(path), headers, HttpMethod(method))
            is_in = True
            try:
                await handler.authorize_connection(connection)
            except Problem:
                is_in = False
            allowed = "public" in handler.opt or role in MATRIX[handler.opt["permission"]]
            assert is_in is allowed, (method, path, role)


async def test_the_session_of_a_locked_phone_sends_and_reads_nothing(
    whole: Litestar, tokens: dict[UserRole, str], database: Database
) -> None:
    """OF-9: asked of the guards alone; whatever is not named in the table demands what the PIN or passkey opened."""
    async with database.pool.acquire() as raw:
        hashes = [coming_in.hash_of(token) for token in tokens.values()]
        await raw.execute("UPDATE sessions SET is_locked = true WHERE token_hash = ANY ($1)", hashes)
    refused = 0
    for method, path, handler in routes_of(whole):
        if "public" in handler.opt:
            continue
        permission = handler.opt["permission"]
        headers = {"Cookie": f"{COOKIE}={tokens[min(MATRIX[permission])]}", "X-Rounds": "1"}
        connection = unsent(whole, example(path), headers, HttpMethod(method))
        if permission in WHILE_LOCKED:
            await handler.authorize_connection(connection)
            continue
        with pytest.raises(Problem) as caught:
            await handler.authorize_connection(connection)
        assert caught.value.kind.code == "device.locked", (method, path)
        refused += 1
    assert refused >= 50
