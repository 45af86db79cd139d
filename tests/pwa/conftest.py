"""The built app in Debian's Chromium, against the real server and database."""

import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, Playwright, async_playwright

from tests.pwa.site import PWA, Answer, Asked, serve

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
PERMISSIONS = ["geolocation", "notifications", "background-sync"]

Entrance = Callable[[UUID], Awaitable[str]]
OpenPhone = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture(scope="session")
def dist() -> Path:
    """Folder of the built app."""
    folder = PWA / "dist"
    if not (folder / "sw.js").is_file():
        pytest.fail("pwa/dist is missing: run `make setup` (or `npm run build` in pwa/)")
    return folder


@pytest.fixture(scope="session")
def site(server: str, dist: Path) -> Iterator[str]:
    """Origin that gives the app's files and passes /v1 on to the real application."""

    def forward(asked: Asked) -> Answer:
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in {"host", "accept-encoding"}}
        if "Origin" in headers:
            headers["Origin"] = server
        request = urllib.request.Request(server + asked.path, data=asked.body or None, method=asked.method)
        for name, value in headers.items():
            request.add_header(name, value)
        try:
            response = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            kept = {name: value for name, value in response.headers.items() if name.lower() not in {"content-length", "date", "server"}}
            return Answer(status=response.status, body=response.read(), headers=kept)

    with serve(dist, forward) as origin:
        yield origin


@pytest.fixture(scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    """The driver."""
    async with async_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """One Chromium for tests that need no profile on the disk."""
    if not Path(CHROMIUM).exists():
        pytest.fail("chromium is missing: apt-get install chromium")
    chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield chromium
    await chromium.close()


def listen(page: Page) -> list[str]:
    """Collect what must never be said: page errors and breaches of the content policy."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text or "Trusted" in line.text else None)
    return said


@pytest.fixture
def open_phone(playwright: Playwright, tmp_path: Path) -> OpenPhone:
    """Open a phone: a Chromium with its own profile on the disk, which survives being closed and opened again."""

    @asynccontextmanager
    async def opened(name: str = "phone", *, lang: str = "en", offline: bool = False) -> AsyncIterator[Page]:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / name,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 360, "height": 780},
            geolocation={"latitude": 30.25, "longitude": 120.15, "accuracy": 12},
            permissions=PERMISSIONS,
            locale="zh-CN" if lang == "zh-CN" else "en-GB",
            timezone_id="Asia/Shanghai",
            offline=offline,
        )
        page = context.pages[0]
        said = listen(page)
        try:
            yield page
            assert said == []
        finally:
            await context.close()

    return opened


async def sign_in(page: Page, site: str, token: str) -> None:
    """Come in by a one-time link and wait until the first prime is whole and the worker keeps the app."""
    await page.goto(f"{site}/enter#{token}")
    await page.get_by_role("link", name="all sent").wait_for()
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
