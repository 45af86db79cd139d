"""Desks of the world: the API of some features, with a browser per person that is signed in by link."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.types import ControllerRouterHandler

from backend.identity.commands import sign_in as coming_in
from backend.identity.routes.parts import identity_parts
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, Reach, Scope, transaction
from backend.kernel.live import Live, make_live
from backend.kernel.settings import Settings
from backend.kernel.web import EXCEPTION_HANDLERS
from tests.asgi import transport_to
from tests.world import World

ORIGIN = "http://localhost:8400"
SETTINGS = Settings(
    database_url="", data_dir=Path("var"), origin=ORIGIN, port=8400, pool_size=1, statement_timeout_s=5, is_demo=False
)
OWN = {"X-Rounds": "1", "Origin": ORIGIN}


class Enter:
    """Signs people in; `state` is that of the application."""

    def __init__(self, app: Litestar, enter: Callable[[UUID], Awaitable[httpx.AsyncClient]]) -> None:
        self.state = app.state
        self._enter = enter

    async def __call__(self, user_id: UUID) -> httpx.AsyncClient:
        return await self._enter(user_id)


@asynccontextmanager
async def desks(
    database: Database, world: World, handlers: Sequence[ControllerRouterHandler], live: Live | None = None
) -> AsyncIterator[Enter]:
    """Give a function that signs somebody in and returns the browser."""
    parts = identity_parts(SETTINGS)
    app = Litestar(
        route_handlers=[Router(path="/v1", route_handlers=[*parts.routers, *handlers])],
        guards=[parts.guard],
        dependencies=parts.dependencies,
        exception_handlers=EXCEPTION_HANDLERS,
        on_startup=[parts.check],
        state=State({"database": database, "live": live or make_live(), "settings": SETTINGS}),
        openapi_config=None,
        logging_config=None,
    )
    clients: list[httpx.AsyncClient] = []

    async def enter(user_id: UUID) -> httpx.AsyncClient:
        act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=clock.now())
        scope = Scope(tenant_id=world.tenant_id, user_id=world.ada, reach=Reach.TENANT, team_ids=())
        async with transaction(database, scope) as tx:
            token = (await coming_in.make_sign_in_link(tx, act, user_id)).token
        client = httpx.AsyncClient(transport=transport_to(app), base_url=ORIGIN, headers=OWN)
        clients.append(client)
        answer = await client.post("/v1/session/link", json={"token": token})
        assert answer.status_code == 201, answer.text
        return client

    yield Enter(app, enter)
    for client in clients:
        await client.aclose()
