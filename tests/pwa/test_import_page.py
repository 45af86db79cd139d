"""Does a book go in by hand: seen before it is read, corrected, run, the refused lines told?"""

import asyncio
import csv
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from backend.kernel.db import Database
from tests.pwa.conftest import Entrance
from tests.pwa.office import PHONE, office
from tests.pwa.test_screens import findings
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("imports_worker")]

HEAD = ("客户编号", "客户姓名", "手机号", "借据号", "贷款金额", "放款日期", "逾期金额", "逾期天数", "住址")


def book(folder: Path, *, name: str = "book.csv", lines: int = 12, bad: int = 5) -> Path:
    """Write a book of which one line has an amount that is none."""
    path = folder / name
    with path.open("w", newline="", encoding="gb18030") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for n in range(lines):
            amount = "many" if n == bad else "1234.50"
            row = (f"Z{n}", f"王{n}", f"138{n:08d}", f"ZA{n}", "20000.00", "2025-03-01", amount, "40", f"和平路 {n} 号")
            writer.writerow(row)
    return path


async def send(page: Page, path: Path) -> None:
    """Choose the file and wait until its columns are shown."""
    await page.locator("input[type=file]").set_input_files(path)
    await page.get_by_role("heading", name=path.name).wait_for()
    await page.get_by_role("rowheader", name="客户姓名").wait_for()


async def accounts_of(jobs: Database, world: World) -> int:
    """Count the loans that came in by the file."""
    async with jobs.pool.acquire() as raw:
        count: int = await raw.fetchval(
            "SELECT count(*) FROM accounts WHERE tenant_id = $1 AND external_ref LIKE 'ZA%'", world.tenant_id
        )
        return count


async def test_a_book_is_looked_at_imported_and_its_refused_line_told(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, tmp_path: Path
) -> None:
    """IN-1: eleven good lines are in, the bad one stands with line, column, reason and cell, and can be downloaded."""
    async with job_database.pool.acquire() as raw:
        # The cases of the world were numbered by hand; new numbers begin behind them.
        await raw.execute("SELECT nextval('case_numbers') FROM generate_series(1, 6)")
    async with office(browser, site, await entrance(world.ada)) as page:
        await send(page, book(tmp_path))
        await page.get_by_text("GB18030", exact=False).first.wait_for()
        await expect(page.get_by_label("Field for 逾期金额")).to_have_value("balance.overdue")
        assert await accounts_of(job_database, world) == 0
        await page.get_by_role("button", name="Import", exact=True).click()
        await page.get_by_text("The book is in").wait_for()
        row = page.get_by_role("row").filter(has_text="This is not an amount.")
        await expect(row).to_contain_text("7")
        await expect(row).to_contain_text("many")
        async with page.expect_download() as begun:
            await page.get_by_role("link", name="Download the refused lines").click()
        kept = tmp_path / "refused.csv"
        await (await begun.value).save_as(kept)
    text = await asyncio.to_thread(kept.read_text, encoding="utf-8-sig")
    assert text.count("\n") == 2, text
    assert await accounts_of(job_database, world) == 11
    assert "rounds_reason" in text
    assert '"Z5"' in text


async def test_trying_changes_nothing(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, tmp_path: Path
) -> None:
    """IN-1: a dry run counts as the real one does and leaves no row."""
    async with office(browser, site, await entrance(world.ada)) as page:
        await send(page, book(tmp_path))
        await page.get_by_label("only try, change nothing").check()
        await page.get_by_role("button", name="Try", exact=True).click()
        await page.get_by_text("Tried: nothing was changed").wait_for()
    assert await accounts_of(job_database, world) == 0


async def test_a_mapping_is_corrected_saved_by_name_and_used_again(
    site: str, browser: Browser, entrance: Entrance, world: World, tmp_path: Path
) -> None:
    """IN-1: a needed field without a column is named; put right and saved, the mapping is offered for the next file."""
    async with office(browser, site, await entrance(world.ada)) as page:
        await send(page, book(tmp_path))
        await page.get_by_label("Field for 客户编号").select_option("")
        await page.get_by_role("button", name="Import", exact=True).click()
        await page.get_by_text("needed, and no column fills it").first.wait_for()
        await page.get_by_label("Field for 客户编号").select_option("obligor.external_ref")
        await page.get_by_label("How 贷款金额 is read").select_option("wan")
        await page.get_by_label("Keep as").fill("our-bank")
        await page.get_by_role("button", name="Save the mapping").click()
        await page.get_by_text("Saved as our-bank, version 1").wait_for()
        await send(page, book(tmp_path, name="second.csv", bad=-1))
        await page.get_by_label("Read it by").select_option("our-bank")
        await expect(page.get_by_label("How 贷款金额 is read")).to_have_value("wan")
        await page.get_by_role("button", name="Import", exact=True).click()
        await page.get_by_text("The book is in").wait_for()
        await page.get_by_text("read by “our-bank”").wait_for()


async def test_a_file_that_is_no_book_is_refused_in_words(
    site: str, browser: Browser, entrance: Entrance, world: World, tmp_path: Path
) -> None:
    """A picture under the name of a table changes nothing and says what is understood."""
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    async with office(browser, site, await entrance(world.ada)) as page:
        await page.locator("input[type=file]").set_input_files(path)
        await page.get_by_text("The file cannot be read.").wait_for()


async def test_the_page_of_imports_has_no_serious_finding(
    site: str, browser: Browser, entrance: Entrance, world: World, tmp_path: Path
) -> None:
    """AD-6: axe, with a mapping to correct and with refused lines."""
    async with office(browser, site, await entrance(world.ada), theme="dark") as page:
        await send(page, book(tmp_path))
        found = await findings(page)
        await page.get_by_role("button", name="Import", exact=True).click()
        await page.get_by_text("The book is in").wait_for()
        found += await findings(page)
    assert found == []


async def test_on_a_phone_a_book_is_mapped_and_imported_in_one_column(
    site: str, browser: Browser, entrance: Entrance, world: World, job_database: Database, tmp_path: Path
) -> None:
    """AD-4: the same page at 360 px: columns as cards, nothing wider than the phone, the list one tap away."""
    async with office(browser, site, await entrance(world.ada), size=PHONE) as page:
        await send(page, book(tmp_path))
        await expect(page.get_by_role("heading", name="Imports")).to_be_hidden()
        assert await page.locator("main").evaluate("one => one.scrollWidth") == PHONE[0]
        await page.get_by_label("How 贷款金额 is read").select_option("wan")
        await page.get_by_role("button", name="Import", exact=True).click()
        await page.get_by_text("The book is in").wait_for()
        await page.get_by_role("link", name="Imports").click()
        await page.get_by_role("button", name="book.csv").wait_for()
    assert await accounts_of(job_database, world) == 11
