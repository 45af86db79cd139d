"""Is a week drawn and a call scored with the hands on the keyboard, and does its caller read what was found?"""

import pytest
from playwright.async_api import Browser, expect

from backend.calls.quality.shipped import SHEET
from backend.kernel.db import Database
from tests.backend.calls.quality.conftest import made_call
from tests.pwa.conftest import Entrance
from tests.pwa.office import office
from tests.pwa.test_screens import findings
from tests.world import World

pytestmark = pytest.mark.browser


async def test_a_drawn_call_is_scored_by_keys_and_its_caller_reads_why(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """TD-6: draw, J, a Y or N for each question, Enter; Cai sees the score and the question that was failed."""
    await made_call(job_database, world, result="RPC_REFUSED")
    last = len(SHEET.questions) - 1
    async with office(browser, site, await entrance(world.lin)) as page:
        await page.get_by_role("link", name="Quality").click()
        await page.get_by_role("button", name="Draw").click()
        await page.get_by_text("no score yet").wait_for()
        await page.keyboard.press("j")
        await page.get_by_text(f"{last + 1} still to answer").wait_for()
        for _ in range(last):
            await page.keyboard.press("y")
        await page.get_by_text("1 still to answer").wait_for()
        await page.keyboard.press("n")
        await page.get_by_text("Comes to 93.1 %").wait_for()
        found = await findings(page)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("complementary").get_by_text("93.1 %")).to_be_visible()
        await page.get_by_role("button", name="Callers").click()
        await expect(page.get_by_role("row", name="Cai")).to_contain_text("too few")
        found += await findings(page)
    async with office(browser, site, await entrance(world.cai)) as page:
        await page.get_by_role("link", name="Quality").click()
        await page.get_by_text(f"No: {SHEET.questions[last].en}").wait_for()
        found += await findings(page)
    assert found == []
