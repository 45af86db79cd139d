"""Does a lead see how the phones of the team fare, and can a lost one be closed from there?"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.day import follow, visit_nobody_home
from tests.pwa.network import Network
from tests.pwa.office import DESK, PHONE, office
from tests.pwa.test_screens import findings
from tests.world import World

pytestmark = pytest.mark.browser


async def troubled_phone(jobs: Database, world: World) -> None:
    """Give Bo a phone that has every trouble there is."""
    device_id, now = new_id(), datetime.now(tz=UTC)
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO devices (id, tenant_id, user_id, label, public_key, last_seen_at)"
            " VALUES ($1, $2, $3, 'Android Chrome', '\\x00', $4)",
            device_id,
            world.tenant_id,
            world.bo,
            now - timedelta(days=2),
        )
        await raw.execute(
            "INSERT INTO device_health VALUES ($1, $2, $3, '0.0.9', -420000, 7, 3, $4, 1900000000, 2000000000, false,"
            " 'pin', 'denied')",
            world.tenant_id,
            device_id,
            now - timedelta(days=2),
            now - timedelta(days=2, hours=3),
        )
        await raw.execute(
            "INSERT INTO duties (id, tenant_id, user_id, started_at) VALUES ($1, $2, $3, $4)",
            new_id(), world.tenant_id, world.bo, now - timedelta(hours=1),
        )  # fmt: skip


async def pictures(page: Page, name: str) -> None:
    """Take a picture where somebody wants to look at it (ROUNDS_PICTURES names a folder)."""
    folder = os.environ.get("ROUNDS_PICTURES")
    if folder is not None:
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def test_the_lead_sees_what_is_worth_a_word_and_closes_a_lost_phone(
    network: Network, browser: Browser, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AD-9, OF-10: what the real phone says of itself arrives; closed with a reason, it can read nothing more."""
    await troubled_phone(job_database, world)
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        async with office(browser, network.origin, await entrance(world.lin)) as desk:
            await desk.get_by_role("button", name="Phones").click()
            phones = desk.get_by_role("listitem").filter(has=desk.locator("details"))
            await expect(phones.nth(0)).to_contain_text("Bo")
            for words in ("not heard of today", "Unsent for 2 days", "Storage 95 % full", "off by 7 min", "0.0.9"):
                await expect(phones.nth(0)).to_contain_text(words)
            mei = phones.filter(has_text="Mei")
            await expect(mei).to_contain_text("fine")
            await mei.get_by_text("What it says of itself").click()
            for words in ("nothing", "PIN", "right", "0.1.0"):
                await expect(mei).to_contain_text(words)
            assert await findings(desk) == []
            await mei.get_by_role("button", name="Close this phone").click()
            sheet = desk.get_by_role("dialog")
            await expect(sheet.get_by_role("button", name="Close this phone")).to_be_disabled()
            await sheet.get_by_label("Reason").fill("left in a taxi")
            assert await findings(desk) == []
            await sheet.get_by_role("button", name="Close this phone").click()
            await expect(mei).to_contain_text("closed")
        # The server knows a session for 4 s without asking again; a phone that was heard of just before hears it then.
        await page.evaluate("() => setInterval(() => dispatchEvent(new Event('online')), 1000)")
        await page.get_by_text("This phone was revoked").wait_for()
    async with job_database.pool.acquire() as raw:
        told = await raw.fetchval(
            "SELECT payload ->> 'reason' FROM events WHERE tenant_id = $1 AND kind = 'device.revoked'", world.tenant_id
        )
    assert told == "left in a taxi"


async def test_what_waits_on_a_phone_is_told_at_its_next_contact(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AD-9: two things done without network are counted while they wait, and not when they were sent."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await visit_nobody_home(page, world, world.cases[0])
        network.restore()
        await page.evaluate("() => dispatchEvent(new Event('online'))")
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT h.* FROM device_health h JOIN devices d ON d.id = h.device_id WHERE d.user_id = $1", world.mei
        )
    assert row is not None
    assert (row["unsent_items"], row["unsent_photos"], row["oldest_unsent_at"]) == (0, 0, None)
    assert (row["lock_method"], row["push"], row["quota_bytes"] > row["used_bytes"] > 0) == ("pin", "granted", True)
    assert abs(row["clock_offset_ms"]) < 60_000


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("lang", "tab"), [("en", "Phones"), ("zh-CN", "手机")])
@pytest.mark.parametrize("size", [PHONE, DESK])
async def test_the_tab_stands_on_a_phone_and_a_desk_in_both_schemes_and_languages(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, theme: str,
    lang: str, tab: str, size: tuple[int, int],
) -> None:  # fmt: skip
    await troubled_phone(job_database, world)
    async with office(browser, site, await entrance(world.lin), size=size, theme=theme) as page:
        await page.evaluate("lang => localStorage.setItem('rounds.lang', lang)", lang)
        await page.reload()
        await page.get_by_role("button", name=tab, exact=True).click()
        await page.get_by_role("listitem").filter(has=page.locator("details"), has_text="Bo").first.wait_for()
        await page.locator("details").first.click()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await findings(page) == []
        await pictures(page, f"phones-{size[0]}-{theme}-{lang}")
