"""Does `rounds run --lan` give a phone what plain HTTP cannot: a worker, keys, a stream, and a push that arrives?"""

import http.client
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, Playwright

from backend.kernel.db import Database
from infra.lan import fingerprint, lan_of
from tests.backend.app.cli.test_run import begin, free_port, is_open, refused, until
from tests.pwa.conftest import CHROMIUM, FLAGS, PERMISSIONS, dist, listen, playwright, sign_in
from tests.pwa.day import visit_nobody_home
from tests.world import World

__all__ = ["dist", "playwright"]
ADDRESS = "127.0.0.1"
# A stream that reads until its first event; the answer itself never ends, so what is read was not held back.
FIRST_EVENT = """async () => {
    const answer = await fetch('/v1/live/', { headers: { accept: 'text/event-stream' } });
    const reader = answer.body.getReader();
    let text = '';
    while (!text.includes('event: hello')) {
        const { done, value } = await reader.read();
        if (done) throw new Error('the stream ended: ' + text);
        text += new TextDecoder().decode(value);
    }
    await reader.cancel();
    return answer.headers.get('content-type');
}"""

TOO_LARGE = """async () => (await fetch('/v1/sync/push', {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-rounds': '1' }, body: ' '.repeat(3 * 2 ** 20),
})).status"""


def lan_port() -> int:
    """Return a port that is free, as is the next."""
    tried = [free_port() for _ in range(20)]
    return next(port for port in tried if not is_open(port + 1))


@pytest.fixture(scope="module")
def site(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """Run Rounds for phones on a database of the tests; gives the data folder and the port."""
    data, port = tmp_path_factory.mktemp("lan"), lan_port()
    process, said = begin(data, free_port(), "--lan", DATABASE_URL=url, ROUNDS_NAME=ADDRESS, ROUNDS_LAN_PORT=str(port))
    assert f"rounds: ready at https://{ADDRESS}:{port} (Ctrl-C stops everything)" in said
    assert any(line.startswith(f"rounds: phones first, once: http://{ADDRESS}:{port + 1}") for line in said)
    found = lan_of({"ROUNDS_NAME": ADDRESS, "ROUNDS_LAN_PORT": str(port)}, data)
    assert f"rounds: the certificate's SHA-256: {fingerprint(found)}" in said
    yield data, port
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    assert not is_open(port)
    assert not is_open(port + 1)


def root_of(data: Path) -> Path:
    return data / "lan" / "pki" / "authorities" / "local" / "root.crt"


def got(port: int, path: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=10)
    try:
        connection.putrequest("GET", path)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.headers.get("content-type", ""), answer.read()
    finally:
        connection.close()


def test_a_phone_gets_the_certificate_and_the_words_over_plain_http(site: tuple[Path, int]) -> None:
    data, port = site
    assert got(port + 1, "/rounds-ca.crt") == (200, "application/x-x509-ca-cert", root_of(data).read_bytes())
    status, media_type, content = got(port + 1, "/")
    assert (status, media_type) == (200, "text/html; charset=utf-8")
    page = content.decode()
    assert "下载根证书" in page
    assert "Get the root certificate" in page
    assert page.count(f"https://{ADDRESS}:{port}") == 2


@pytest.mark.parametrize("path", ["/root.key", "/../root.key", "/rounds-ca.crt/../root.key", "/%2e%2e/root.key"])
def test_the_key_of_the_authority_is_given_to_nobody(site: tuple[Path, int], path: str) -> None:
    data, port = site
    secret = root_of(data).with_suffix(".key").read_bytes()
    status, _media_type, content = got(port + 1, path)
    assert secret not in content
    assert b"PRIVATE KEY" not in content
    assert status in {200, 301, 308, 400, 404}


def trust(home: Path, certificate: Path) -> None:
    """Let the Chromium of this home trust the authority, as a person who installs it does."""
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    base = ["certutil", "-d", f"sql:{folder}"]
    subprocess.run([*base, "-N", "--empty-password"], check=True, timeout=30)
    subprocess.run([*base, "-A", "-t", "C,,", "-n", "rounds", "-i", str(certificate)], check=True, timeout=30)


@asynccontextmanager
async def phone(playwright: Playwright, home: Path) -> AsyncIterator[Page]:
    """Open a Chromium whose whole trust lies in its home."""
    context = await playwright.chromium.launch_persistent_context(
        home / "profile",
        executable_path=CHROMIUM,
        args=FLAGS,
        viewport={"width": 360, "height": 780},
        geolocation={"latitude": 30.25, "longitude": 120.15, "accuracy": 12},
        permissions=PERMISSIONS,
        locale="en-GB",
        timezone_id="Asia/Shanghai",
        env={**os.environ, "HOME": str(home)},
    )
    said = listen(context.pages[0])
    try:
        yield context.pages[0]
        assert said == []
    finally:
        await context.close()


@pytest.mark.browser
@pytest.mark.usefixtures("dist")
async def test_a_phone_that_trusts_the_certificate_works_as_on_a_public_site(
    site: tuple[Path, int],
    playwright: Playwright,
    entrance: Callable[[UUID], Awaitable[str]],
    world: World,
    job_database: Database,
    tmp_path: Path,
) -> None:
    data, port = site
    origin = f"https://{ADDRESS}:{port}"
    trust(tmp_path, root_of(data))
    async with phone(playwright, tmp_path) as page:
        await sign_in(page, origin, await entrance(world.mei))
        assert await page.evaluate("() => isSecureContext && typeof crypto.subtle.digest === 'function'")
        assert await page.evaluate("async () => (await navigator.serviceWorker.ready).scope") == f"{origin}/"
        assert await page.evaluate(FIRST_EVENT) == "text/event-stream; charset=utf-8"
        assert await page.evaluate(TOO_LARGE) == http.client.REQUEST_ENTITY_TOO_LARGE
        cookies = await page.context.cookies()
        assert [(one["name"], one["secure"], one["httpOnly"]) for one in cookies] == [("__Host-rounds", True, True)]
        await visit_nobody_home(page, world, world.cases[0])
        await page.get_by_role("heading", name="On the server, signed").wait_for()
    async with job_database.pool.acquire() as raw:
        visits = await raw.fetchval("SELECT count(*) FROM visits WHERE tenant_id = $1", world.tenant_id)
    assert visits == 1


@pytest.mark.browser
async def test_a_phone_without_the_certificate_is_let_nowhere(
    site: tuple[Path, int], playwright: Playwright, tmp_path: Path
) -> None:
    """The other side of the test above: it was the certificate that opened the door."""
    _data, port = site
    async with phone(playwright, tmp_path) as page:
        with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
            await page.goto(f"https://{ADDRESS}:{port}/")


def test_a_kill_of_the_parent_takes_caddy_with_it(url: str, tmp_path: Path) -> None:
    port = lan_port()
    process, _said = begin(
        tmp_path, free_port(), "--lan", DATABASE_URL=url, ROUNDS_NAME=ADDRESS, ROUNDS_LAN_PORT=str(port)
    )
    assert is_open(port)
    process.kill()
    process.wait()
    assert until(lambda: not is_open(port))
    assert until(lambda: not is_open(port + 1))


def test_a_taken_port_is_named_with_a_way_round(url: str, tmp_path: Path) -> None:
    with socket.create_server((ADDRESS, 0)) as taken:
        port = int(taken.getsockname()[1])
        words = refused(
            tmp_path, free_port(), "--lan", DATABASE_URL=url, ROUNDS_NAME=ADDRESS, ROUNDS_LAN_PORT=str(port)
        )
    assert f"port {port} is taken" in words
    assert f"ROUNDS_LAN_PORT={port + 10} make run LAN=1" in words


def test_an_address_of_another_machine_is_said_in_one_line(url: str, tmp_path: Path) -> None:
    words = refused(tmp_path, free_port(), "--lan", DATABASE_URL=url, ROUNDS_NAME="203.0.113.7")
    assert "is it an address of this machine?" in words
