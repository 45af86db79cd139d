"""Does every answer, also a bad one, have the form and the headers we promise, and is a transaction kept or undone?"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import Provide
from litestar.params import FromPath, JSONBody
from sqlalchemy import text

from backend.kernel.db import Database, Scope, bare, transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import CONFLICT, TOO_MANY, Problem
from backend.kernel.web import (
    EXCEPTION_HANDLERS,
    CarefulRequest,
    FromDatabase,
    Tx,
    headers_hook,
    page_headers,
    provide_database,
    provide_tx,
)
from tests.asgi import transport_to
from tests.world import World


class Somebody(msgspec.Struct, frozen=True):
    """The least that may stand in scope["user"]."""

    data_scope: Scope

    def scope(self) -> Scope:
        """Return for whom the database acts."""
        return self.data_scope


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body with a limit."""

    length_m: Annotated[int, msgspec.Meta(ge=0)]
    name: str


@get("/refused")
async def refused() -> None:
    """Refuse with data."""
    raise Problem(CONFLICT, holder="Mei")


@get("/hurried")
async def hurried() -> None:
    """Refuse for a while."""
    raise Problem(TOO_MANY, retry_after_s=7)


@get("/broken")
async def broken() -> None:
    """Fail with words that must not leave the server."""
    raise RuntimeError("the number is +8619900000000")


@post("/measure")
async def measure(data: JSONBody[Measure]) -> Measure:
    """Give back what was read."""
    return data


@post("/echo")
async def echo(data: JSONBody[Measure], tx: Tx) -> str:
    """Take a text through the driver."""
    return str(await (await bare(tx)).fetchval("SELECT $1::text", data.name))


@post("/echo-core")
async def echo_core(data: JSONBody[Measure], tx: Tx) -> str:
    """Take a text through SQLAlchemy."""
    return str((await tx.execute(text("SELECT CAST(:name AS text)"), {"name": data.name})).scalar())


@post("/echo-json")
async def echo_json(data: JSONBody[Measure], tx: Tx) -> str:
    """Take a text through JSON in the database."""
    body = msgspec.json.encode(data).decode()
    return str((await tx.execute(text("SELECT CAST(:body AS jsonb) ->> 'name'"), {"body": body})).scalar())


@get("/item/{item_id:uuid}")
async def item(item_id: FromPath[UUID]) -> str:
    """Give back an id."""
    return str(item_id)


@get("/slow")
async def slow(database: FromDatabase) -> None:
    """Run into the statement time-out."""
    async with database.pool.acquire() as raw, raw.transaction():
        await raw.execute("SET LOCAL statement_timeout = '20ms'")
        await raw.execute("SELECT pg_sleep(5)")


@get("/slow-core")
async def slow_core(tx: Tx) -> None:
    """Do the same through SQLAlchemy."""
    await tx.execute(text("SET LOCAL statement_timeout = '20ms'"))
    await tx.execute(text("SELECT pg_sleep(5)"))


@post("/team/{name:str}")
async def make_team(name: FromPath[str], tx: Tx, request: Request[Somebody, object, State]) -> None:
    """Write a team; refuse afterwards when it has a bad name."""
    raw = await bare(tx)
    await raw.execute(
        "INSERT INTO teams (id, tenant_id, name, kind) VALUES ($1, $2, $3, 'field')",
        new_id(),
        request.user.scope().tenant_id,
        name,
    )
    if name == "refused":
        raise Problem(CONFLICT)
    if name == "broken":
        raise RuntimeError("after the write")


@post("/late")
async def fail_at_commit(tx: Tx) -> str:
    """Leave something that the database refuses only at the commit."""
    await tx.execute(text("CREATE TEMP TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"))
    await tx.execute(text("INSERT INTO late VALUES (1), (1)"))
    return "done"


@get("/page", media_type="text/html")
async def page() -> Response[str]:
    """Give a page with a cache header of its own."""
    return Response("<p>", headers={"Cache-Control": "max-age=1"}, media_type="text/html")


@get("/v1/page", media_type="text/html")
async def api_page() -> str:
    """Give something of the API."""
    return "<p>"


HANDLERS = [
    refused, hurried, broken, measure, echo, echo_core, echo_json, item, slow, slow_core, make_team, fail_at_commit,
    page, api_page,
]  # fmt: skip


@pytest.fixture
async def client(database: Database, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Reach an application in which the administrator of the world asks."""

    async def be_ada(request: Request[Somebody, object, State]) -> None:
        request.scope["user"] = Somebody(world.scope(world.ada))

    pages = {"Content-Security-Policy": "default-src 'self'", "Permissions-Policy": "usb=()"}
    app = Litestar(
        route_handlers=HANDLERS,
        before_request=be_ada,
        dependencies={"tx": Provide(provide_tx), "database": Provide(provide_database)},
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[headers_hook(pages, is_https=True)],
        request_class=CarefulRequest,
        state=State({"database": database}),
        openapi_config=None,
        logging_config=None,
    )
    async with httpx.AsyncClient(transport=transport_to(app), base_url="http://localhost") as reached:
        yield reached


async def test_a_refusal_is_a_problem_with_its_data(client: httpx.AsyncClient) -> None:
    answer = await client.get("/refused")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:rounds:problem:conflict",
        "code": "conflict",
        "title": "Somebody else was here first.",
        "status": 409,
        "data": {"holder": "Mei"},
    }


@pytest.mark.parametrize("body", [b'{"name":"\xff"}', b'{"x":' + b"[" * 3000 + b"]" * 3000 + b"}", b"{", b"\xff\xfe"])
async def test_a_body_that_nobody_writes_is_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    """Bytes that are no text, and nesting without end, are no fault of the server."""
    answer = await client.post("/measure", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_a_refusal_for_a_while_says_how_long_in_the_header_too(client: httpx.AsyncClient) -> None:
    assert (await client.get("/hurried")).headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("POST", "/refused", 405, "method_not_allowed"),
        ("GET", "/item/not-an-id", 404, "not_found"),
        ("GET", "/broken", 500, "broken"),
        ("GET", "/slow", 503, "unavailable"),
        ("GET", "/slow-core", 503, "unavailable"),
    ],
)
async def test_whatever_goes_wrong_is_a_problem(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_what_broke_stays_in_the_log(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = await client.get("/broken")
    assert "+86" not in answer.text
    assert answer.json()["data"] == {}
    assert "the number is" in caplog.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"length_m": -1, "name": "x"}', "length_m"),
        (b'{"length_m": 1, "name": 5}', "name"),
        (b'{"length_m": 1}', ""),
        (b'{"length_m": 1, "name": "x", "more": 1}', ""),
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b"[]", ""),
        (b"", ""),
    ],
)
async def test_a_malformed_body_is_422_and_names_the_field(client: httpx.AsyncClient, body: bytes, field: str) -> None:
    answer = await client.post("/measure", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    fields = answer.json()["data"]["fields"]
    assert fields[0]["says"]
    assert field in fields[0]["field"] + fields[0]["says"]


@pytest.mark.parametrize("path", ["/echo", "/echo-core", "/echo-json"])
async def test_a_character_that_the_database_cannot_keep_is_the_senders_fault(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.post(path, json={"length_m": 1, "name": "a\0b"})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def team_names(database: Database, world: World) -> list[str]:
    async with transaction(database, world.scope(world.ada)) as tx:
        return [row["name"] for row in await (await bare(tx)).fetch("SELECT name FROM teams ORDER BY name")]


async def test_the_transaction_is_kept_after_success_and_undone_after_refusal_or_failure(
    client: httpx.AsyncClient, database: Database, world: World
) -> None:
    answers = [(await client.post(f"/team/{name}")).status_code for name in ("kept", "refused", "broken")]
    assert answers == [201, 409, 500]
    assert await team_names(database, world) == ["North desk", "North field", "kept"]


async def test_what_the_database_refuses_at_the_commit_is_not_answered_as_done(client: httpx.AsyncClient) -> None:
    """Promise 1: nothing is called done before it is: the commit comes before the answer."""
    answer = await client.post("/late")
    assert answer.status_code == 500
    assert "done" not in answer.text


async def test_an_answer_of_the_api_may_do_nothing_and_is_not_stored(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/v1/page")).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"].startswith("max-age=")


async def test_a_page_has_the_policy_of_pages_and_keeps_its_own_cache_header(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/page")).headers
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["permissions-policy"] == "usb=()"
    assert headers.get_list("cache-control") == ["max-age=1"]
    assert headers["cross-origin-opener-policy"] == "same-origin"


async def test_errors_carry_the_headers_too(client: httpx.AsyncClient) -> None:
    for path in ("/nowhere", "/broken"):
        assert (await client.get(path)).headers["x-content-type-options"] == "nosniff"
    assert (await client.get("/v1/nowhere")).headers["cache-control"] == "no-store"


def test_the_policy_of_pages_is_read_from_beside_the_pwa(tmp_path: Path) -> None:
    assert page_headers(tmp_path) == {}
    (tmp_path / "csp.txt").write_text("default-src 'none';\n  script-src 'self'\n")
    assert page_headers(tmp_path) == {"Content-Security-Policy": "default-src 'none'; script-src 'self'"}
