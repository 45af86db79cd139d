"""Does a new version wait for the person, keep what was begun, and leave nobody with half an app?"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.pwa.conftest import OpenPhone
from tests.pwa.site import next_version, serve

pytestmark = pytest.mark.browser


async def test_a_new_version_waits_until_it_is_asked_for(dist: Path, tmp_path: Path, open_phone: OpenPhone) -> None:
    """OF-2: the old page stays whole until the person says yes; then the new one is there, also without network."""
    folder = tmp_path / "site"
    shutil.copytree(dist, folder)
    with serve(folder) as origin:
        async with open_phone() as page:
            await page.goto(origin)
            await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
            next_version(dist, folder)
            await page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update(); }")
            await page.get_by_text("A new version is ready").wait_for()
            assert await page.title() == "Rounds"
            await page.reload()
            await page.get_by_role("button", name="Sign in").wait_for()
            assert await page.title() == "Rounds"
            await page.get_by_role("button", name="Use it now").click()
            await page.wait_for_function("() => document.title === 'Rounds, newer 1'")
    async with open_phone() as page:
        await page.goto(origin)
        await page.get_by_role("button", name="Sign in").wait_for()
        assert await page.title() == "Rounds, newer 1"
        await page.goto(f"{origin}/cases/some-deep-link")
        await page.get_by_role("button", name="Sign in").wait_for()


@asynccontextmanager
async def visited(dist: Path, folder: Path, open_phone: OpenPhone) -> AsyncIterator[Page]:
    """Open the app from a copy of the build, for the first time on this phone, and wait for its worker."""
    shutil.copytree(dist, folder)
    with serve(folder) as origin:
        async with open_phone() as page:
            await page.goto(origin)
            await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
            yield page


async def use_the_next_version(page: Page, dist: Path, folder: Path) -> None:
    """Put a newer build where the app came from, say yes to it, and wait until the page shows it."""
    next_version(dist, folder)
    await page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update(); }")
    await page.get_by_role("button", name="Use it now").click()
    await page.wait_for_function("() => document.title === 'Rounds, newer 1'")


async def test_a_page_that_was_there_before_the_first_worker_loads_again_too(
    dist: Path, tmp_path: Path, open_phone: OpenPhone
) -> None:
    """OF-2: nobody closes the app between its first visit and its first new version."""
    async with visited(dist, tmp_path / "site", open_phone) as page:
        await use_the_next_version(page, dist, tmp_path / "site")


async def test_a_page_that_the_worker_overlooked_comes_under_it(
    dist: Path, tmp_path: Path, open_phone: OpenPhone
) -> None:
    """OF-2: a page loaded past the worker (here by a hard reload) would find none of its lazy parts without network."""
    async with visited(dist, tmp_path / "site", open_phone) as page:
        session = await page.context.new_cdp_session(page)
        await session.send("Page.reload", {"ignoreCache": True})
        await page.wait_for_function("() => performance.getEntriesByType('navigation')[0].type === 'reload'")
        await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        await use_the_next_version(page, dist, tmp_path / "site")
