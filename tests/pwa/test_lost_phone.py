"""What can somebody do who has copied a phone's profile, cookie and all, and has a network?"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy2, copytree

import pytest
from playwright.async_api import Page

from backend.kernel.db import Database
from tests.pwa.conftest import NEW_PIN, PIN, SAME_PIN, Entrance, OpenPhone, let_start_cold, sign_in, unlock
from tests.pwa.day import follow, picture, visit_nobody_home
from tests.pwa.network import Network
from tests.world import World

pytestmark = pytest.mark.browser

OTHER_PIN = "739406"
ASK = """async path => {
    const answer = await fetch(path, { headers: { 'X-Rounds': '1' } });
    return [answer.status, (await answer.json()).code ?? ''];
}"""
TAKE = """async verifier => {
    const session = await (await fetch('/v1/session')).json();
    const answer = await fetch(`/v1/devices/${session.device_id}/lock`, {
        method: 'PUT', headers: { 'X-Rounds': '1', 'Content-Type': 'application/json' },
        body: JSON.stringify({ verifier }),
    });
    return [answer.status, (await answer.json()).code ?? ''];
}"""
LEFT = """async () => {
    const asked = request => new Promise(done => { request.onsuccess = () => done(request.result); });
    const name = (await indexedDB.databases()).map(one => one.name).find(one => one !== 'rounds-device');
    const db = await asked(indexedDB.open(name));
    const count = store => asked(db.transaction(store).objectStore(store).count());
    const unsent = (await asked(db.transaction('outbox').objectStore('outbox').getAll()))
        .filter(row => row.state === 'saved' || row.state === 'sending').length;
    const counts = [unsent, await count('photo_bytes')];
    db.close();
    return counts;
}"""
ONLINE = "() => dispatchEvent(new Event('online'))"


async def answers(page: Page, *paths: str) -> list[tuple[int, str]]:
    """Ask as the page could, without what only an open page holds in memory."""
    return [tuple(await page.evaluate(ASK, path)) for path in paths]


def copy_what_stays(source: str, target: str) -> str:
    """Copy a file of a browser that runs: what it takes away in that moment (old parts of its cache) stays away."""
    with suppress(FileNotFoundError):
        copy2(source, target)
    return target


async def test_the_copied_cookie_reads_nothing_from_the_server_and_cannot_set_a_pin(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """OF-9: while the real phone is open and goes on."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await asyncio.to_thread(
            copytree, tmp_path / "phone", tmp_path / "copy", symlinks=True, copy_function=copy_what_stays
        )
        (tmp_path / "copy" / "SingletonLock").unlink(missing_ok=True)
        async with open_phone("copy") as copy:
            # Chromium writes cookies to the disk within half a minute.
            await copy.context.add_cookies(
                [{"name": one["name"], "value": one["value"], "url": site} for one in await page.context.cookies()]
            )
            await copy.goto(site)
            await copy.get_by_role("heading", name="Locked").wait_for()
            assert await answers(copy, "/v1/session") == [(200, "")]
            reads = ("/v1/sync/pull", f"/v1/evidence?case_id={world.cases[0]}", f"/v1/cases/{world.cases[0]}")
            assert await answers(copy, *reads) == [(403, "device.locked")] * 3
            assert await copy.evaluate(TAKE, "A" * 43 + "=") == [403, "device.sign_in_again"]
        await follow(page, "/cases")
        await page.get_by_text("3 cases").wait_for()
        await page.evaluate(ONLINE)
        await page.get_by_role("link", name="all sent").wait_for()


async def test_a_phone_that_was_opened_without_network_shows_its_pin_to_the_server_by_itself(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """Started cold it holds nothing that opens the session; its person typed the PIN once, and is not asked again."""
    await let_start_cold(job_database, world.tenant_id)
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
    network.cut()
    async with open_phone() as page:
        await page.goto(network.origin)
        await unlock(page)
        await page.get_by_text("No plan on this phone yet").wait_for()
        network.restore()
        async with page.expect_response(lambda answer: "/sync/pull" in answer.url and answer.ok):
            await page.evaluate(ONLINE)
        await page.get_by_role("link", name="all sent").wait_for()


async def test_a_server_that_forgot_what_was_open_makes_the_phone_ask_and_nothing_is_lost(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """The PIN was changed elsewhere, as the phone sees it: it locks, and closes when its half is no more."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        async with job_database.pool.acquire() as raw:
            await raw.execute(
                "DELETE FROM session_openings USING sessions WHERE session_hash = sessions.token_hash AND user_id = $1",
                world.mei,
            )
        async with page.expect_response(lambda answer: answer.url.endswith("/unlock") and answer.ok):
            # The server remembers an open session for some seconds.
            for _ in range(20):
                await page.evaluate(ONLINE)
                await asyncio.sleep(0.5)
        await page.get_by_role("link", name="all sent").wait_for()


async def test_a_pin_is_changed_by_the_old_one_and_the_cases_stay(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, "/me")
        await page.get_by_role("link", name="Change PIN").click()
        for old, words in ((OTHER_PIN, "7 tries are left"), (PIN, "The PIN was changed")):
            await page.get_by_label("Present PIN").fill(old)
            await page.keyboard.press("Enter")
            await page.get_by_label(NEW_PIN).fill(OTHER_PIN)
            await page.keyboard.press("Enter")
            await page.get_by_label(SAME_PIN).fill(OTHER_PIN)
            await page.keyboard.press("Enter")
            await page.get_by_text(words).wait_for()
        await page.get_by_role("button", name="Lock now").click()
        await unlock(page, PIN)
        await page.get_by_text("7 tries are left").wait_for()
        await unlock(page, OTHER_PIN)
        await follow(page, "/cases")
        await page.get_by_text("3 cases").wait_for()
    async with open_phone() as page:
        await page.goto(site)
        await unlock(page, OTHER_PIN)
        await page.get_by_role("link", name="all sent").wait_for()


async def test_a_copy_started_later_is_as_locked(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """Also with its clock turned back into the lease."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
    await asyncio.to_thread(copytree, tmp_path / "phone", tmp_path / "copy", symlinks=True)
    async with open_phone("copy") as copy:
        await copy.clock.set_fixed_time(datetime.now(tz=UTC) - timedelta(hours=6))
        await copy.goto(site)
        assert await answers(copy, "/v1/sync/pull") == [(403, "device.locked")]


async def test_the_photos_of_a_revoked_phone_reach_the_lead_too(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """OF-10, N14: the record waits for the lead, its photo is here, and the phone has nothing left."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await visit_nobody_home(page, world, world.cases[0], photo=picture(tmp_path, 7))
        async with job_database.pool.acquire() as raw:
            await raw.execute("UPDATE devices SET revoked_at = now() WHERE user_id = $1", world.mei)
            await raw.execute("DELETE FROM sessions WHERE user_id = $1", world.mei)
        network.restore()
        await page.evaluate(ONLINE)
        await page.get_by_text("This phone was revoked").wait_for()
        await page.get_by_text("not sent yet").wait_for(state="hidden")
        assert await page.evaluate(LEFT) == [0, 0]
    stored = "SELECT count(*) FROM stored_files WHERE tenant_id = $1 AND refusal IS NULL"
    assert await job_database.pool.fetchval(stored, world.tenant_id) >= 1
    left = "SELECT count(*) FROM quarantine WHERE tenant_id = $1 AND code = 'sync.left_behind'"
    assert await job_database.pool.fetchval(left, world.tenant_id) == 1
