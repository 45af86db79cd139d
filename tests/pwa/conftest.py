"""The built app in Debian's Chromium, against the real server and database."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, Playwright, async_playwright

from backend.kernel.db import Database
from tests.pwa.network import Network, relayed
from tests.pwa.site import PWA
from tests.pwa.witness import witnessed

CHROMIUM = "/usr/bin/chromium"
# The microphone of these phones is a tone that the browser makes, and beeps once a second.
DEVICE = ["--no-sandbox", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream"]
# They know no other host: what a browser does by itself in the background stays on this machine.
LOOPBACK_ONLY = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
FLAGS = [*DEVICE, f"--host-resolver-rules={LOOPBACK_ONLY}"]
PERMISSIONS = ["geolocation", "notifications", "background-sync", "microphone"]

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
            async with witnessed(context):
                yield page
                assert said == []
        finally:
            await context.close()

    return opened


PIN = "482916"
NEW_PIN, SAME_PIN, TYPED_PIN = (
    re.compile("^New PIN|^新的 PIN"),
    re.compile("^The same PIN|同样的 PIN"),
    re.compile("^PIN$|^PIN 码$"),
)
OPEN, HOW = re.compile("^Open$|^打开$"), re.compile("How do you open|用什么方式")


async def sign_in(page: Page, site: str, token: str) -> None:
    """Come in by a one-time link and through the lock, and wait for the first prime and for the worker."""
    await page.goto(f"{site}/enter#{token}")
    first = page.get_by_label(NEW_PIN)
    await first.or_(page.get_by_role("button", name=OPEN, exact=True)).wait_for()
    await (make_pin(page) if await first.count() else unlock(page))
    await page.get_by_role("link", name="all sent").wait_for()
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")


async def make_pin(page: Page) -> None:
    """Say that a PIN opens this phone, in either language."""
    await page.get_by_label(NEW_PIN).fill(PIN)
    await page.keyboard.press("Enter")
    await page.get_by_label(SAME_PIN).fill(PIN)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name=HOW).wait_for(state="hidden")


async def unlock(page: Page, pin: str = PIN) -> None:
    """Open a locked phone by its PIN."""
    await page.get_by_label(TYPED_PIN).fill(pin)
    await page.keyboard.press("Enter")


async def let_start_cold(jobs: Database, tenant_id: UUID) -> None:
    """Let the phones of a lender open without network until their lease ends; phones hear it at the next sign-in."""
    async with jobs.pool.acquire() as raw:
        await raw.execute("UPDATE tenants SET may_start_cold = true WHERE id = $1", tenant_id)
