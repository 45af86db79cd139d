"""The built app in Debian's Chromium, against the real server and database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, Playwright, async_playwright

from tests.pwa.network import Network, relayed
from tests.pwa.site import PWA

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
PERMISSIONS = ["geolocation", "notifications", "background-sync"]

Entrance = Callable[[UUID], Awaitable[str]]
OpenPhone = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture(scope="session")
def dist() -> Path:
    """Folder of the built app."""
    if not Path(CHROMIUM).exists():
        pytest.fail("chromium is missing: apt-get install chromium")
    folder = PWA / "dist"
    if not (folder / "sw.js").is_file():
        pytest.fail("pwa/dist is missing: run `make setup` (or `npm run build` in pwa/)")
    return folder


@pytest.fixture(scope="session")
def site(dist: Path, server: str) -> str:
    """Origin of the real application, which gives the app's files too."""
    assert dist.is_dir()
    return server


@pytest.fixture
async def network(site: str) -> AsyncIterator[Network]:
    """Lay a line between a phone and the application, which a test may cut."""
    async with relayed(site) as line:
        yield line


@pytest.fixture(scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    """Start the driver."""
    async with async_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """One Chromium for tests that need no profile on the disk."""
    chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield chromium
    await chromium.close()


def listen(page: Page) -> list[str]:
    """Collect what must never be said: page errors and breaches of the content policy."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(error.stack or str(error)))
    page.on(
        "console",
        lambda line: (
            said.append(line.text) if "Content Security Policy" in line.text or "Trusted" in line.text else None
        ),
    )
    return said


@pytest.fixture
def open_phone(playwright: Playwright, tmp_path: Path) -> OpenPhone:
    """Open a phone: a Chromium with its own profile on the disk, which survives being closed and opened again."""

    @asynccontextmanager
    async def opened(name: str = "phone", *, lang: str = "en", zone: str = "Asia/Shanghai") -> AsyncIterator[Page]:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / name,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 360, "height": 780},
            geolocation={"latitude": 30.25, "longitude": 120.15, "accuracy": 12},
            permissions=PERMISSIONS,
            locale="zh-CN" if lang == "zh-CN" else "en-GB",
            timezone_id=zone,
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
