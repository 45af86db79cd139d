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
from backend.kernel.settings import read_settings
from tests.world import World

# The first ends the session that asks, and with it the sense of every later answer; the second takes nothing.
LEFT_OUT = {("DELETE", "/v1/session"), ("OPTIONS", "/v1/uploads")}
ASKING_TIMEOUT_S = 900
"""Patience, not a bound: a machine that does three things at once is slow, not wrong."""
ASKERS = (UserRole.COLLECTOR, UserRole.LEAD, UserRole.ADMIN)


def asking(world: World) -> tuple[UUID, UUID, UUID]:
    """Return the people of the world who ask, in the order of their roles."""
    return world.mei, world.lin, world.ada


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


@pytest.mark.slow
async def test_no_request_breaks_the_server(
    server: str, world: World, entrance: Callable[[UUID], Awaitable[str]], tmp_path: Path
) -> None:
    """AD-4; no answer is a 5xx."""
    app = make_app(read_settings({"DATABASE_URL": "postgresql://nowhere"}), is_described=True)
    document, people = json.loads(documents()["openapi.json"]), dict(zip(ASKERS, asking(world), strict=True))
    described_all = {(verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs}
    asked = tried = 0
    for role, operations in paths_by_role(app).items():
        described = tmp_path / f"{role}.json"
        described.write_text(json.dumps(part_of(document, operations)))
        cookie = await cookie_for(server, await entrance(people[role]))
        done = await asyncio.to_thread(ask, described, server, cookie)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        asked += sum(int(number) for number in re.findall(r"(\d+) generated", done.stdout))
        tried += sum(int(number) for number in re.findall(r"Tested: +(\d+)", done.stdout))
    assert asked > 500
    assert tried == len(described_all - LEFT_OUT), "every route of the description was tried, by somebody who may"
