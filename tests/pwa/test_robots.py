"""Does a lead see both groups of a campaign, stop it, and read what robots say?"""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from backend.kernel.db import Database
from tests.backend.calls.robot.test_working import started, wish_of
from tests.pwa.conftest import Entrance
from tests.pwa.office import office
from tests.pwa.test_screens import findings
from tests.world import World

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("ROUNDS_ROBOT_PICTURES")
"""Where to put pictures of the pages, for whoever looks at them; unset, none are taken."""


async def test_a_lead_looks_at_a_campaign_and_stops_it(
    site: str, browser: Browser, entrance: Entrance, world: World, database: Database
) -> None:
    await started(database, world, wish_of(world.cases[:5], held_out_permille=400))
    async with office(browser, site, await entrance(world.lin)) as page:
        await page.get_by_role("link", name="Robots").click()
        campaign = page.get_by_role("region", name="first reminders")
        await expect(campaign).to_contain_text("running")
        await expect(campaign).to_contain_text("Held out")
        found = await findings(page)
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / "campaign.png")
        await campaign.get_by_role("button").click()
        await expect(campaign).to_contain_text("stopped")
        await page.get_by_role("button", name="What robots say").click()
        flow = page.get_by_role("region", name="Reminder of a payment")
        await expect(flow).to_contain_text("This call is recorded.")
        found += await findings(page)
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / "flow.png")
    assert found == []
