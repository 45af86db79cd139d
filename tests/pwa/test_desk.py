"""Does a caller work with the hands on the keyboard, each person once, each thing typed once?"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.hours import make_it_day
from tests.pwa.conftest import Entrance
from tests.pwa.office import PHONE, office
from tests.pwa.test_screens import findings
from tests.world import NAMES, World

pytestmark = pytest.mark.browser

HEAD = "main h2.title"
"""The name of the open case."""


@pytest.fixture(autouse=True)
async def _by_day(job_database: Database, world: World) -> None:
    await make_it_day(job_database, world)


async def calls_of(jobs: Database, world: World) -> list[Mapping[str, Any]]:
    """Return the calls of the tenant, the oldest first."""
    async with jobs.pool.acquire() as raw:
        rows: list[Mapping[str, Any]] = await raw.fetch(
            "SELECT * FROM calls WHERE tenant_id = $1 ORDER BY recorded_at", world.tenant_id
        )
        return rows


async def test_a_call_is_logged_in_three_keys_and_the_next_person_is_there(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """AL-3: N gives the best next person; C, 8, Enter log that nobody answered and open the next."""
    async with office(browser, site, await entrance(world.cai)) as page:
        await page.get_by_role("button", name=NAMES[0]).wait_for()
        await page.keyboard.press("n")
        await page.get_by_text("Yours alone until").wait_for()
        first = await page.locator(HEAD).inner_text()
        await page.keyboard.press("c")
        await page.get_by_role("timer").wait_for()
        await page.keyboard.press("8")
        await page.keyboard.press("Enter")
        await page.get_by_text("Saved ").wait_for()
        await expect(page.locator(HEAD)).not_to_have_text(first)
    calls = await calls_of(job_database, world)
    assert [(NAMES[world.cases.index(call["case_id"])], call["result"], call["user_id"]) for call in calls] == [
        (first, "NO_ANSWER", world.cai)
    ]
    async with job_database.pool.acquire() as raw:
        kinds = await raw.fetch(
            "SELECT kind FROM events WHERE tenant_id = $1 AND actor_id = $2", world.tenant_id, world.cai
        )
        permits = await raw.fetch(
            "SELECT contact_id FROM contact_permit_ends WHERE tenant_id = $1 AND ending = 'used'", world.tenant_id
        )
    assert {"contact.judged", "contact.revealed"} <= {row["kind"] for row in kinds}
    assert [row["contact_id"] for row in permits] == [calls[0]["id"]]


async def test_a_frozen_case_is_never_dialled_and_says_why(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """The act pane says no with the rule's words; C, pressed all the same, shows no number and draws no permit."""
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO contact_stops (id, tenant_id, obligor_id, case_id, kind, since, reason)"
            " VALUES ($1, $2, $3, $4, 'freeze', now(), 'asked by the lead')",
            new_id(), world.tenant_id, world.obligors[0], world.cases[0],
        )  # fmt: skip
    async with office(browser, site, await entrance(world.cai)) as page:
        row = page.get_by_role("button", name=NAMES[0])
        await expect(row).to_contain_text("the law lets nobody call now")
        await row.click()
        said = page.locator(".acting .verdict")
        await expect(said).to_contain_text("No call to this number")
        await expect(said).to_contain_text("All contact is frozen for this case")
        async with page.expect_response("**/dial"):
            await page.keyboard.press("c")
        await expect(page.get_by_role("timer")).to_have_count(0)
    async with job_database.pool.acquire() as raw:
        assert await raw.fetchval("SELECT count(*) FROM contact_permits WHERE tenant_id = $1", world.tenant_id) == 0


async def test_a_promise_is_one_key_and_enter_and_can_be_taken_back(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """PP-1: 1 suggests all that is overdue until Friday; Z within five seconds takes the call and its promise back."""
    async with office(browser, site, await entrance(world.cai)) as page:
        await page.get_by_role("button", name=NAMES[0]).wait_for()
        await page.keyboard.press("n")
        await page.get_by_text("Yours alone until").wait_for()
        first = await page.locator(HEAD).inner_text()
        await page.keyboard.press("1")
        await page.keyboard.press("Enter")
        await page.get_by_text("Saved ").wait_for()
        await page.keyboard.press("z")
        await page.get_by_text("Taken back", exact=True).wait_for()
        await expect(page.locator(HEAD)).to_have_text(first)
    (call,) = await calls_of(job_database, world)
    assert call["result"] == "RPC_PROMISE"
    assert call["withdrawn_at"] is not None
    async with job_database.pool.acquire() as raw:
        states = [
            row["state"] for row in await raw.fetch("SELECT state FROM promises WHERE tenant_id = $1", world.tenant_id)
        ]
    assert states == ["cancelled"]


async def test_two_callers_never_have_the_same_next_person(
    site: str, browser: Browser, entrance: Entrance, world: World
) -> None:
    """AL-3: Cai and Lin press N at once and get different people; the other's is hatched, with the name."""
    async with (
        office(browser, site, await entrance(world.cai)) as cai,
        office(browser, site, await entrance(world.lin)) as lin,
    ):
        await lin.get_by_role("link", name="Desk").click()
        await asyncio.gather(*(page.get_by_role("button", name=NAMES[0]).wait_for() for page in (cai, lin)))
        await asyncio.gather(cai.keyboard.press("n"), lin.keyboard.press("n"))
        await asyncio.gather(*(page.get_by_text("Yours alone until").wait_for() for page in (cai, lin)))
        names = [await page.locator(HEAD).inner_text() for page in (cai, lin)]
        assert names[0] != names[1]
        await cai.reload()
        await cai.get_by_text("with Lin").first.wait_for()


async def test_a_question_that_closes_leaves_the_next_one_open(
    site: str, browser: Browser, entrance: Entrance, world: World
) -> None:
    """The browser tells of a closed dialog a moment later; by then a quick hand has opened another."""
    async with office(browser, site, await entrance(world.cai)) as page:
        await page.get_by_role("button", name=NAMES[0]).wait_for()
        await page.keyboard.press("?")
        await page.get_by_role("button", name="Close").wait_for()
        await page.evaluate(
            """async () => {
                document.querySelector('dialog[open] .close').click();
                await Promise.resolve();
                dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, cancelable: true }));
                await new Promise((go) => setTimeout(go, 300));
            }"""
        )
        assert await page.get_by_role("combobox").is_visible()


async def test_single_keys_rest_while_somebody_types_and_can_be_switched_off(
    site: str, browser: Browser, entrance: Entrance, world: World
) -> None:
    """AD-6: WCAG 2.1.4; the list of keys holds the switch."""
    async with office(browser, site, await entrance(world.cai)) as page:
        await page.get_by_role("button", name=NAMES[0]).wait_for()
        await page.keyboard.press("/")
        await page.keyboard.type("nann")
        await expect(page.get_by_role("searchbox")).to_have_value("nann")
        await expect(page.get_by_text("Yours alone until")).to_have_count(0)
        await page.keyboard.press("Escape")
        await page.keyboard.press("?")
        await page.get_by_role("checkbox", name="Single keys act").uncheck()
        await page.get_by_role("button", name="Close").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.keyboard.press("n")
        # A key with control acts and is seen: by then the single key before it would have acted too.
        await page.keyboard.press("Control+k")
        await page.get_by_role("combobox").wait_for()
        await expect(page.get_by_text("Yours alone until")).to_have_count(0)


async def test_a_key_is_changed_without_a_mouse_and_acts_from_then_on(
    site: str, browser: Browser, entrance: Entrance, world: World
) -> None:
    """TD-1, AD-6: WCAG 2.1.4; a conflict names the other action, the new key is kept on this browser and shown."""
    async with office(browser, site, await entrance(world.cai)) as page:
        await page.get_by_role("button", name=NAMES[0]).wait_for()
        await page.keyboard.press("?")
        said = page.get_by_role("dialog").get_by_role("status")
        next_person = page.get_by_role("button", name=re.compile("^next person: "))
        await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        for _ in range(6):
            if await next_person.evaluate("one => one === document.activeElement"):
                break
            await page.keyboard.press("Tab")
        await expect(next_person).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(said).to_contain_text("Press the new key for “next person”")
        await page.keyboard.press("c")
        await expect(said).to_contain_text("C is already “show the number")
        await page.keyboard.press("Control+w")
        await expect(said).to_contain_text("belongs to the browser")
        await page.keyboard.press("m")
        await expect(said).to_contain_text("“next person” is now M.")
        await page.keyboard.press("Escape")
        await page.reload()
        await page.get_by_text("M gives you the next best person").wait_for()
        await page.keyboard.press("n")
        await expect(page.get_by_role("button", name="Next person").locator("kbd")).to_have_text("M")
        await page.keyboard.press("m")
        await page.get_by_text("Yours alone until").wait_for()
        await page.keyboard.press("?")
        await page.get_by_role("button", name="Suggested keys").click()
        await expect(page.get_by_role("button", name=re.compile("^next person: N"))).to_be_visible()


async def test_the_palette_finds_a_person_with_what_is_owed_by_keys_alone(
    site: str, browser: Browser, entrance: Entrance, world: World
) -> None:
    """TD-1: Ctrl+K, a name, Enter; the amount and why stand beside it. A search that fails says so."""
    async with office(browser, site, await entrance(world.cai)) as page:
        await page.get_by_role("button", name=NAMES[0]).wait_for()
        await page.keyboard.press("Control+k")
        await page.keyboard.type("zzzz")
        await page.get_by_text("Nothing fits").wait_for()
        await page.keyboard.press("Control+a")
        await page.keyboard.type("Anna")
        found = page.get_by_role("option", name="Anna Field")
        await expect(found).to_contain_text("days")
        await expect(found).to_contain_text("¥")
        await page.keyboard.press("Enter")
        await expect(page.locator(HEAD)).to_have_text("Anna Field")
        await page.context.set_offline(offline=True)
        await page.keyboard.press("Control+k")
        await page.keyboard.type("Wang")
        await page.get_by_text("The search failed: ").wait_for()
        await page.context.set_offline(offline=False)


async def test_on_a_phone_a_call_is_logged_by_thumb(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """AD-4: queue, case, call one at a time; nothing is wider than the phone, the button to save is in sight."""
    async with office(browser, site, await entrance(world.cai), size=PHONE) as page:
        await page.get_by_role("button", name="Next person").click()
        await page.locator(HEAD).wait_for()
        await page.get_by_role("group", name="What is shown").get_by_role("button", name="Call").click()
        await page.get_by_text("Yours alone until").wait_for()
        await page.get_by_role("button", name="Promised to pay").click()
        await expect(page.get_by_role("button", name="Save, next person")).to_be_in_viewport(ratio=1)
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        await page.get_by_role("button", name="Save, next person").click()
        await page.get_by_text("Saved ").wait_for()
    (call,) = await calls_of(job_database, world)
    assert call["result"] == "RPC_PROMISE"


async def test_search_finds_a_person_and_a_result_that_needs_a_note_asks_for_it(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database
) -> None:
    """A dispute without a note is not saved; the field has the focus."""
    async with office(browser, site, await entrance(world.cai)) as page:
        await page.get_by_role("button", name=NAMES[0]).wait_for()
        await page.keyboard.press("/")
        await page.keyboard.type("Anna")
        await page.get_by_role("list", name="Found").get_by_role("button").click()
        await expect(page.locator(HEAD)).to_have_text("Anna Field")
        await page.keyboard.press("5")
        await expect(page.get_by_label("Note")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.get_by_text("This result needs a note.").wait_for()
        assert await calls_of(job_database, world) == []
        await page.keyboard.type("says that the fee is wrong")
        await page.keyboard.press("Enter")
        await page.get_by_text("Saved ").wait_for()
    (call,) = await calls_of(job_database, world)
    assert (call["result"], call["note"]) == ("RPC_DISPUTE", "says that the fee is wrong")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_desk_has_no_serious_finding(
    theme: str, site: str, browser: Browser, entrance: Entrance, world: World
) -> None:
    """AD-6: axe, with a case open, a result chosen, the list of keys and the palette."""
    async with office(browser, site, await entrance(world.cai), theme=theme) as page:
        await page.get_by_role("button", name=NAMES[0]).wait_for()
        found = await findings(page)
        await page.keyboard.press("n")
        await page.get_by_text("Yours alone until").wait_for()
        await page.keyboard.press("1")
        found += await findings(page)
        await page.keyboard.press("?")
        found += await findings(page)
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+k")
        found += await findings(page)
    assert found == []
