"""Does compliance work through exceptions with the keyboard, and see dates, stops, law and verdicts?"""

from datetime import date

import pytest
from playwright.async_api import Browser, expect

from backend.compliance.calendars import import_calendar
from backend.compliance.choosing import shipped_packs
from backend.compliance.findings import lint_notes
from backend.compliance.judging import judge
from backend.compliance.limitation_jobs import watch_tenant
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.backend.compliance.test_assembling import ask
from tests.backend.compliance.test_calendars import resting
from tests.backend.compliance.test_limitation_commands import due, paid
from tests.backend.sync.phone import NOW
from tests.pwa.conftest import Entrance
from tests.pwa.office import office
from tests.pwa.test_screens import findings
from tests.world import World

pytestmark = pytest.mark.browser

RAISE = """
INSERT INTO compliance_exceptions (id, tenant_id, case_id, channel, source_id, verdict_id, rule_ids, user_id,
    happened_at) VALUES ($1, $2, $3, 'call', $1, $4, $5, $6, $7)
"""


@pytest.fixture
async def book(database: Database, job_database: Database, world: World) -> dict[str, str]:
    """Two calls in the night, a note with a threat, dates that come near, and a calendar."""
    act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=NOW)
    asked = [ask(world, case, at=NOW.replace(hour=23)) for case in (0, 4)]
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        judged = [one for one in await judge(raw, act, asked, shipped_packs()) if one is not None]
        await import_calendar(raw, act, resting(date(2026, 10, 1)))
    note, threat = new_id(), "他不接电话,我告诉他不还钱就后果自负。"
    async with job_database.pool.acquire() as raw, raw.transaction():
        for case, one in zip((0, 4), judged, strict=True):
            await raw.execute(
                RAISE, new_id(), world.tenant_id, world.cases[case], one.id, one.verdict.rule_ids, world.mei, NOW
            )
        await raw.execute(
            "INSERT INTO calls (id, tenant_id, case_id, user_id, result, party, started_at, ended_at, note)"
            " VALUES ($1, $2, $3, $4, 'REFUSES', 'obligor', $5, $5, $6)",
            note, world.tenant_id, world.cases[1], world.bo, NOW, threat,
        )  # fmt: skip
        await lint_notes(raw, world.tenant_id, "call", [note], NOW)
    for case, on in enumerate((date(2023, 11, 1), date(2023, 12, 20), date(2024, 2, 10), date(2024, 6, 30))):
        await due(job_database, world, case, on)
    await paid(job_database, world, 3, date(2024, 8, 1))
    await watch_tenant(job_database, world.tenant_id, clock.now())
    return {"verdict": str(judged[0].id)}


@pytest.mark.usefixtures("book")
async def test_exceptions_are_worked_through_with_the_keyboard(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    async with office(browser, site, await entrance(world.lin)) as page:
        await page.goto(f"{site}/law")
        listed = page.get_by_label("Exceptions", exact=True).get_by_role("row")
        await expect(listed).to_have_count(4)
        await page.keyboard.press("j")
        await expect(page.get_by_text("Next lawful moment")).to_be_visible()
        await expect(page.get_by_text("comes out again", exact=True)).to_be_visible()
        assert await findings(page) == []
        await page.keyboard.press("u")
        await page.get_by_label("Why it was a breach").fill("nobody agreed to that hour")
        await page.get_by_role("button", name="A breach").last.click()
        await expect(listed).to_have_count(3)
        await page.goto(f"{site}/law/exceptions?sort=note")
        await page.get_by_role("button", name="Bo", exact=True).click()
        await expect(page.locator("mark")).to_have_text("后果自负")
    states = await job_database.pool.fetch(
        "SELECT state, reason FROM compliance_exceptions WHERE tenant_id = $1 AND state <> 'open'", world.tenant_id
    )
    assert [tuple(row) for row in states] == [("upheld", "nobody agreed to that hour")]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_dates_stops_law_and_a_verdict_are_read(
    theme: str, site: str, browser: Browser, entrance: Entrance, world: World, book: dict[str, str]
) -> None:
    async with office(browser, site, await entrance(world.lin), theme=theme) as page:
        await page.goto(f"{site}/law/limitation?from=2026-10-01")
        await page.get_by_role("row", name="王小雨").get_by_role("button").click()
        await expect(page.get_by_text("How computed")).to_be_visible()
        await expect(page.get_by_text("never after 2043-11-01")).to_be_visible()
        found = await findings(page)
        await page.keyboard.press("n")
        await page.get_by_label("When").fill("2026-06-30")
        await page.get_by_label("Which").fill("folder 3, sheet 12")
        found += await findings(page)
        await page.get_by_role("button", name="Write down", exact=True).click()
        await expect(page.get_by_text("document folder 3, sheet 12")).to_be_visible()
        await expect(page.get_by_role("row", name="王小雨")).to_have_count(0)
        await page.goto(f"{site}/law/stops")
        await page.get_by_text("Nothing stands").wait_for()
        await page.keyboard.press("n")
        await page.get_by_label("Which case").fill("王小雨")
        await page.get_by_role("button", name="王小雨 · R-000001").click()
        await page.get_by_label("Why").fill("the cellar is flooded")
        await page.get_by_role("dialog").get_by_role("button", name="Freeze", exact=True).click()
        await expect(page.get_by_role("row", name="the cellar is flooded")).to_be_visible()
        found += await findings(page)
        await page.goto(f"{site}/law/packs")
        await expect(page.get_by_text("Nobody has certified it")).to_be_visible()
        found += await findings(page)
        await page.goto(f"{site}/law/verdict/{book['verdict']}")
        await expect(page.get_by_text("comes out again", exact=True)).to_be_visible()
        found += await findings(page)
    assert found == []
