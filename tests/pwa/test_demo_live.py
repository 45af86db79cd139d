"""Does a lead see the demo live on the board without reloading, and stop it and let it go on by the switch?"""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from backend.app.demo.ensure import ensure_demo
from backend.identity.schemas import UserRole
from tests import databases
from tests.pwa.conftest import Entrance
from tests.pwa.office import PHONE, office
from tests.pwa.test_screens import findings
from tests.server import started
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("dist")]

SEEN_WITHIN_MS = 120_000
"""A whole first visit: the way there, the time at the door, and before it a plan when this runs in the evening."""

TWO_STEPS_S = 5.0
SOME_DONE = re.compile(r"[1-9]\d*/\d+")


class Stage(NamedTuple):
    """A demo that is served; `raw` is a superuser's connection."""

    origin: str
    url: str
    data: Path
    tokens: dict[UserRole, str]
    raw: asyncpg.Connection


@pytest.fixture
async def stage(cluster: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Make the demo on a database of its own and serve it; nobody lives in it yet."""
    monkeypatch.setenv("ROUNDS_DEMO_LIVE", "1")
    monkeypatch.setenv("ROUNDS_DEMO_PACE", "200")
    admin_url, login_url = cluster
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    tokens = {one.role: one.token for one in await ensure_demo(url, tmp_path, language="en")}
    raw = await asyncpg.connect(databases.with_database(admin_url, name))
    with started("backend.app.asgi:app", url, tmp_path) as served:
        yield Stage(origin=served.origin, url=url, data=tmp_path, tokens=tokens, raw=raw)
    await raw.close()
    await databases.remove(admin_url, name)


@contextmanager
def life(stage: Stage) -> Iterator[None]:
    """Let the demo live, in a process as the product starts it."""
    environment = {**os.environ, "DATABASE_URL": stage.url, "ROUNDS_DATA": str(stage.data)}
    arguments = [sys.executable, "-m", "backend.app.demo.live.process"]
    process = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL)
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


async def items(stage: Stage) -> int:
    """Return how many items the demo's phones have sent."""
    return int(await stage.raw.fetchval("SELECT count(*) FROM mutations"))


async def more_than(stage: Stage, before: int) -> None:
    """Wait until the demo's phones have sent more."""
    for _ in range(SEEN_WITHIN_MS // 200):
        if await items(stage) > before:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("nobody acts")


async def turned(page: Page, *, is_on: bool) -> None:
    """Wait until the switch stands so."""
    await expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true" if is_on else "false")


@pytest.mark.slow
async def test_visits_appear_by_themselves_until_the_switch_stops_them(browser: Browser, stage: Stage) -> None:
    """DESIGN: the demo is alive, and a switch stops it; by keyboard."""
    async with office(browser, stage.origin, stage.tokens[UserRole.LEAD]) as page:
        await turned(page, is_on=True)
        assert await findings(page) == []
        with life(stage):
            await expect(page.get_by_role("row").filter(has_text=SOME_DONE).first).to_be_visible(timeout=SEEN_WITHIN_MS)
            await page.get_by_role("switch").focus()
            await page.keyboard.press("Space")
            await turned(page, is_on=False)
            assert await stage.raw.fetchval("SELECT is_on FROM demo_switches") is False
            await asyncio.sleep(TWO_STEPS_S)
            before = await items(stage)
            await asyncio.sleep(TWO_STEPS_S)
            assert await items(stage) == before
            await page.keyboard.press("Enter")
            await turned(page, is_on=True)
            await more_than(stage, before)
        told = await stage.raw.fetch(
            "SELECT payload->>'is_on' AS is_on FROM events WHERE kind = 'demo.switched' ORDER BY id"
        )
        assert [row["is_on"] for row in told] == ["false", "true"]


async def test_an_administrator_has_the_switch_too_and_another_screen_hears_of_it(
    browser: Browser, stage: Stage
) -> None:
    async with (
        office(browser, stage.origin, stage.tokens[UserRole.LEAD], size=PHONE) as lead,
        office(browser, stage.origin, stage.tokens[UserRole.ADMIN]) as admin,
    ):
        await turned(lead, is_on=True)
        assert await findings(lead) == []
        await admin.get_by_role("switch").click()
        await turned(admin, is_on=False)
        await turned(lead, is_on=False)


async def test_another_lender_has_no_switch(browser: Browser, site: str, world: World, entrance: Entrance) -> None:
    async with office(browser, site, await entrance(world.lin)) as page:
        await page.get_by_role("row").filter(has_text="Mei").wait_for()
        async with page.expect_response("**/v1/demo/live") as answer:
            await page.reload()
        assert (await (await answer.value).json())["is_demo"] is False
        await page.get_by_role("row").filter(has_text="Mei").wait_for()
        await expect(page.get_by_role("switch")).to_have_count(0)
