"""Can a browser subscribe, renew and give up over HTTP, and is what comes with it judged?"""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, Router
from litestar.datastructures import State

from backend.identity.commands import sign_in as coming_in
from backend.identity.routes.parts import identity_parts
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, transaction
from backend.kernel.settings import read_settings
from backend.kernel.web import EXCEPTION_HANDLERS, headers_hook
from backend.outreach.keys import PushSigner
from backend.outreach.routes import router
from tests.asgi import transport_to
from tests.backend.outreach.conftest import subscriptions
from tests.push_service import AUTH, P256DH
from tests.world import World

SETTINGS = read_settings({"DATABASE_URL": "postgresql://nowhere"})
OWN = {"X-Rounds": "1", "Origin": SETTINGS.origin}
WISH = {"endpoint": "https://push.example.com/s/1", "p256dh": P256DH, "auth": AUTH}


@pytest.fixture
async def mei(database: Database, signer: PushSigner, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Sign Mei in to an application of identity and push."""
    parts = identity_parts(SETTINGS)
    app = Litestar(
        route_handlers=[Router(path="/v1", route_handlers=[*parts.routers, router])],
        guards=[parts.guard],
        dependencies=parts.dependencies,
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[headers_hook({}, is_https=False)],
        on_startup=[parts.check],
        state=State({"database": database, "push_signer": signer, "settings": SETTINGS}),
        openapi_config=None,
        logging_config=None,
    )
    async with httpx.AsyncClient(transport=transport_to(app), base_url=SETTINGS.origin, headers=OWN) as http:
        await enter(http, database, world, world.mei)
        yield http


async def enter(http: httpx.AsyncClient, database: Database, world: World, user_id: UUID) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=clock.now())
    async with transaction(database, world.scope(world.ada)) as tx:
        token = (await coming_in.make_sign_in_link(tx, act, user_id)).token
    answer = await http.post("/v1/session/link", json={"token": token})
    assert answer.is_success, answer.text


async def test_the_key_is_the_point_that_browsers_want(mei: httpx.AsyncClient, signer: PushSigner) -> None:
    answer = await mei.get("/v1/push/key")
    assert answer.json() == {"public_key": signer.public_key}
    assert len(signer.public_key) == 87


async def test_a_browser_subscribes_renews_and_gives_up(
    mei: httpx.AsyncClient, job_database: Database, world: World
) -> None:
    """OU-4."""
    for _ in range(2):
        answer = await mei.put("/v1/push/subscription", json=WISH)
        assert (answer.status_code, answer.content) == (204, b"")
        assert await subscriptions(job_database, world) == [world.mei]
    for _ in range(2):
        answer = await mei.request("DELETE", "/v1/push/subscription", json={"endpoint": WISH["endpoint"]})
        assert answer.status_code == 204
        assert await subscriptions(job_database, world) == []


@pytest.mark.parametrize(
    ("change", "code", "data"),
    [
        ({"endpoint": "http://127.0.0.1:8090/x"}, "push.endpoint_refused", {"reason": "not_https"}),
        ({"endpoint": "https://169.254.169.254/x"}, "push.endpoint_refused", {"reason": "not_a_name"}),
        ({"p256dh": AUTH}, "push.keys_unfit", {}),
    ],
)
async def test_what_cannot_be_sent_to_is_refused_in_words(
    mei: httpx.AsyncClient, change: dict[str, str], code: str, data: dict[str, str]
) -> None:
    answer = await mei.put("/v1/push/subscription", json=WISH | change)
    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (422, code, data)


@pytest.mark.parametrize("change", [{"endpoint": "x" * 2001}, {"name": "王小雨"}, {"auth": 7}])
async def test_what_is_not_of_the_form_is_refused(mei: httpx.AsyncClient, change: dict[str, object]) -> None:
    answer = await mei.put("/v1/push/subscription", json=WISH | change)
    assert answer.status_code in {400, 422}


async def test_without_a_session_there_is_nothing(mei: httpx.AsyncClient) -> None:
    mei.cookies.clear()
    assert (await mei.put("/v1/push/subscription", json=WISH)).status_code == 401
    assert (await mei.get("/v1/push/key")).status_code == 401
