"""How does a test wait for what a page learns only by asking its browser: its stores, its worker?"""

import asyncio

from playwright.async_api import Page


async def until(page: Page, question: str, arg: object = None) -> None:
    """Ask the page, up to 30 s, until it says yes. The question may be asynchronous.

    `wait_for_function` takes the promise of an asynchronous question for a yes and does not wait at all.
    """
    for _ in range(300):
        if await page.evaluate(question, arg):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the page never said yes to: {question}")
