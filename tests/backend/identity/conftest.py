"""The API of identity alone, reached as a browser reaches it, with one sign-in per role at hand."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, Router
from litestar.datastructures import State

from backend.identity.commands import sign_in as coming_in
from backend.identity.routes.parts import IdentityParts, identity_parts
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, Reach, Scope, transaction
from backend.kernel.settings import Settings
from backend.kernel.vault import open_vault
from backend.kernel.web import EXCEPTION_HANDLERS, headers_hook
from tests.asgi import transport_to
from tests.world import World

ORIGIN = "http://localhost:8400"
SETTINGS = Settings(
    database_url="", data_dir=Path("var"), origin=ORIGIN, port=8400, pool_size=1, statement_timeout_s=5, is_demo=False
)
OWN = {"X-Rounds": "1", "Origin": ORIGIN}

SignedIn = Callable[[UUID], Awaitable[httpx.AsyncClient]]


@pytest.fixture
def parts() -> IdentityParts:
    """Give the parts of one application, with a door of its own."""
    return identity_parts(SETTINGS)


@pytest.fixture
def app(database: Database, parts: IdentityParts, tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """Put together an application of identity's parts only."""
    return Litestar(
        route_handlers=[Router(path="/v1", route_handlers=parts.routers)],
        guards=[parts.guard],
        dependencies=parts.dependencies,
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[headers_hook({}, is_https=False)],
        on_startup=[parts.check],
        state=State({"database": database, "vault": open_vault(tmp_path_factory.mktemp("keys"))}),
        openapi_config=None,
        logging_config=None,
    )


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Open a browser that is not signed in."""
    async with httpx.AsyncClient(transport=transport_to(app), base_url=ORIGIN, headers=OWN) as client:
        yield client


@pytest.fixture
async def signed_in(app: Litestar, database: Database, world: World) -> AsyncIterator[SignedIn]:
    """Give a function that opens a browser in which a person of the world has signed in by link."""
    clients: list[httpx.AsyncClient] = []

    async def enter(user_id: UUID) -> httpx.AsyncClient:
        token = await link_for(database, world, user_id)
        client = httpx.AsyncClient(transport=transport_to(app), base_url=ORIGIN, headers=OWN)
        clients.append(client)
        answer = await client.post("/v1/session/link", json={"token": token})
        assert answer.status_code == 201, answer.text
        return client

    yield enter
    for client in clients:
        await client.aclose()


async def link_for(database: Database, world: World, user_id: UUID) -> str:
    """Return the token of a fresh link for a person of the world."""
    act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=clock.now())
    scope = Scope(tenant_id=world.tenant_id, user_id=world.ada, reach=Reach.TENANT, team_ids=())
    async with transaction(database, scope) as tx:
        return (await coming_in.make_sign_in_link(tx, act, user_id)).token
