"""Does the collector's work on the phone reach the server as meant, and does the phone tell the truth about it?"""

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from backend.kernel.db import Database
from tests.pwa.conftest import Entrance, OpenPhone, let_start_cold, sign_in, unlock
from tests.pwa.day import follow, open_visit, publish_plan, visit_nobody_home, walk_to
from tests.pwa.network import Network
from tests.pwa.waiting import until
from tests.world import World

pytestmark = pytest.mark.browser


async def rows(jobs: Database, sql: str, *values: object) -> list[dict[str, Any]]:
    """Return rows as the job role sees them."""
    async with jobs.pool.acquire() as raw:
        return [dict(row) for row in await raw.fetch(sql, *values)]


async def eventually(jobs: Database, wanted: list[dict[str, Any]], sql: str, *values: object) -> None:
    """Wait until the rows are as wanted: sending goes on behind the screen."""
    found: list[dict[str, Any]] = []
    for _ in range(150):
        found = await rows(jobs, sql, *values)
        if found == wanted:
            break
        await asyncio.sleep(0.1)
    assert found == wanted


async def give_away(site: str, token: str, case: UUID, to: UUID) -> None:
    """Let the lead give a case to somebody else."""
    async with httpx.AsyncClient(base_url=site, headers={"X-Rounds": "1"}) as lead:
        (await lead.post("/v1/session/link", json={"token": token})).raise_for_status()
        wish = {
            "case_ids": [str(case)], "territory_id": None, "area": None, "user_id": str(to), "only_unassigned": False,
            "reason": "manual",
        }  # fmt: skip
        (await lead.post("/v1/assignments", json=wish)).raise_for_status()


async def test_outside_the_fence_a_reason_is_asked_and_nothing_more(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """RT-6: outside is a reason, never a dead end; the record names both."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await walk_to(page, world, world.cases[2])
        await follow(page, f"/cases/{world.cases[0]}/visit")
        await page.get_by_text("The map says you are").wait_for()
        await expect(page.get_by_role("button", name="I am here")).to_be_disabled()
        await page.get_by_role("radio", name="the map has the door elsewhere").check(force=True)
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_role("radio", name="Nobody home", exact=True).click()
        await page.get_by_role("button", name="Save", exact=True).click()
        await page.get_by_role("heading", name="On the server, signed").wait_for()
    (visit,) = await rows(job_database, "SELECT * FROM visits WHERE tenant_id = $1", world.tenant_id)
    assert visit["outside_reason"] == "map_wrong"


async def test_nobody_home_takes_four_taps(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await page.evaluate(
            "() => { window.taps = 0; addEventListener('pointerup', () => { window.taps += 1; }, true); }"
        )
        await visit_nobody_home(page, world, world.cases[0])
        taps = await page.evaluate("() => window.taps")
        assert taps == 4
        counted = "SELECT count(*) AS visits FROM visits WHERE tenant_id = $1"
        await eventually(job_database, [{"visits": 1}], counted, world.tenant_id)


async def test_an_undone_visit_is_withdrawn_and_comes_back_as_a_draft(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """The undo is a second fact; what was typed is not lost."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await visit_nobody_home(page, world, world.cases[0])
        await page.get_by_role("button", name="Undo").click()
        await page.get_by_role("heading", name="Check and save").wait_for()
        await page.get_by_label("Note").fill("the dog again")
        await page.get_by_role("button", name="Save", exact=True).click()
        await page.get_by_role("heading", name="On the server, signed").wait_for()
    visits = await rows(
        job_database,
        "SELECT note, withdrawn_at IS NOT NULL AS gone FROM visits WHERE tenant_id = $1 ORDER BY ended_at",
        world.tenant_id,
    )
    assert visits == [{"note": "", "gone": True}, {"note": "the dog again", "gone": False}]


async def test_skip_and_order_of_stops_reach_the_server_and_can_be_taken_back(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """RT-3: the collector reorders by keys, skips with a reason, and undoes it."""
    stops = await publish_plan(job_database, world, world.cases[:3])
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await page.get_by_role("button", name="Move ").last.press("ArrowUp")
        await page.get_by_text("Order changed").wait_for()
        await page.get_by_role("button", name="This stop").click()
        await page.get_by_role("button", name="Skip with a reason").click()
        await page.get_by_role("radio", name="no time left").check(force=True)
        await page.get_by_role("button", name="Skip it").click()
        await page.get_by_text("Skipped", exact=True).wait_for()
        states = "SELECT id, state, skip_reason FROM stops WHERE tenant_id = $1 ORDER BY position"
        planned: list[dict[str, Any]] = [
            {"id": stop, "state": "planned", "skip_reason": None} for stop in (stops[0], stops[2], stops[1])
        ]
        skipped = [{"id": stops[0], "state": "skipped", "skip_reason": "no_time"}, *planned[1:]]
        await eventually(job_database, skipped, states, world.tenant_id)
        await page.get_by_role("button", name="Undo").last.click()
        await page.get_by_text("Back on the plan").wait_for()
        await eventually(job_database, planned, states, world.tenant_id)


async def test_a_number_is_covered_until_somebody_says_why(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, f"/cases/{world.cases[0]}")
        await page.get_by_text("+861******0000").wait_for()
        await expect(page.get_by_text("+8619900000000")).to_have_count(0)
        await page.get_by_role("button", name="Show").first.click()
        await page.get_by_role("radio", name="to call now").click(force=True)
        await page.get_by_text("+8619900000000").wait_for()
        told = "SELECT kind FROM events WHERE tenant_id = $1 AND kind LIKE 'contact.%'"
        await eventually(job_database, [{"kind": "contact.revealed"}], told, world.tenant_id)


async def test_two_phones_that_change_one_fact_make_a_conflict_with_both_values(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """OF-7: no silent overwrite; both values stand side by side on both phones, until one writes over both."""

    async def write(page: Page, text: str) -> None:
        await page.get_by_role("button", name="Change: How to find the door").click()
        await page.get_by_role("dialog").get_by_label("How to find the door").fill(text)
        await page.get_by_role("dialog").get_by_role("button", name="Save").click()

    async with open_phone("one") as one, open_phone("two") as two:
        for page in (one, two):
            await sign_in(page, site, await entrance(world.mei))
            await follow(page, f"/cases/{world.cases[0]}")
            await page.get_by_role("heading", name="Good to know").wait_for()
        await two.context.set_offline(True)
        await write(two, "the green gate")
        await write(one, "the red gate")
        value = "SELECT value #>> '{}' AS value FROM case_facts WHERE tenant_id = $1"
        await eventually(job_database, [{"value": "the red gate"}], value, world.tenant_id)
        await two.context.set_offline(False)
        for page in (two, one):
            # The first phone hears of it with its next round, here now.
            await page.evaluate("dispatchEvent(new Event('online'))")
            both = page.locator(".notice").filter(has_text="More than one person changed this")
            await both.get_by_text("the green gate").wait_for()
            await both.get_by_text("the red gate").wait_for()
        # Whoever saw both may write over both.
        await write(two, "green, behind the red one")
        await two.locator(".notice").filter(has_text="More than one person changed this").wait_for(state="detached")
        await two.get_by_role("button", name="Earlier: How to find the door").click()
        for text in ("the green gate", "the red gate", "green, behind the red one"):
            await two.get_by_role("dialog").get_by_text(text, exact=True).wait_for()
    await eventually(job_database, [{"value": "green, behind the red one"}], value, world.tenant_id)
    everything = "SELECT count(*) AS edits FROM fact_edits WHERE tenant_id = $1"
    await eventually(job_database, [{"edits": 3}], everything, world.tenant_id)


async def test_a_case_taken_away_goes_after_its_outbox_and_what_came_too_late_is_kept_on_both_sides(
    network: Network, site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AL-2, OF-6: the phone keeps the case until its work is sent; the refused visit says who has the case now."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await give_away(site, await entrance(world.lin), world.cases[0], world.bo)
        await visit_nobody_home(page, world, world.cases[0])
        network.restore()
        await follow(page, "/sync")
        # The phone may have found the line by itself before anybody presses the button, which then goes.
        send, needs = page.get_by_role("button", name="Send now"), page.get_by_text("1 thing needs you")
        await send.or_(needs).first.wait_for()
        if not await needs.is_visible():
            with suppress(PlaywrightTimeout):
                await send.click(timeout=3000)
        await needs.wait_for()
        await page.get_by_role("link", name="Visit").click()
        await page.get_by_text("Taken over by Bo").first.wait_for()
        await follow(page, "/cases")
        await page.get_by_text("2 cases").wait_for()
        await follow(page, f"/cases/{world.cases[0]}")
        await page.get_by_text("This case is not on the phone").wait_for()
    kept = await rows(job_database, "SELECT code, state FROM quarantine WHERE tenant_id = $1", world.tenant_id)
    assert kept == [{"code": "case.reassigned", "state": "open"}]


async def test_the_language_changes_without_network(
    network: Network, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    """AD-5: both languages lie on the phone."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await follow(page, "/me")
        await page.get_by_role("button", name="中文").click()
        await page.get_by_role("heading", name="我的").wait_for()
        await page.reload()
        await page.get_by_role("heading", name="已锁定").wait_for()
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


async def test_the_nearest_doors_come_first_without_network(
    network: Network, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    """RT-4: proximity suggestions on the phone, with no server; two kilometres north only the third case is near."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await page.context.set_geolocation({"latitude": 30.269, "longitude": 120.15, "accuracy": 12})
        await follow(page, "/cases")
        await page.get_by_role("button", name="Near me").click()
        await page.get_by_text("nearest first, 1 within 2.0 km").wait_for()
        rows_shown = page.locator("main ul > li > a")
        shown = [await row.get_attribute("href") for row in await rows_shown.all()]
        await expect(rows_shown.first).to_contain_text("1.6 km")
    assert shown == [f"/cases/{world.cases[n]}" for n in (2, 1, 0)]


async def test_the_phone_says_how_many_cases_and_bytes_it_holds(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    """OF-3: three of the six cases are Mei's; what they and the app take is said in bytes."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, "/me")
        await page.get_by_text(re.compile(r"^\d+(\.\d)? (kB|MB) of \d+(\.\d)? [MG]B used$")).wait_for()
        row = page.locator("div").filter(has=page.get_by_text("Cases on this phone", exact=True)).last
        await expect(row).to_contain_text("3")


async def test_duty_begins_and_ends_on_the_phone_and_the_place_is_told_in_between(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, "/me")
        await page.get_by_role("button", name="Start the shift").click()
        await page.get_by_role("button", name="End the shift").wait_for()
        began = "SELECT ST_Y(place::geometry)::numeric(5, 2)::text AS lat FROM duties WHERE tenant_id = $1"
        await eventually(job_database, [{"lat": "30.25"}], began, world.tenant_id)
        await page.context.set_geolocation({"latitude": 30.26, "longitude": 120.15, "accuracy": 12})
        await page.reload()
        await unlock(page)
        await eventually(job_database, [{"lat": "30.26"}], began, world.tenant_id)
        await page.get_by_role("button", name="End the shift").click()
        await page.get_by_role("button", name="Start the shift").wait_for()
        ended = "SELECT ended_at IS NOT NULL AS over FROM duties WHERE tenant_id = $1"
        await eventually(job_database, [{"over": True}], ended, world.tenant_id)


async def test_an_ended_session_stops_nothing_but_the_sending(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """OF-8 in part: the session ends on the server; the work goes on, is kept, and leaves after a new sign-in."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await page.context.clear_cookies()
        await open_visit(page, world, world.cases[0])
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_role("radio", name="Nobody home", exact=True).click()
        await page.get_by_role("button", name="Save", exact=True).click()
        await page.get_by_role("heading", name="Saved on this phone").wait_for()
        await follow(page, "/sync")
        await page.get_by_text("Sign in again to send").wait_for()
        await sign_in(page, site, await entrance(world.mei))
    counted = "SELECT count(*) AS visits FROM visits WHERE tenant_id = $1"
    await eventually(job_database, [{"visits": 1}], counted, world.tenant_id)


async def test_the_map_is_drawn_without_network(
    dist: Path, network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """OF-1: the map's part of the app is kept after the first prime, though the first visit did not load it."""
    await let_start_cold(job_database, world.tenant_id)
    await publish_plan(job_database, world, world.cases[:3])
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        # The parts of the map come one by one; the last of them may be a small one.
        await until(
            page,
            "async names => { const kept = (await Promise.all((await caches.keys()).map(async name =>"
            " (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname)))).flat();"
            " return names.every(name => kept.includes(name)); }",
            [f"/assets/{path.name}" for path in (dist / "assets").iterdir() if path.suffix != ".map"],
        )
        network.cut()
        await page.reload()
        await unlock(page)
        await page.get_by_role("button", name="Map", exact=True).click()
        await page.locator("canvas.maplibregl-canvas").wait_for()
        await expect(page.get_by_role("region", name="Map of the stops")).to_have_attribute("aria-busy", "false")
        await expect(page.get_by_text("The map could not be drawn")).to_have_count(0)
