"""Does a photographed screen say whose it was, in the way of nothing?"""

import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.async_api import Browser, Page

from backend.kernel.db import Database
from tests.pwa.conftest import TYPED_PIN, Entrance, OpenPhone, sign_in
from tests.pwa.day import follow, publish_plan
from tests.pwa.office import office
from tests.pwa.test_screens import findings
from tests.world import NAMES, World

pytestmark = pytest.mark.browser

MARKS = """() => [...document.querySelectorAll('.marks')].map(one => {
    const { backgroundImage, pointerEvents, display } = getComputedStyle(one);
    const { width, height } = one.getBoundingClientRect();
    return { image: backgroundImage, pointerEvents, display, width, height, hidden: one.getAttribute('aria-hidden') };
})"""


async def words_of(page: Page) -> list[str]:
    """Return what the marks on the screen say."""
    return [unquote(one["image"]) for one in await page.evaluate(MARKS)]


async def picture(page: Page, name: str) -> None:
    """Take a picture where somebody wants to look at it (ROUNDS_PICTURES names a folder)."""
    folder = os.environ.get("ROUNDS_PICTURES")
    if folder is not None:
        await page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_screens_with_people_on_them_carry_who_looks_and_when(
    theme: str, site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """CO-5: over the whole screen and over dialogs, heard by no reader, in the way of no finger, not on the lock."""
    await publish_plan(job_database, world, world.cases[:3])
    login = await job_database.pool.fetchval("SELECT login FROM users WHERE id = $1", world.mei)
    async with open_phone() as page:
        await page.add_init_script(f"localStorage.setItem('rounds.theme', '{theme}')")
        await page.goto(site)
        await page.get_by_role("button", name="Sign in", exact=True).wait_for()
        assert await words_of(page) == []
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, "/cases")
        await page.get_by_text("3 cases").wait_for()
        (marks,) = await page.evaluate(MARKS)
        assert re.search(rf"Mei · {re.escape(login)} · 20\d\d-\d\d-\d\d \d\d:\d\d", unquote(marks["image"]))
        assert (marks["pointerEvents"], marks["hidden"]) == ("none", "true")
        assert (marks["width"], marks["height"]) == (360, 780)
        assert await findings(page) == []
        await picture(page, f"marks-cases-{theme}")
        await page.get_by_text("王**").first.click()
        await page.wait_for_url(re.compile("/cases/"))
        await picture(page, f"marks-case-{theme}")
        await page.emulate_media(media="print")
        assert {one["display"] for one in await page.evaluate(MARKS)} == {"none"}
        await page.emulate_media(media="screen")
        await follow(page, "/")
        await page.get_by_role("button", name="This stop").click()
        await page.get_by_role("dialog").wait_for()
        assert len(await words_of(page)) == 2
        assert len(set(await words_of(page))) == 1
        await picture(page, f"marks-sheet-{theme}")
        await page.keyboard.press("Escape")
        await follow(page, "/me")
        await page.get_by_role("button", name="Lock now").click()
        await page.get_by_label(TYPED_PIN).wait_for()
        assert await words_of(page) == []


async def test_a_desk_carries_them_too_and_a_lender_may_switch_them_off(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    for is_on in (True, False):
        await job_database.pool.execute("UPDATE tenants SET has_watermark = $2 WHERE id = $1", world.tenant_id, is_on)
        async with office(browser, site, await entrance(world.lin)) as page:
            await page.goto(f"{site}/desk")
            await page.get_by_role("button", name=NAMES[0]).click()
            assert ["Lin" in words for words in await words_of(page)] == [True] * is_on
            await picture(page, f"marks-desk-{is_on}")
