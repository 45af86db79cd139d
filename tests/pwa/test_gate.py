"""Does a phone without network make no contact that the gate holds back, and lose nothing of what happened?"""

import pytest
from playwright.async_api import Page

from backend.kernel.db import Database
from tests.hours import make_it_day
from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.day import follow
from tests.pwa.network import Network
from tests.world import World

pytestmark = pytest.mark.browser

MAY, NOT = "You may make this contact now", "This contact is not allowed"
# The browser would ask whether to open another program, and take no input meanwhile.
NOTE_DIALLED = """() => {
    window.dialled = [];
    navigation.addEventListener('navigate', (event) => {
        if (!event.destination.url.startsWith('tel:')) return;
        event.preventDefault();
        window.dialled.push(event.destination.url);
    });
}"""
USED = """
SELECT count(*) FROM contact_permit_ends JOIN calls ON calls.id = contact_id
WHERE calls.tenant_id = $1 AND ending = 'used'
"""


async def dial(page: Page) -> None:
    """Open the call of the case that is shown, and dial its number."""
    await page.get_by_role("link", name="Log a call").click()
    await page.get_by_role("button", name="Dial:").first.click()


async def test_a_number_is_judged_without_network_and_what_is_held_back_can_still_be_recorded(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """CO-1, N1, N2, N10: by signed law, what is on file, a lease, and what this phone itself has heard since."""
    await make_it_day(job_database, world)
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        await page.evaluate(NOTE_DIALLED)
        await follow(page, f"/cases/{world.cases[0]}")
        await page.get_by_text(MAY).first.wait_for()
        network.cut()
        await dial(page)
        await page.get_by_role("radio", name="The client", exact=True).click()
        assert await page.evaluate("() => window.dialled") == ["tel:+8619900000000"]
        await page.get_by_role("radio", name="Disputes the amount").click()
        await page.get_by_label("Note").fill("says it was paid in May")
        await page.get_by_role("button", name="Save the call").click()
        await page.get_by_text("Call · Disputes the amount").wait_for()

        await dial(page)
        await page.get_by_text(NOT, exact=True).wait_for()
        assert len(await page.evaluate("() => window.dialled")) == 1
        await page.get_by_role("button", name="Record what happened anyway").click()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_role("radio", name="No answer", exact=True).click()
        await page.get_by_role("button", name="Save the call").click()
        await page.get_by_text("Call · No answer").wait_for()
        network.restore()
        await page.get_by_text("all sent").wait_for()
    async with job_database.pool.acquire() as raw:
        assert await raw.fetchval(USED, world.tenant_id) == 2
