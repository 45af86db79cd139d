"""What does the README show? The phone's day and the lead's map, taken from the demo as it runs: `make screenshots`."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, async_playwright

from backend.app.demo.ensure import Entrance, ensure_demo
from backend.identity.schemas import UserRole
from tests import databases
from tests.pwa.conftest import FLAGS, NEW_PIN, make_pin
from tests.server import started

CHROMIUM = "/usr/bin/chromium"
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
SETTLE_MS = 9000
"""The first load, the map's tiles of our own file and the labels on it."""


async def take(browser: Browser, origin: str, entrance: Entrance, path: Path, *, width: int, height: int) -> None:
    """Come in by a one-time link, wait until the screen stands, take it."""
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", device_scale_factor=1,
        permissions=["geolocation"], geolocation={"latitude": 30.25, "longitude": 123.9, "accuracy": 12},
    )  # fmt: skip
    page = await context.new_page()
    await page.goto(f"{origin}/enter#{entrance.token}")
    await page.wait_for_timeout(SETTLE_MS)
    if await page.get_by_label(NEW_PIN).count():
        await make_pin(page)
        await page.wait_for_timeout(SETTLE_MS)
    if entrance.role is UserRole.LEAD:
        tomorrow = page.get_by_role("button", name="明天")
        if await page.get_by_text("当天尚无计划").count() and await tomorrow.count():
            await tomorrow.first.click()
            await page.wait_for_timeout(SETTLE_MS)
    await page.screenshot(path=path)
    await context.close()


async def take_all(admin_url: str, login_url: str, data: Path) -> None:
    """Make the demo on a fresh database, serve it, take both pictures."""
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    try:
        entrances = {one.role: one for one in await ensure_demo(url, data)}
        PICTURES.mkdir(parents=True, exist_ok=True)
        with started("backend.app.asgi:app", url, data) as served:
            async with async_playwright() as driver:
                browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                phone, lead = entrances[UserRole.COLLECTOR], entrances[UserRole.LEAD]
                await take(browser, served.origin, phone, PICTURES / "phone.png", width=360, height=780)
                await take(browser, served.origin, lead, PICTURES / "lead.png", width=1440, height=900)
                await browser.close()
    finally:
        await databases.remove(admin_url, name)


def main() -> None:
    """Write the pictures into docs/pictures."""
    with TemporaryDirectory() as data, databases.cluster_urls() as (admin_url, login_url):
        asyncio.run(take_all(admin_url, login_url, Path(data)))
    sys.stdout.write(f"{PICTURES.name}: phone.png, lead.png\n")


if __name__ == "__main__":
    main()
