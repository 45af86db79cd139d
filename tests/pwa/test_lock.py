"""Is a lost phone a closed phone, and does closing it never lose unsent work?"""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from shutil import copytree

import pytest
from playwright.async_api import CDPSession, Page

from backend.identity.passwords import hash_password
from backend.kernel.db import Database
from tests.pwa.conftest import PIN, Entrance, OpenPhone, let_start_cold, make_pin, sign_in, unlock
from tests.pwa.day import follow, open_visit, visit_nobody_home
from tests.pwa.network import Network
from tests.world import World

pytestmark = pytest.mark.browser

WRONG = "739406"
# All that a page can read of what the browser keeps for this site; bytes as Latin-1, so that words in them are found.
DUMP = """async () => {
    const text = value => JSON.stringify(value, (key, one) => {
        const bytes = one instanceof ArrayBuffer ? new Uint8Array(one) : ArrayBuffer.isView(one)
            ? new Uint8Array(one.buffer, one.byteOffset, one.byteLength) : null;
        return bytes === null ? one : new TextDecoder('utf-8').decode(bytes);
    });
    const asked = request => new Promise((done, failed) => {
        request.onsuccess = () => done(request.result); request.onerror = () => failed(request.error); });
    const parts = [text({ ...localStorage }), text({ ...sessionStorage })];
    for (const { name } of await indexedDB.databases()) {
        const db = await asked(indexedDB.open(name));
        for (const store of db.objectStoreNames)
            parts.push(name, store, text(await asked(db.transaction(store).objectStore(store).getAll())));
        db.close();
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys())
            if (!request.url.includes('/assets/')) parts.push(request.url, await (await cache.match(request)).text());
    }
    return parts.join('\\n');
}"""
COUNTS = """async () => {
    const asked = request => new Promise(done => { request.onsuccess = () => done(request.result); });
    const name = (await indexedDB.databases()).map(one => one.name).find(one => one !== 'rounds-device');
    const db = await asked(indexedDB.open(name));
    const counts = [];
    for (const store of ['heads', 'cases', 'drafts', 'outbox'])
        counts.push(await asked(db.transaction(store).objectStore(store).count()));
    db.close();
    return counts;
}"""
HIDE = """hidden => {
    const get = () => hidden ? 'hidden' : 'visible';
    Object.defineProperty(document, 'visibilityState', { configurable: true, get });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


async def count(jobs: Database, sql: str, *values: object, wanted: int) -> None:
    """Wait until the server has so many."""
    found = -1
    for _ in range(300):
        async with jobs.pool.acquire() as raw:
            found = await raw.fetchval(sql, *values)
        if found == wanted:
            return
        await asyncio.sleep(0.1)
    assert found == wanted


async def visits(jobs: Database, world: World, wanted: int) -> None:
    """Wait until so many visits of the lender are on the server."""
    await count(jobs, "SELECT count(*) FROM visits WHERE tenant_id = $1", world.tenant_id, wanted=wanted)


async def secrets_of(jobs: Database, world: World) -> set[str]:
    """Collect names, numbers and addresses of the cases of the world."""
    words: set[str] = set()
    async with jobs.pool.acquire() as raw:
        for sql in (
            "SELECT name FROM obligors WHERE tenant_id = $1",
            "SELECT name FROM related_parties WHERE tenant_id = $1",
            "SELECT value FROM contact_points WHERE tenant_id = $1",
            "SELECT line FROM addresses WHERE tenant_id = $1",
        ):
            words |= {str(row[0]) for row in await raw.fetch(sql, world.tenant_id)}
    return {word for word in words if len(word) > 2}


async def authenticator(page: Page) -> CDPSession:
    """Give the browser a platform authenticator that knows PRF and always sees its owner."""
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True, "hasPrf": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return cdp


async def test_a_copy_of_the_profile_shows_no_name_number_address_note_or_amount(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """OF-9: neither what a page can read, nor the raw files."""
    words = await secrets_of(job_database, world) | {"the dog bites"}
    assert len(words) > len(world.cases)
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, "/cases")
        await page.get_by_text("3 cases").wait_for()
        await open_visit(page, world, world.cases[1])
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_role("radio", name="Nobody home", exact=True).click()
        await page.get_by_label(re.compile("^Note")).first.fill("the dog bites")
        await page.get_by_text("Draft saved").wait_for()
        await visit_nobody_home(page, world, world.cases[0])
        dumped = await page.evaluate(DUMP)
    assert world.cases[0].hex[:8] in dumped.replace("-", "")
    # An amount is a number as any other; the name of its field would stand beside it.
    assert {word for word in words | {"overdue_minor", "balance_minor"} if word in dumped} == set()
    forms: dict[str, tuple[bytes, ...]] = {
        word: (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")) for word in words
    }
    forms["rounds-device"] = (b"rounds-device", "rounds-device".encode("utf-16-be"))
    found = set()
    for path in (tmp_path / "phone").rglob("*"):
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found |= {word for word, ways in forms.items() if any(way in content for way in ways)}
    # The name of a table is found, so words of people would be.
    assert found == {"rounds-device"}


async def test_a_cold_start_without_network_asks_for_one_and_what_was_done_is_sent_all_the_same(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """N14, OF-8: the default; locked, killed, started again: on the server exactly once, without being opened."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await visit_nobody_home(page, world, world.cases[0])
        await follow(page, "/me")
        await page.get_by_role("button", name="Lock now").click()
        await page.get_by_text("1 thing is not sent yet").wait_for()
        # The half of the key is in memory: no network is needed yet.
        await unlock(page)
        await page.get_by_role("heading", name="Me", exact=True).wait_for()
    async with open_phone() as page:
        await page.goto(network.origin)
        await unlock(page)
        await page.get_by_text("A network is needed once").wait_for()
        await page.get_by_text("Your unsent work is safe").wait_for()
        network.restore()
        await page.evaluate("() => dispatchEvent(new Event('online'))")
        await visits(job_database, world, 1)
        await page.get_by_role("heading", name="Locked").wait_for()
        await unlock(page)
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
    await visits(job_database, world, 1)


async def test_a_copied_profile_cannot_be_read_even_with_the_right_pin(
    network: Network, entrance: Entrance, world: World, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """N7: the copy, without the server, whatever its clock says."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
    network.cut()
    await asyncio.to_thread(copytree, tmp_path / "phone", tmp_path / "copy", symlinks=True)
    now = datetime.now(tz=UTC)
    for moment in (now, now + timedelta(hours=13), now - timedelta(days=1)):
        async with open_phone("copy") as page:
            await page.clock.set_fixed_time(moment)
            await page.goto(network.origin)
            await unlock(page)
            await page.get_by_text("A network is needed once").wait_for()


async def test_eight_wrong_pins_end_reading_and_the_outbox_is_sent(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """OF-10, N14: counted without network too; nothing sealed can be opened, what is unsent arrives."""
    words = await secrets_of(job_database, world)
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await visit_nobody_home(page, world, world.cases[0])
        await follow(page, "/me")
        await page.get_by_role("button", name="Lock now").click()
        for left in range(7, 0, -1):
            await unlock(page, WRONG)
            await page.get_by_text(f"{left} tries are left" if left > 1 else "One try is left").wait_for()
        await unlock(page, WRONG)
        await page.get_by_role("heading", name="This phone is closed").wait_for()
        dumped = await page.evaluate(DUMP)
        assert {word for word in words if word in dumped} == set()
        kept = await page.evaluate(COUNTS)
        assert kept == [0, 0, 0, 1]
        network.restore()
        await page.evaluate("() => dispatchEvent(new Event('online'))")
        await visits(job_database, world, 1)
        await sign_in(page, network.origin, await entrance(world.mei))
        await follow(page, "/cases")
        await page.get_by_text("3 cases").wait_for()
    await visits(job_database, world, 1)


async def test_the_server_counts_wrong_pins_of_a_phone_that_was_started_anew(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """A copied profile meets the same eight tries: the server's half is destroyed with the last."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
    async with open_phone() as page:
        await page.goto(site)
        for left in range(7, 0, -1):
            await unlock(page, WRONG)
            await page.get_by_text(f"{left} tries are left" if left > 1 else "One try is left").wait_for()
        await unlock(page, WRONG)
        await page.get_by_role("heading", name="This phone is closed").wait_for()
    spent = "SELECT count(*) FROM device_locks WHERE tenant_id = $1 AND share IS NULL"
    await count(job_database, spent, world.tenant_id, wanted=1)


async def test_a_phone_that_may_start_cold_does_so_until_its_lease_ends_and_not_with_a_clock_turned_back(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """N7: no network at all; the lease over, or the clock turned back into it: unreadable."""
    await let_start_cold(job_database, world.tenant_id)
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
    network.cut()
    now = datetime.now(tz=UTC)
    for moment, word in (
        (now + timedelta(hours=13), "The time without contact is over"),
        (now - timedelta(days=1), "The clock of this phone was turned back"),
    ):
        async with open_phone() as page:
            await page.clock.set_fixed_time(moment)
            await page.goto(network.origin)
            await unlock(page)
            await page.get_by_text(word).wait_for()
    async with open_phone() as page:
        await page.goto(network.origin)
        await unlock(page)
        await page.get_by_text("No plan on this phone yet").wait_for()


async def test_the_screen_locks_after_five_minutes_out_of_sight(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    async with open_phone() as page:
        await page.clock.install()
        await sign_in(page, site, await entrance(world.mei))
        await page.evaluate(HIDE, arg=True)
        await page.clock.fast_forward(4 * 60_000)
        await page.evaluate(HIDE, arg=False)
        await page.get_by_text("No plan on this phone yet").wait_for()
        await page.evaluate(HIDE, arg=True)
        await page.clock.fast_forward(5 * 60_000 + 1000)
        await page.evaluate(HIDE, arg=False)
        await page.get_by_role("heading", name="Locked").wait_for()
        await page.clock.resume()
        await unlock(page)
        await page.get_by_text("No plan on this phone yet").wait_for()


async def test_locking_holds_for_all_tabs_and_each_is_opened_by_itself(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        other = await page.context.new_page()
        await other.goto(f"{site}/cases")
        await unlock(other)
        await other.get_by_text("3 cases").wait_for()
        await follow(page, "/me")
        await page.get_by_role("button", name="Lock now").click()
        await other.get_by_role("heading", name="Locked").wait_for()
        await unlock(other)
        await other.get_by_text("3 cases").wait_for()
        await page.get_by_role("heading", name="Locked").wait_for()


async def test_a_lead_s_desk_keeps_nothing_until_it_is_given_a_lock(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    """The lead may carry cases too; before a lock is made none comes in."""
    async with open_phone() as page:
        await page.goto(f"{site}/enter#{await entrance(world.lin)}")
        await page.wait_for_url(f"{site}/team")
        await follow(page, "/me")
        await page.get_by_text("This device has no lock, so it holds no cases").wait_for()
        assert await page.evaluate(COUNTS) == [0, 0, 0, 0]
        await page.get_by_role("link", name="Work in the field on this device").click()
        await make_pin(page)
        await page.get_by_role("link", name="all sent").wait_for()


async def test_a_passkey_opens_the_phone_without_network_and_without_a_half_of_the_server(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """The full promise where the phone has PRF: a cold start offline, and nothing readable without the passkey."""
    async with open_phone() as page:
        cdp = await authenticator(page)
        await page.goto(f"{network.origin}/enter#{await entrance(world.mei)}")
        await page.get_by_role("button", name="Finger, face or screen lock").click()
        await page.get_by_role("link", name="all sent").wait_for()
        await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        network.cut()
        await visit_nobody_home(page, world, world.cases[0])
        await page.reload()
        await page.get_by_role("button", name="Open with finger").click()
        await follow(page, "/cases")
        await page.get_by_text("3 cases").wait_for()
        await follow(page, "/me")
        await page.get_by_role("button", name="Lock now").click()
        await cdp.send("WebAuthn.disable")
        await page.get_by_role("heading", name="Locked").wait_for()
        network.restore()
        await page.evaluate("() => dispatchEvent(new Event('online'))")
        await visits(job_database, world, 1)


async def test_a_revoked_phone_is_closed_at_the_next_contact_and_its_work_lies_with_the_lead(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """OF-10: reading ends, the item is in the quarantine once."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await visit_nobody_home(page, world, world.cases[0])
        async with job_database.pool.acquire() as raw:
            await raw.execute("UPDATE devices SET revoked_at = now() WHERE user_id = $1", world.mei)
            await raw.execute("DELETE FROM sessions WHERE user_id = $1", world.mei)
        network.restore()
        await page.evaluate("() => dispatchEvent(new Event('online'))")
        await page.get_by_text("This phone was revoked").wait_for()
        left = "SELECT count(*) FROM quarantine WHERE tenant_id = $1 AND code = 'sync.left_behind'"
        await count(job_database, left, world.tenant_id, wanted=1)
    await visits(job_database, world, 0)


async def test_a_new_password_and_an_ended_session_lose_nothing(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """OF-8: the session ends while the phone is locked; after a sign-in the same PIN opens, and the work goes out."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await visit_nobody_home(page, world, world.cases[0])
        async with job_database.pool.acquire() as raw:
            hashed = await hash_password("another-quiet-river-46")
            await raw.execute("UPDATE users SET password_hash = $2 WHERE id = $1", world.mei, hashed)
            await raw.execute("DELETE FROM sessions WHERE user_id = $1", world.mei)
            login = await raw.fetchval("SELECT login FROM users WHERE id = $1", world.mei)
    network.restore()
    async with open_phone() as page:
        await page.goto(network.origin)
        for _ in range(100):
            # The server remembers a session for some seconds.
            if (await page.request.get(f"{network.origin}/v1/session")).status == HTTPStatus.UNAUTHORIZED:
                break
            await asyncio.sleep(0.1)
        await unlock(page)
        await page.get_by_text("Your session has ended").wait_for()
        await page.get_by_role("link", name="Sign in").click()
        await page.get_by_label("Name").fill(login)
        await page.get_by_label("Password").fill("another-quiet-river-46")
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await unlock(page, PIN)
        await follow(page, "/sync")
        await page.get_by_text("You may put the phone away").wait_for()
    await visits(job_database, world, 1)
