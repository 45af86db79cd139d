"""How does a test wait for what a page learns only by asking its browser: its stores, its worker?"""

import asyncio

from playwright.async_api import Locator, Page


async def until(page: Page, question: str, arg: object = None) -> None:
    """Ask the page, up to 30 s, until it says yes. The question may be asynchronous.

    `wait_for_function` takes the promise of an asynchronous question for a yes and does not wait at all.
    """
    for _ in range(300):
        if await page.evaluate(question, arg):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the page never said yes to: {question}")


async def drawn(picture: Locator, width_min: int) -> int:
    """Wait until a picture has come, of at least this width in pixels; returns the width.

    The page may draw the picture's element anew meanwhile, so it is looked for at each look.
    """
    for _ in range(300):
        width = int(await picture.evaluate("image => image.naturalWidth"))
        if width >= width_min:
            return width
        await asyncio.sleep(0.1)
    raise AssertionError("the picture did not come")
