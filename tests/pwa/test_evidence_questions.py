"""Does a collector see what is asked about the own photos, and do the own words arrive, without network too?"""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.day import follow, picture, visit_nobody_home
from tests.pwa.network import Network
from tests.pwa.test_field import eventually
from tests.pwa.test_screens import findings
from tests.world import World

pytestmark = pytest.mark.browser

ASK = """
INSERT INTO evidence_reviews (id, tenant_id, case_id, visit_id, evidence_id, state, reason, user_id, at)
SELECT $1, $2, case_id, visit_id, NULL, 'questioned', 'Why from files?', $3, $4 FROM evidence WHERE tenant_id = $2
"""
ANSWERS = "SELECT text, user_id = $2 AS is_own FROM evidence_answers WHERE tenant_id = $1"


async def all_sent(page: Page) -> None:
    """Wait until the phone has nothing left to say."""
    await follow(page, "/sync")
    await page.get_by_text("You may put the phone away").wait_for()


async def ask(jobs: Database, world: World) -> None:
    """Let Lin ask about the one visit there is."""
    await jobs.pool.execute(ASK, new_id(), world.tenant_id, world.lin, clock.now())


async def test_a_question_is_seen_and_answered_without_network(
    network: Network,
    entrance: Entrance,
    world: World,
    job_database: Database,
    open_phone: OpenPhone,
    tmp_path: Path,
) -> None:
    """EV-4, EV-8: the right to answer; words that are written offline wait in the outbox and arrive once."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        old = picture(tmp_path, 1)
        os.utime(old, (1_700_000_000, 1_700_000_000))
        await visit_nobody_home(page, world, world.cases[0], photo=old)
        await all_sent(page)
        await ask(job_database, world)
        await follow(page, "/questions")
        await page.get_by_text("Lin asks").wait_for()
        await expect(page.get_by_text("Why from files?")).to_be_visible()
        await expect(page.get_by_text("The picture was chosen from files, not taken on the spot.")).to_be_visible()
        assert await findings(page) == []
        assert await page.evaluate("() => document.documentElement.scrollWidth") <= 360
        await follow(page, "/inbox")
        await page.get_by_role("link", name="1 question about my evidence").wait_for()
        network.cut()
        await follow(page, f"/cases/{world.cases[0]}")
        await page.get_by_role("link", name="Answer", exact=True).click()
        await page.get_by_label("How was it?").fill("The client had sent")
        await follow(page, "/inbox")
        await page.get_by_role("link", name="1 question about my evidence").click()
        await expect(page.get_by_label("How was it?")).to_have_value("The client had sent")
        await page.get_by_label("How was it?").fill("The client had sent it to me.")
        await page.get_by_role("button", name="Answer", exact=True).click()
        await expect(page.get_by_text("unsent", exact=True)).to_be_visible()
        await page.get_by_role("heading", name="Answered, or of little weight").wait_for()
        assert await findings(page) == []
        network.restore()
        await follow(page, "/sync")
        await page.get_by_role("button", name="Send now").click()
        await page.get_by_text("You may put the phone away").wait_for()
        await follow(page, "/questions")
        await expect(page.get_by_text("The client had sent it to me.")).to_be_visible()
        await expect(page.get_by_text("unsent", exact=True)).to_have_count(0)
    told = [{"text": "The client had sent it to me.", "is_own": True}]
    await eventually(job_database, told, ANSWERS, world.tenant_id, world.mei)


async def test_who_is_asked_nothing_is_told_so(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.bo))
        await follow(page, "/inbox")
        await page.get_by_role("link", name="About my evidence").click()
        await page.get_by_role("heading", name="Nothing is asked of you").wait_for()
        assert await findings(page) == []
