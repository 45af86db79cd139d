"""Who gets in, what is said to who does not, and what stays on the phone afterwards?"""

import asyncio

import pytest
from playwright.async_api import Page

from backend.identity.passwords import hash_password
from backend.kernel.db import Database
from tests.pwa.conftest import Entrance, OpenPhone, make_pin, sign_in
from tests.pwa.day import follow, visit_nobody_home
from tests.pwa.network import Network
from tests.pwa.test_field import eventually
from tests.pwa.waiting import until
from tests.pwa.worker import asked_to_be_woken, wake
from tests.world import World

pytestmark = pytest.mark.browser

PASSWORD = "quiet-river-46-stones"


async def login_of(jobs: Database, world: World) -> str:
    """Give Mei a password; returns the sign-in name."""
    hashed = await hash_password(PASSWORD)
    async with jobs.pool.acquire() as raw:
        await raw.execute("UPDATE users SET password_hash = $2 WHERE id = $1", world.mei, hashed)
        return str(await raw.fetchval("SELECT login FROM users WHERE id = $1", world.mei))


async def test_a_password_lets_in_and_the_second_time_the_device_proves_itself(
    site: str, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    login = await login_of(job_database, world)
    async with open_phone() as page:
        forms: list[str] = []
        page.on("request", lambda sent: forms.append(sent.url) if sent.url.endswith("/company/offer") else None)
        await page.goto(site)
        for _ in range(2):
            await page.get_by_label("Name").fill(login.upper())
            await page.get_by_label("Password").fill("not-the-password")
            await page.get_by_role("button", name="Sign in").click()
            await page.get_by_text("The name or the password is not right.").wait_for()
            await page.get_by_label("Password").fill(PASSWORD)
            asked = page.expect_request(
                lambda request: request.url.endswith("/v1/session") and request.method == "POST"
            )
            async with asked as sent:
                await page.get_by_role("button", name="Sign in").click()
            await make_pin(page)
            await page.get_by_text("No plan on this phone yet").wait_for()
            body = (await sent.value).post_data_json or {}
            await page.get_by_role("link", name="all sent").wait_for()
            await follow(page, "/me")
            await page.get_by_role("button", name="Sign out").click()
            await page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
            await page.get_by_label("Name").wait_for()
        assert body["proof"] is not None
        assert len(forms) == 3, "a form that is set up twice loses what was typed into the first"
        await until(page, "async () => (await indexedDB.databases()).map(one => one.name).join() === 'rounds-device'")
    async with job_database.pool.acquire() as raw:
        devices = await raw.fetchval("SELECT count(*) FROM devices WHERE tenant_id = $1", world.tenant_id)
        sessions = await raw.fetchval("SELECT count(*) FROM sessions WHERE user_id = $1", world.mei)
    assert (devices, sessions) == (1, 0)


async def test_a_spent_link_says_so(site: str, entrance: Entrance, world: World, open_phone: OpenPhone) -> None:
    token = await entrance(world.mei)
    async with open_phone("one") as page:
        await sign_in(page, site, token)
        assert "#" not in page.url
    async with open_phone("two") as page:
        await page.goto(f"{site}/enter#{token}")
        await page.get_by_text("This link was used before or has expired").wait_for()
        await page.get_by_role("link", name="Sign in with a password").click()
        await page.get_by_label("Password").wait_for()


async def test_signing_out_with_unsent_work_warns_and_keeps_it(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """OF-8 in part: nothing unsent is lost by signing out; it leaves when the person comes back."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await visit_nobody_home(page, world, world.cases[0])
        await follow(page, "/me")
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_text("1 unsent. They stay kept on this phone").wait_for()
        await page.get_by_role("button", name="Sign out all the same").click()
        await page.get_by_label("Name").wait_for()
        network.restore()
        await sign_in(page, network.origin, await entrance(world.mei))
    counted = "SELECT count(*) AS visits FROM visits WHERE tenant_id = $1"
    await eventually(job_database, [{"visits": 1}], counted, world.tenant_id)


async def wake_until_sent(page: Page, network: Network, jobs: Database, world: World) -> None:
    """Wake the worker as often as the browser would.

    Chromium may have begun a try of its own while the line was cut; as long as that one holds the lock, another says
    "busy", and the browser comes again.
    """
    counted = "SELECT count(*) FROM visits WHERE tenant_id = $1"
    for _ in range(5):
        await wake(page, network.origin)
        for _ in range(50):
            if await jobs.pool.fetchval(counted, world.tenant_id) == 1:
                return
            await asyncio.sleep(0.1)
    raise AssertionError("the worker did not send")


async def test_the_worker_sends_when_no_page_is_open_any_more(
    network: Network, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """The phone asks the browser to wake its worker (Background Sync); awake, the worker sends without any page."""
    counted = "SELECT count(*) AS visits FROM visits WHERE tenant_id = $1"
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        # A worker that starts later would not be reached by the browser's own "offline".
        network.cut()
        await visit_nobody_home(page, world, world.cases[0])
        await asked_to_be_woken(page)
        await page.goto("about:blank")
        await eventually(job_database, [{"visits": 0}], counted, world.tenant_id)
        network.restore()
        await wake_until_sent(page, network, job_database, world)
