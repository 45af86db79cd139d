"""Does a day without network end with every fact on the server, once?"""

import hashlib
from pathlib import Path

import pytest

from backend.kernel.db import Database
from tests.pwa.conftest import Entrance, OpenPhone, let_start_cold, sign_in, unlock
from tests.pwa.day import follow, log_call, open_visit, picture, publish_plan, visit_nobody_home, visit_promise
from tests.pwa.network import Network
from tests.world import World

pytestmark = pytest.mark.browser


async def facts_of(jobs: Database, world: World) -> dict[str, int]:
    """Count what the server has of Mei's day."""
    counted = {
        "visits": "SELECT count(*) FROM visits WHERE tenant_id = $1",
        "calls": "SELECT count(*) FROM calls WHERE tenant_id = $1",
        "promises": "SELECT count(*) FROM promises WHERE tenant_id = $1",
        "evidence": "SELECT count(*) FROM evidence WHERE tenant_id = $1",
    }
    async with jobs.pool.acquire() as raw:
        return {name: await raw.fetchval(sql, world.tenant_id) for name, sql in counted.items()}


async def test_a_whole_day_in_flight_mode_ends_with_each_fact_once(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """OF-1, OF-2: prime, flight mode, visits and a call, killed browser, cold start offline: each fact once."""
    await let_start_cold(job_database, world.tenant_id)
    stops = await publish_plan(job_database, world, world.cases[:3])
    photos = [picture(tmp_path, seed) for seed in (1, 2)]
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        await page.get_by_text("Next stop 1").wait_for()
        network.cut()
        await visit_nobody_home(page, world, world.cases[0], stops[0], photos[0])
        await visit_promise(page, world, world.cases[1], photos[1], stops[1])
        await log_call(page, world.cases[2])
        # A draft is begun and not saved: it must be there after the crash.
        await open_visit(page, world, world.cases[2], stops[2])
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_text("Draft saved").wait_for()
    assert sum((await facts_of(job_database, world)).values()) == 0

    async with open_phone() as page:
        await page.goto(network.origin)
        await unlock(page)
        await page.get_by_text("2 of 3 stops").wait_for()
        await page.get_by_role("link", name="Go on with the visit").click()
        await page.get_by_role("heading", name="Whom did you meet?").wait_for()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_role("radio", name="Nobody home", exact=True).click()
        await page.get_by_role("button", name="Save", exact=True).click()
        await page.get_by_role("heading", name="Saved on this phone").wait_for()
        await follow(page, "/sync")
        await page.get_by_text("Keep the phone: 6 things are only here").wait_for()
        network.restore()
        await page.get_by_role("button", name="Send now").click()
        await page.get_by_text("You may put the phone away").wait_for()

    assert await facts_of(job_database, world) == {"visits": 3, "calls": 1, "promises": 1, "evidence": 2}


async def test_the_photo_that_arrives_is_the_photo_that_was_kept(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """EV-1, OF-5: the server holds the bytes under the hash that the record named."""
    original = picture(tmp_path, 3)
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await visit_nobody_home(page, world, world.cases[0], photo=original)
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow("SELECT * FROM evidence WHERE tenant_id = $1", world.tenant_id)
    assert row is not None
    assert row["original_sha256"].hex() == hashlib.sha256(original.read_bytes()).hexdigest()
    assert row["state"] == "stored"
