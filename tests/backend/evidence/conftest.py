"""The API of identity and evidence, with a storage of the test's own, and phones signed in to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, Router
from litestar.datastructures import State

from backend.evidence.deletion_routes import router as deletion_router
from backend.evidence.redaction_routes import router as redaction_router
from backend.evidence.review_routes import router as review_router
from backend.evidence.routes import router, upload_router
from backend.evidence.storage import Storage, open_storage
from backend.identity.commands import sign_in as coming_in
from backend.identity.routes.parts import identity_parts
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.boxes import open_boxes
from backend.kernel.db import Database, Reach, Scope, transaction
from backend.kernel.settings import Settings
from backend.kernel.web import EXCEPTION_HANDLERS, headers_hook
from tests.asgi import transport_to
from tests.world import World

ORIGIN = "http://localhost:8400"
SETTINGS = Settings(
    database_url="", data_dir=Path("var"), origin=ORIGIN, port=8400, pool_size=1, statement_timeout_s=5, is_demo=False
)
OWN = {"X-Rounds": "1", "Origin": ORIGIN}

OnStartup = Callable[[Litestar], Awaitable[None]]
SignedIn = Callable[[UUID], Awaitable[httpx.AsyncClient]]


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """Make a spool and a folder of files that only this test has."""
    return open_storage("", tmp_path)


@pytest.fixture
def app(database: Database, storage: Storage) -> Litestar:
    """Make an application of the parts of identity and evidence."""
    return make_app(database, storage)


def make_app(database: Database | None, storage: Storage, on_startup: OnStartup | None = None) -> Litestar:
    """Put an application together as the product does; without a database, `on_startup` opens one."""
    parts = identity_parts(SETTINGS)
    boxes = open_boxes(storage.spool.folder.parent / "keys")
    return Litestar(
        route_handlers=[
            Router(
                path="/v1",
                route_handlers=[
                    *parts.routers,
                    upload_router,
                    router,
                    review_router,
                    redaction_router,
                    deletion_router,
                ],
            )
        ],
        guards=[parts.guard],
        dependencies=parts.dependencies,
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[headers_hook({}, is_https=False)],
        on_startup=[parts.check, *([] if on_startup is None else [on_startup])],
        state=State({"database": database, "storage": storage, "boxes": boxes}),
        openapi_config=None,
        logging_config=None,
    )


@pytest.fixture
async def signed_in(app: Litestar, database: Database, world: World) -> AsyncIterator[SignedIn]:
    """Give a function that gives a phone on which a person of the world has signed in by link."""
    clients: list[httpx.AsyncClient] = []

    async def enter(user_id: UUID) -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=transport_to(app), base_url=ORIGIN, headers=OWN)
        clients.append(client)
        await sign_in(client, database, world, user_id)
        return client

    yield enter
    for client in clients:
        await client.aclose()


async def sign_in(client: httpx.AsyncClient, database: Database, world: World, user_id: UUID) -> None:
    """Let a client come in by a fresh link."""
    act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=clock.now())
    scope = Scope(tenant_id=world.tenant_id, user_id=world.ada, reach=Reach.TENANT, team_ids=())
    async with transaction(database, scope) as tx:
        token = (await coming_in.make_sign_in_link(tx, act, user_id)).token
    answer = await client.post("/v1/session/link", json={"token": token})
    assert answer.status_code == 201, answer.text


@pytest.fixture
async def phone(signed_in: SignedIn, world: World) -> httpx.AsyncClient:
    """Give Mei's phone."""
    return await signed_in(world.mei)
