"""Does a lead see where the team is, give cases to people, plan the day and decide, by mouse and by keyboard?"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.day import publish_plan, visit_nobody_home
from tests.pwa.office import PHONE, office
from tests.pwa.test_screens import findings
from tests.world import NAMES, World

pytestmark = pytest.mark.browser

SEEN_WITHIN_MS = 2000


async def holder_of(jobs: Database, case_id: UUID) -> UUID | None:
    """Return who has the case."""
    async with jobs.pool.acquire() as raw:
        found: UUID | None = await raw.fetchval("SELECT assignee_id FROM cases WHERE id = $1", case_id)
        return found


async def make_conflict(jobs: Database, world: World, field: str = "next_step") -> list[UUID]:
    """Write two values for one note on the first case, neither in sight of the other: Mei's, and later Bo's."""
    now = datetime.now(tz=UTC)
    ids = [new_id(), new_id()]
    edits = [
        (ids[0], "again on Wednesday", world.mei, now - timedelta(minutes=20)),
        (ids[1], "not before Friday", world.bo, now - timedelta(minutes=5)),
    ]
    async with jobs.pool.acquire() as raw:
        await raw.executemany(
            "INSERT INTO fact_edits (id, tenant_id, case_id, field, value, base_ids, user_id, occurred_at)"
            " VALUES ($1, $5, $6, $7, $2, '{}', $3, $4)",
            [(*edit, world.tenant_id, world.cases[0], field) for edit in edits],
        )
        await raw.execute(
            "INSERT INTO case_facts (tenant_id, case_id, field, value, version, edited_by, edited_at, edit_id, heads,"
            " others) VALUES ($1, $2, $9, to_jsonb($3::text), 2, $4, $5, $6, $7, $8)",
            world.tenant_id, world.cases[0], edits[1][1], world.bo, edits[1][3], ids[1], [ids[1], ids[0]], [ids[0]],
            field,
        )  # fmt: skip
    return ids


async def published(jobs: Database, world: World) -> list[Mapping[str, Any]]:
    """Return the stops of the published plan."""
    async with jobs.pool.acquire() as raw:
        rows: list[Mapping[str, Any]] = await raw.fetch(
            "SELECT stops.* FROM stops JOIN day_plans ON day_plans.id = plan_id"
            " WHERE day_plans.tenant_id = $1 AND day_plans.state = 'published'",
            world.tenant_id,
        )
        return rows


async def ready(page: Page) -> None:
    """Wait until the board stands; keys act from then on."""
    await page.get_by_role("row").filter(has_text="Mei").wait_for()


async def map_stands(page: Page) -> None:
    """Wait until the map is drawn and shows all that lies on it; a press hits what is seen from then on."""
    await expect(page.get_by_role("region", name="Map of the team")).to_have_attribute("aria-busy", "false")


async def plan_tomorrow(page: Page) -> None:
    """Plan tomorrow for two seconds and wait for the draft."""
    await page.keyboard.press("d")
    await page.keyboard.press("l")
    await page.get_by_label("Time to plan").select_option("2")
    await page.locator("form").get_by_role("button", name="Plan", exact=True).click()
    await page.get_by_role("button", name="Publish to the phones").wait_for()


async def test_a_case_is_given_with_its_price_first_and_taken_back(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """AL-1: chosen by hand, the preview says who gets how many before anything changes; undo restores who had it."""
    async with office(browser, site, await entrance(world.lin)) as page:
        await ready(page)
        await page.keyboard.press("a")
        await page.get_by_role("checkbox", name=NAMES[5]).check()
        await page.keyboard.press("Escape")
        await page.locator("#team-target").select_option(label="Bo")
        await page.get_by_text("1 case would change hands").wait_for()
        await page.get_by_text("2 → 3").wait_for()
        assert await holder_of(job_database, world.cases[5]) is None
        await page.get_by_role("button", name="Assign 1").click()
        await page.get_by_text("1 case changed hands").wait_for()
        assert await holder_of(job_database, world.cases[5]) == world.bo
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("1 case changed hands")).to_have_count(0)
        await expect(page.get_by_role("checkbox", name=NAMES[5])).to_be_visible()
    assert await holder_of(job_database, world.cases[5]) is None


async def test_cases_are_given_by_nearness_and_by_a_shape_on_the_map(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """RT-4: those within a kilometre of where Mei begins; then all within four corners pressed on the map."""
    async with office(browser, site, await entrance(world.lin)) as page:
        await ready(page)
        await page.keyboard.press("a")
        await page.get_by_role("button", name="Near", exact=True).click()
        await page.get_by_label("Near the start of").select_option(label="Mei")
        await page.get_by_label("Within").select_option("1000")
        await page.get_by_role("checkbox", name=NAMES[0]).wait_for()
        await expect(page.get_by_role("checkbox", name=NAMES[3])).to_have_count(0)

        await page.get_by_role("button", name="By hand or shape").click()
        await page.get_by_role("checkbox", name=NAMES[0]).wait_for()
        await map_stands(page)
        await page.get_by_role("button", name="Draw a shape on the map").click()
        box = await page.locator("section.map").bounding_box()
        assert box is not None
        for across, down in ((0.02, 0.02), (0.98, 0.02), (0.98, 0.97), (0.02, 0.97)):
            await page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        await page.get_by_text("4 corners").wait_for()
        await page.locator("#team-target").select_option(label="Mei")
        await page.get_by_role("button", name="Assign 3").click()
        await page.get_by_text("3 cases changed hands").wait_for()
    assert [await holder_of(job_database, case) for case in world.cases] == [world.mei] * 6


async def test_a_day_is_planned_published_and_a_stop_moved_by_keyboard(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """RT-1, RT-3: draft, what is left out and why, publishing; then J, T, and the price before the move."""
    async with office(browser, site, await entrance(world.lin)) as page:
        await ready(page)
        await plan_tomorrow(page)
        await page.get_by_text(re.compile(r"\+[56] new")).wait_for()
        assert await published(job_database, world) == []
        await page.get_by_role("button", name="Publish to the phones").click()
        await page.get_by_text("Published: the phones hear of it").wait_for()
        assert {stop["user_id"] for stop in await published(job_database, world)} == {world.mei, world.bo}
        await page.get_by_role("region", name="The shift").wait_for()
        await page.keyboard.press("Escape")
        await page.keyboard.press("b")
        await page.keyboard.press("j")
        card = page.locator("section.card").filter(has=page.locator("#stop-to"))
        await card.wait_for()
        await page.keyboard.press("t")
        await page.keyboard.press("ArrowDown")
        await card.get_by_text("the case changes hands too").wait_for()
        before = {stop["case_id"]: stop["user_id"] for stop in await published(job_database, world)}
        await card.get_by_role("button", name="Move", exact=True).click()
        await page.get_by_text("The plan is changed").wait_for()
    after = {stop["case_id"]: stop["user_id"] for stop in await published(job_database, world)}
    assert len([case for case in after if after[case] != before[case]]) == 1


async def test_a_stop_is_dragged_onto_another_person_with_its_price_first(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """RT-3: the lead drags a stop of Mei's on the time line onto Bo's; nothing changes before the price was seen."""
    await publish_plan(job_database, world, world.cases[:2])
    async with office(browser, site, await entrance(world.lin)) as page:
        await ready(page)
        shift = page.get_by_role("region", name="The shift")
        piece = shift.get_by_role("button", name=re.compile(f"^{NAMES[1]},"))
        await piece.drag_to(shift.get_by_role("group", name="Bo", exact=True))
        card = page.locator("section.card").filter(has=page.locator("#stop-to"))
        await card.get_by_text("the case changes hands too").wait_for()
        assert {stop["user_id"] for stop in await published(job_database, world)} == {world.mei}
        await card.get_by_role("button", name="Move", exact=True).click()
        await page.get_by_text("The plan is changed").wait_for()
    after = {stop["case_id"]: stop["user_id"] for stop in await published(job_database, world)}
    assert after == {world.cases[0]: world.mei, world.cases[1]: world.bo}


async def test_a_conflict_is_decided_with_both_values_side_by_side(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """OF-7: the lead keeps what came earlier; all that was written stays in the history, the decision over it."""
    ids = await make_conflict(job_database, world)
    async with office(browser, site, await entrance(world.lin)) as page:
        card = page.get_by_role("article").filter(has_text=NAMES[0])
        await card.get_by_text("again on Wednesday").wait_for()
        await card.get_by_text("not before Friday").wait_for()
        await card.get_by_role("button", name="Keep Mei's").click()
        await page.get_by_text("Nothing waits for you.").wait_for()
    async with job_database.pool.acquire() as raw:
        fact = await raw.fetchrow(
            "SELECT value #>> '{}', edited_by, cardinality(heads), others FROM case_facts WHERE case_id = $1",
            world.cases[0],
        )
        named = await raw.fetchval("SELECT base_ids FROM fact_edits WHERE user_id = $1", world.lin)
        kept = await raw.fetchval("SELECT count(*) FROM fact_edits WHERE case_id = $1", world.cases[0])
    assert tuple(fact) == ("again on Wednesday", world.lin, 1, [])
    assert (set(named), kept) == (set(ids), 3)


async def test_a_lead_writes_what_holds_over_all_that_was_written(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """OF-7: neither value, but what the lead found out; both stay in the history."""
    await make_conflict(job_database, world, "door_note")
    async with office(browser, site, await entrance(world.lin)) as page:
        card = page.get_by_role("article").filter(has_text=NAMES[0])
        await card.get_by_role("button", name="Write something else").click()
        await card.get_by_label("at the door").fill("the gate is green since May")
        await card.get_by_role("button", name="Save").click()
        await page.get_by_text("Nothing waits for you.").wait_for()
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT value #>> '{}', edited_by, version FROM case_facts WHERE case_id = $1", world.cases[0]
        )
    assert tuple(row) == ("the gate is green since May", world.lin, 3)


async def test_a_refused_visit_counts_when_the_lead_says_so(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """OF-7: Mei was at a door that had gone to Bo meanwhile; the lead reads what and why, explains, and it counts."""
    async with office(browser, site, await entrance(world.lin)) as lead, open_phone() as phone:
        await sign_in(phone, site, await entrance(world.mei))
        await ready(lead)
        await phone.context.set_offline(offline=True)
        await lead.keyboard.press("a")
        await lead.get_by_role("checkbox", name=NAMES[0]).check()
        await lead.locator("#team-target").select_option(label="Bo")
        await lead.get_by_role("button", name="Assign 1").click()
        await lead.get_by_text("1 case changed hands").wait_for()
        await lead.keyboard.press("Escape")
        await lead.keyboard.press("b")
        await visit_nobody_home(phone, world, world.cases[0])
        await phone.context.set_offline(offline=False)
        card = lead.get_by_role("article").filter(has_text=NAMES[0])
        await card.get_by_text("Nobody home").wait_for()
        await card.get_by_text("taken over by somebody else").wait_for()
        await card.get_by_role("button", name="Let it count").click()
        await card.get_by_label("Why you decide so").fill("she stood before the door already")
        await card.get_by_role("button", name="Let it count").click()
        await lead.get_by_text("Nothing waits for you.").wait_for()
    async with job_database.pool.acquire() as raw:
        found = await raw.fetch("SELECT user_id, result FROM visits WHERE tenant_id = $1", world.tenant_id)
    assert [(row["user_id"], row["result"]) for row in found] == [(world.mei, "NOT_HOME")]


async def test_a_shape_is_kept_as_a_territory_and_gives_its_cases(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """AL-1: drawn once, named, and chosen by its name: all doors within go to Mei."""
    async with office(browser, site, await entrance(world.lin)) as page:
        await ready(page)
        await page.keyboard.press("m")
        await page.get_by_role("checkbox", name=NAMES[0]).wait_for()
        await map_stands(page)
        box = await page.locator("section.map").bounding_box()
        assert box is not None
        for across, down in ((0.02, 0.02), (0.98, 0.02), (0.98, 0.97), (0.02, 0.97)):
            await page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        await page.get_by_label("Keep it as a territory named").fill("All of town")
        await page.get_by_role("button", name="Keep", exact=True).click()
        await page.locator("#team-target").select_option(label="Mei")
        await page.get_by_text("3 cases would change hands").wait_for()
        await page.get_by_role("button", name="Assign 3").click()
        await page.get_by_text("3 cases changed hands").wait_for()
    async with job_database.pool.acquire() as raw:
        names = await raw.fetch("SELECT name FROM territories WHERE tenant_id = $1", world.tenant_id)
    assert [row["name"] for row in names] == ["All of town"]
    assert [await holder_of(job_database, case) for case in world.cases] == [world.mei] * 6


async def test_a_territory_is_drawn_anew_given_to_somebody_and_taken_off_the_map(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """RT-4: the shape changes, cases stay with whom they are, and the journal keeps each shape."""
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO territories (id, tenant_id, team_id, name, area) VALUES ($1, $2, $3, 'Corner',"
            " ST_GeogFromText('POLYGON((120.1 30.2, 120.11 30.2, 120.11 30.21, 120.1 30.2))'))",
            new_id(), world.tenant_id, world.field_team_id,
        )  # fmt: skip
    async with office(browser, site, await entrance(world.lin)) as page:
        await ready(page)
        await page.keyboard.press("a")
        await page.get_by_role("button", name="Territory", exact=True).click()
        await page.get_by_role("combobox", name="Territory").select_option(label="Corner · whole team · 0 cases")
        await page.get_by_text("Change this territory").click()
        await page.get_by_label("Its name").fill("All of town")
        await page.get_by_label("Whose ground it is").select_option(label="Bo")
        await page.get_by_role("button", name="Draw it anew").click()
        await map_stands(page)
        box = await page.locator("section.map").bounding_box()
        assert box is not None
        for across, down in ((0.02, 0.02), (0.98, 0.02), (0.98, 0.97), (0.02, 0.97)):
            await page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        await page.get_by_role("button", name="Save the territory").click()
        options = page.get_by_role("combobox", name="Territory").locator("option")
        await options.filter(has_text="All of town · Bo · 6 cases").wait_for(state="attached")
        await page.get_by_role("button", name="Take it off the map").click()
        await page.get_by_text("Cases stay with whom they are.").wait_for()
        await page.get_by_role("button", name="Take it off the map").click()
        await page.get_by_text("The territory is off the map").wait_for()
        await expect(options).to_have_count(1)
    async with job_database.pool.acquire() as raw:
        kept = """SELECT kind, jsonb_array_length(payload->'area') FROM events
        WHERE tenant_id = $1 AND kind LIKE 'territory.%' ORDER BY id"""
        told = [tuple(row) for row in await raw.fetch(kept, world.tenant_id)]
    assert told == [("territory.changed", 4), ("territory.removed", 4)]
    assert await holder_of(job_database, world.cases[0]) == world.mei


async def test_a_must_visit_is_put_on_the_plan_sheet_and_stays_when_the_day_is_planned_anew(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """RT-1: one that can be is visited, one without a door is told with its reason, and a new plan keeps both."""
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE cases SET door = NULL, door_address_id = NULL WHERE id = $1", world.cases[3])
    async with office(browser, site, await entrance(world.lin)) as page:
        await ready(page)
        await page.keyboard.press("d")
        await page.keyboard.press("l")
        for name in (NAMES[5], NAMES[3]):
            await page.get_by_label("Add a case by name or number").fill(name)
            await page.get_by_role("button", name=re.compile(f"^{name}")).click()
        await page.get_by_text("Must be visited: 2").wait_for()
        await page.get_by_label("Time to plan").select_option("2")
        for _ in range(2):
            await page.locator("form").get_by_role("button", name="Plan", exact=True).click()
            await page.get_by_role("heading", name=re.compile("^Planning")).wait_for()
            await page.get_by_text("One must-visit is not in the plan").wait_for()
            await page.get_by_text(f"{NAMES[3]}: no known door").wait_for()
            await page.get_by_text("Must be visited: 2").wait_for()
        await page.get_by_role("button", name=f"{NAMES[3]} need not be visited").click()
        await page.get_by_text("Must be visited: 1").wait_for()
    async with job_database.pool.acquire() as raw:
        musts = await raw.fetch("SELECT case_id FROM stops WHERE tenant_id = $1 AND is_must", world.tenant_id)
    assert [row["case_id"] for row in musts] == [world.cases[5]] * 2


async def test_a_visit_on_a_phone_is_on_the_board_within_two_seconds(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AL-4: the lead does nothing; the stop is done on the board as soon as the phone has synced."""
    stops = await publish_plan(job_database, world, world.cases[:2])
    async with office(browser, site, await entrance(world.lin)) as lead, open_phone() as phone:
        await sign_in(phone, site, await entrance(world.mei))
        row = lead.get_by_role("row").filter(has_text="Mei")
        await expect(row).to_contain_text("0/2")
        await visit_nobody_home(phone, world, world.cases[0], stops[0])
        await phone.get_by_role("heading", name="On the server").wait_for()
        await expect(row).to_contain_text("1/2", timeout=SEEN_WITHIN_MS)


async def test_on_a_phone_a_lead_sees_who_is_where_decides_and_gives_cases(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """AD-4: one app on desk and phone: board first, the map a tap away, a case given; nothing wider than the phone."""
    await make_conflict(job_database, world)
    async with office(browser, site, await entrance(world.lin), size=PHONE) as page:
        await page.get_by_role("button", name="Keep Mei's").click()
        await page.get_by_text("Nothing waits for you.").wait_for()
        await page.get_by_role("row").filter(has_text="Bo").wait_for()
        await page.get_by_role("button", name="Map", exact=True).click()
        await page.locator(".maplibregl-canvas").wait_for()
        await page.get_by_role("button", name="Cases", exact=True).click()
        await page.get_by_role("checkbox", name=NAMES[5]).check()
        await page.locator("#team-target").select_option(label="Mei")
        await page.get_by_role("button", name="Assign 1").click()
        await page.get_by_text("1 case changed hands").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    assert await holder_of(job_database, world.cases[5]) == world.mei


@pytest.mark.parametrize("theme", ["light", "dark", "outdoors"])
async def test_the_screen_of_the_lead_has_no_serious_finding(
    theme: str, site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """AD-6: axe on board, cases and plan, with a plan on the time line and a stop open."""
    await make_conflict(job_database, world)
    async with office(browser, site, await entrance(world.lin), theme=theme) as page:
        await page.get_by_role("button", name="Keep Mei's").wait_for()
        await plan_tomorrow(page)
        found = await findings(page)
        await page.get_by_role("region", name="The shift").wait_for()
        await page.keyboard.press("Escape")
        await page.keyboard.press("b")
        await page.keyboard.press("j")
        await page.locator("#stop-to").wait_for()
        found += await findings(page)
        await page.keyboard.press("a")
        await page.get_by_role("checkbox", name=NAMES[0]).wait_for()
        found += await findings(page)
        await page.keyboard.press("l")
        await page.get_by_text("Who works").wait_for()
        found += await findings(page)
    assert found == []
