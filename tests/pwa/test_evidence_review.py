"""Does whoever reviews see first what is most worth a look, say a word, and hold what must not go?"""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from backend.evidence.storage import open_storage
from backend.kernel.clock import local_day
from backend.kernel.db import Database
from tests.backend.evidence import shots
from tests.backend.evidence.phones import upload
from tests.backend.evidence.signing import Camera, record, register
from tests.backend.evidence.test_examining import examine_all
from tests.backend.evidence.visiting import visit
from tests.pwa.conftest import Entrance
from tests.pwa.office import PHONE, office
from tests.pwa.test_screens import findings
from tests.pwa.waiting import drawn
from tests.world import MORNING, PLACES, ZONE, World

pytestmark = pytest.mark.browser

LIST = f"/evidence?until={local_day(MORNING + timedelta(hours=2), ZONE)}"
FAR = {"lat_e7": 302_620_000, "lon_e7": 1_201_580_000, "accuracy_m": 30, "age_ms": 4000}
AT_DOOR = {"lat_e7": round(PLACES[0][0] * 1e7), "lon_e7": round(PLACES[0][1] * 1e7), "accuracy_m": 12, "age_ms": 900}
Dbs = tuple[Database, Database]
DUE = """
INSERT INTO evidence_deletions (evidence_id, tenant_id, case_id, basis, due_at, found_at)
SELECT id, tenant_id, case_id, 'five years', now() - interval '1 day', now() FROM evidence
WHERE tenant_id = $1 AND case_id = $2
"""


async def go_there(databases: Dbs, world: World, camera: Camera, case: int, pieces: list[tuple[bytes, object]]) -> UUID:
    """Write a visit to the door of a case with photos of these bytes, each with what the phone said of its place."""
    database, jobs = databases
    minutes = 20 * camera.number
    visit_id = await visit(jobs, world, camera.user_id, case, minutes)
    await jobs.pool.execute(
        "UPDATE visits SET address_id = $2, result = 'NOT_HOME' WHERE id = $1", visit_id, world.addresses[case]
    )
    named = []
    for n, (content, changes) in enumerate(pieces):
        told = {"visit_id": visit_id} | msgspec.convert(changes, dict[str, object])
        shot = camera.shoot(content, world.cases[case], minutes + n, **told)
        named.append(msgspec.structs.replace(shot, visit_id=visit_id, address_id=world.addresses[case]))
    await record(database, world, camera, *named)
    return visit_id


@pytest.fixture
async def book(
    site: str, entrance: Entrance, database: Database, job_database: Database, world: World, data: Path
) -> dict[str, UUID]:
    """Three visits whose photos have arrived: one that is plain, one far from the door, one with a photo of another."""
    both = (database, job_database)
    mei, bo = await register(job_database, world, world.mei), await register(job_database, world, world.bo)
    seed = world.tenant_id.int % 1000
    own = [shots.encoded(shots.scene(1200, 900, seed + n)) for n in range(3)]
    again = shots.encoded(shots.scene(1200, 900, seed).resize((800, 600)), quality=60)
    visits = {
        "plain": await go_there(both, world, mei, 0, [(own[0], {"place": AT_DOOR})]),
        "far": await go_there(both, world, mei, 1, [(own[1], {"place": FAR, "source": "file"})]),
        "twice": await go_there(
            both, world, bo, 3, [(again, {"place": None, "clock_offset_ms": -400_000}), (own[2], {"place": None})]
        ),
    }
    for user, contents in ((world.mei, own[:2]), (world.bo, [again, own[2]])):
        async with httpx.AsyncClient(base_url=site, headers={"X-Rounds": "1", "Origin": site}) as phone:
            entered = await phone.post("/v1/session/link", json={"token": await entrance(user)})
            assert entered.status_code == 201, entered.text
            for content in contents:
                await upload(phone, content)
                await examine_all(job_database, open_storage("", data), world)
    return visits


async def open_list(page: Page, site: str) -> None:
    """Come to the list of the week in which the world lives, and wait until it stands."""
    await page.goto(f"{site}{LIST}")
    await page.get_by_role("list", name="Visits").get_by_role("button").nth(2).wait_for()


async def test_the_lead_looks_first_where_a_look_is_worth_it_and_asks(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, book: dict[str, UUID]
) -> None:
    """EV-4, EV-8: words and numbers, never an accusation; the question is kept with its reason."""
    async with office(browser, site, await entrance(world.lin)) as page:
        await open_list(page, site)
        rows = page.get_by_role("list", name="Visits").get_by_role("button")
        await expect(rows.nth(0)).to_contain_text("A photo of another visit looks the same.")
        await expect(rows.nth(1)).to_contain_text("The phone was away from the door.")
        await page.keyboard.press("j")
        large = page.get_by_role("img", name=re.compile("^Photo · Outside, "))
        await drawn(large, 301)
        await expect(page.get_by_text("There may be a simple reason")).to_be_visible()
        await expect(page.get_by_text("7 min off.")).to_be_visible()
        await page.keyboard.press("j")
        await expect(page.get_by_text("1.4 km away, accuracy ±30 m.")).to_be_visible()
        await expect(page.get_by_text("outside the fence")).to_be_visible()
        await expect(page.get_by_role("region", name="Log of custody").get_by_text("looked at").first).to_be_visible()
        assert await findings(page) == []
        await page.keyboard.press("q")
        await page.keyboard.type("Why from files?")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(rows.nth(1)).to_contain_text("asked")
    kept = await job_database.pool.fetchrow(
        "SELECT visit_id, evidence_id, state, reason, user_id FROM evidence_reviews WHERE tenant_id = $1",
        world.tenant_id,
    )
    assert tuple(kept) == (book["far"], None, "questioned", "Why from files?", world.lin)


@pytest.mark.usefixtures("book")
async def test_filters_stand_in_the_address(site: str, browser: Browser, entrance: Entrance, world: World) -> None:
    async with office(browser, site, await entrance(world.lin)) as page:
        await open_list(page, site)
        rows = page.get_by_role("list", name="Visits").get_by_role("button")
        await page.get_by_label("Collector", exact=True).select_option(label="Bo")
        await expect(rows).to_have_count(1)
        assert f"by={world.bo}" in page.url
        await page.reload()
        await expect(rows).to_have_count(1)
        await page.get_by_label("Where it stands").select_option(label="accepted")
        await page.get_by_text("No such visits").wait_for()
        await page.get_by_label("Where it stands").select_option(label="not looked at")
        await expect(rows).to_have_count(1)


@pytest.mark.usefixtures("book")
async def test_back_checks_are_drawn_by_lot(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """EV-8: whoever has the seed can draw it again; a visit that was drawn opens from the draw."""
    async with office(browser, site, await entrance(world.lin)) as page:
        await open_list(page, site)
        await page.get_by_role("button", name="Draw back-checks").click()
        await page.get_by_label("How many").fill("2")
        await page.get_by_label("Seed").fill("tuesday")
        await page.get_by_role("button", name="Draw", exact=True).click()
        await page.get_by_role("heading", name="2 of 3 visits").wait_for()
        assert await findings(page) == []
        await page.get_by_role("region", name="2 of 3 visits").get_by_role("button").first.click()
        await expect(page.get_by_role("region", name="Review")).to_contain_text("by lot, seed tuesday")
    drawn = await job_database.pool.fetch("SELECT state FROM evidence_reviews WHERE tenant_id = $1", world.tenant_id)
    assert [row["state"] for row in drawn] == ["back_check", "back_check"]


async def test_compliance_holds_and_releases_with_basis_and_reason(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, book: dict[str, UUID]
) -> None:
    """D.3: nothing of a held case is deleted; basis and reason of both steps stay."""
    await job_database.pool.execute("UPDATE users SET role = 'compliance' WHERE id = $1", world.ada)
    async with office(browser, site, await entrance(world.ada)) as page:
        await page.goto(f"{site}{LIST}&visit={book['plain']}")
        holds = page.get_by_role("region", name="Legal hold")
        await holds.get_by_role("button", name="Place a hold").click()
        await holds.get_by_label("Legal basis").select_option(label="order of a court")
        await holds.get_by_label("Reason").fill("No. 12 of 2026")
        await holds.get_by_role("button", name="Place a hold").click()
        await holds.get_by_text("order of a court: No. 12 of 2026").wait_for()
        assert await findings(page) == []
        await holds.get_by_role("button", name="Release").click()
        await holds.get_by_label("Reason").fill("case decided")
        await holds.get_by_role("button", name="Release").click()
        await holds.get_by_text("order of a court: case decided").wait_for()
    hold = await job_database.pool.fetchrow(
        "SELECT case_id, reason, release_reason, placed_by, released_by FROM evidence_holds WHERE tenant_id = $1",
        world.tenant_id,
    )
    assert tuple(hold) == (
        world.cases[0], "order of a court: No. 12 of 2026", "order of a court: case decided", world.ada, world.ada,
    )  # fmt: skip


async def test_a_redacted_copy_is_drawn_or_typed_and_shown_beside(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, book: dict[str, UUID]
) -> None:
    """D.3: what nobody else may see is black in the copy; the original stays, and the log says who made it and why."""
    async with office(browser, site, await entrance(world.lin)) as page:
        await page.goto(f"{site}{LIST}&visit={book['plain']}")
        await page.get_by_role("button", name="Redact a copy").click()
        sheet = page.get_by_role("dialog")
        picture = sheet.get_by_role("img")
        await drawn(picture, 301)
        await sheet.locator(".board").hover()  # Waits until the sheet no longer moves.
        box = await picture.bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await page.mouse.up()
        await sheet.get_by_text("from 25 % left, 25 % top: 25 × 25 %").wait_for()
        await sheet.get_by_text("Type an area instead").click()
        for name, value in (("Left %", "60"), ("Top %", "10"), ("Width %", "20"), ("Height %", "30")):
            await sheet.get_by_label(name).fill(value)
        await sheet.get_by_role("button", name="Add the area").click()
        await sheet.get_by_label("Reason").fill("a neighbour's face")
        assert await findings(page) == []
        await sheet.get_by_role("button", name="Make the copy").click()
        copies = page.get_by_role("region", name="Redacted copies")
        await copies.get_by_text("2 areas · a neighbour's face").wait_for()
        await copies.get_by_role("button", name=re.compile("^Today ")).click()
        shown = copies.get_by_role("img")
        await drawn(shown, 301)
        custody = page.get_by_role("region", name="Log of custody")
        await custody.get_by_text("redacted copy made").wait_for()
    reasons = await job_database.pool.fetch(
        "SELECT reason, made_by FROM evidence_redactions WHERE tenant_id = $1", world.tenant_id
    )
    assert [tuple(row) for row in reasons] == [("a neighbour's face", world.lin)]


@pytest.mark.usefixtures("book")
async def test_two_people_agree_before_evidence_goes(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """D.3: the second word must be somebody else's; each is kept with its name."""
    await job_database.pool.execute(
        "UPDATE users SET role = 'compliance' WHERE id = ANY($1::uuid[])", [world.ada, world.cai]
    )
    await job_database.pool.execute(DUE, world.tenant_id, world.cases[0])
    for user, told in ((world.ada, "Ada agreed; a second person is needed"), (world.cai, "Ada and Cai agreed")):
        async with office(browser, site, await entrance(user)) as page:
            await open_list(page, site)
            await page.get_by_role("button", name="Due for deletion").click()
            await page.get_by_role("checkbox").check()
            await page.get_by_role("button", name="Agree to delete 1").click()
            await page.get_by_role("dialog").get_by_text(told).wait_for()
            assert await page.get_by_role("checkbox").is_disabled()
            assert await findings(page) == []
    agreed = await job_database.pool.fetchrow(
        "SELECT first_by, second_by, deleted_at FROM evidence_deletions WHERE tenant_id = $1", world.tenant_id
    )
    assert tuple(agreed) == (world.ada, world.cai, None)


@pytest.mark.usefixtures("book")
async def test_on_a_phone_one_thing_at_a_time(site: str, browser: Browser, entrance: Entrance, world: World) -> None:
    async with office(browser, site, await entrance(world.lin), size=PHONE) as page:
        await open_list(page, site)
        await page.get_by_role("list", name="Visits").get_by_role("button").first.click()
        await page.get_by_role("heading", name="Bo · Nobody home").wait_for()
        await expect(page.get_by_role("list", name="Visits")).to_have_count(0)
        assert await page.evaluate("() => document.documentElement.scrollWidth") <= PHONE[0]
        assert await findings(page) == []
        await page.get_by_role("button", name="Back", exact=True).click()
        await page.get_by_role("list", name="Visits").wait_for()
        assert await page.evaluate("() => document.documentElement.scrollWidth") <= PHONE[0]
