"""Can any request, however odd, break the server? schemathesis asks each described route, as somebody who may."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from backend.app.asgi import make_app
from backend.app.openapi import documents
from backend.identity.admission import handlers_of
from backend.identity.permissions import MATRIX, Permission
from backend.identity.schemas import UserRole
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.settings import read_settings
from tests.world import ZONE, World

# The first ends the session that asks, and with it the sense of every later answer; the second takes nothing.
LEFT_OUT = {("DELETE", "/v1/session"), ("OPTIONS", "/v1/uploads")}
ASKING_TIMEOUT_S = 900
"""Patience, not a bound: a machine that does three things at once is slow, not wrong."""
ASKED_A_ROUTE_MIN = 5
ASKERS = (UserRole.COLLECTOR, UserRole.LEAD, UserRole.ADMIN, UserRole.COMPLIANCE)


@pytest.fixture
async def asker(
    world: World, entrance: Callable[[UUID], Awaitable[str]], job_database: Database
) -> Callable[[UserRole], Awaitable[str]]:
    """Make the token of a sign-in link for somebody of a role; compliance is taken on for it."""
    cora = new_id()
    people = {
        UserRole.COLLECTOR: world.mei, UserRole.LEAD: world.lin, UserRole.ADMIN: world.ada, UserRole.COMPLIANCE: cora
    }  # fmt: skip
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO users (id, tenant_id, login, name, role, language, zone)"
            " VALUES ($1, $2, $3, 'Cora', 'compliance', 'en', $4)",
            cora, world.tenant_id, f"cora-{world.tenant_id.hex[-12:]}", ZONE,
        )  # fmt: skip

    async def make(role: UserRole) -> str:
        return await entrance(people[role])

    return make


def paths_by_role(app: Litestar) -> dict[UserRole, set[tuple[str, str]]]:
    """Return which operations each asker tries: every one by the first role that may call it."""
    found: dict[UserRole, set[tuple[str, str]]] = {role: set() for role in ASKERS}
    for path, handler in handlers_of(app):
        if not isinstance(handler, HTTPRouteHandler) or not handler.include_in_schema:
            continue
        roles = MATRIX[handler.opt.get("permission", Permission.SESSION_OWN)]
        asker = next(role for role in ASKERS if role in roles)
        template = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
        found[asker] |= {(method, template) for method in handler.http_methods} - LEFT_OUT
    return found


def part_of(document: dict[str, object], operations: set[tuple[str, str]]) -> dict[str, object]:
    """Return the description with these operations only."""
    paths = document["paths"]
    assert isinstance(paths, dict)
    kept = {
        path: {verb: told for verb, told in verbs.items() if (verb.upper(), path) in operations}
        for path, verbs in paths.items()
    }
    return document | {"paths": {path: verbs for path, verbs in kept.items() if verbs}}


async def cookie_for(server: str, token: str) -> str:
    async with httpx.AsyncClient(base_url=server, headers={"X-Rounds": "1"}) as client:
        answer = await client.post("/v1/session/link", json={"token": token})
    assert answer.status_code == 201, answer.text
    return answer.headers["set-cookie"].split(";")[0]


def ask(described: Path, server: str, cookie: str) -> subprocess.CompletedProcess[str]:
    """Let schemathesis try the operations of a description."""
    return subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", str(described), f"--url={server}",
            f"--header=Cookie: {cookie}", "--header=X-Rounds: 1", "--phases=coverage,fuzzing", "--max-examples=15",
            "--checks=not_a_server_error", "--seed=725001", "--no-color", "--generation-database=none",
        ],
        capture_output=True, text=True, check=False, timeout=ASKING_TIMEOUT_S, cwd=described.parent,
    )  # fmt: skip


def described_operations() -> set[tuple[str, str]]:
    """Return what the committed description lists."""
    paths = json.loads(documents()["openapi.json"])["paths"]
    return {(verb.upper(), path) for path, verbs in paths.items() for verb in verbs}


def test_every_route_of_the_description_is_tried_by_somebody_who_may() -> None:
    app = make_app(read_settings({"DATABASE_URL": "postgresql://nowhere"}), is_described=True)
    tried = [operation for operations in paths_by_role(app).values() for operation in operations]
    assert len(tried) == len(set(tried))
    assert set(tried) >= described_operations() - LEFT_OUT


@pytest.mark.slow
@pytest.mark.parametrize("role", ASKERS)
async def test_no_request_breaks_the_server(
    server: str, asker: Callable[[UserRole], Awaitable[str]], tmp_path: Path, role: UserRole
) -> None:
    """AD-4; no answer is a 5xx. One test a role, so that two processes share them."""
    app = make_app(read_settings({"DATABASE_URL": "postgresql://nowhere"}), is_described=True)
    operations = paths_by_role(app)[role] & described_operations()
    described = tmp_path / "described.json"
    described.write_text(json.dumps(part_of(json.loads(documents()["openapi.json"]), operations)))
    done = await asyncio.to_thread(ask, described, server, await cookie_for(server, await asker(role)))
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    asked = sum(int(number) for number in re.findall(r"(\d+) generated", done.stdout))
    tried = sum(int(number) for number in re.findall(r"Tested: +(\d+)", done.stdout))
    assert tried == len(operations), "every route was tried"
    assert asked > ASKED_A_ROUTE_MIN * tried
