"""How do tests open a desk screen: a window of a desk, or a phone, signed in by a one-time link."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page

from tests.pwa.conftest import listen
from tests.pwa.witness import witnessed

DESK = (1440, 900)
PHONE = (360, 780)


@asynccontextmanager
async def office(
    browser: Browser,
    site: str,
    token: str,
    *,
    size: tuple[int, int] = DESK,
    theme: str = "light",
    zone: str = "Asia/Shanghai",
) -> AsyncIterator[Page]:
    """Sign somebody in on a screen of this size; the first screen of the role opens by itself."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-GB",
        timezone_id=zone,
        reduced_motion="reduce",
    )
    try:
        async with witnessed(context):
            page = await context.new_page()
            said = listen(page)
            await page.add_init_script(f"localStorage.setItem('rounds.theme', '{theme}')")
            await page.goto(f"{site}/enter#{token}")
            await page.wait_for_url(lambda url: not url.split("#")[0].endswith("/enter"))
            yield page
            assert said == []
    finally:
        await context.close()
