"""Does a second step open what the password alone does not, with an app, a passkey or a code from paper?"""

import asyncio
import re
from pathlib import Path
from shutil import copytree

import msgspec
import pyotp
import pytest
from playwright.async_api import CDPSession, Page

from backend.identity.commands.company import set_company
from backend.identity.company_schemas import CompanySignInSet
from backend.identity.passwords import hash_password
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, transaction
from backend.kernel.vault import open_vault
from tests.backend.identity.authenticator import Told, new_authenticator
from tests.company import CLIENT_ID, CLIENT_SECRET, company_of
from tests.pwa.conftest import Entrance, OpenPhone, make_pin, sign_in, unlock
from tests.pwa.day import follow
from tests.world import World

pytestmark = pytest.mark.browser

PASSWORD = "quiet-river-46-stones"


async def give_password(jobs: Database, user_id: object) -> str:
    """Give somebody the password of these tests; returns the sign-in name."""
    hashed = await hash_password(PASSWORD)
    async with jobs.pool.acquire() as raw:
        await raw.execute("UPDATE users SET password_hash = $2 WHERE id = $1", user_id, hashed)
        return str(await raw.fetchval("SELECT login FROM users WHERE id = $1", user_id))


async def authenticator(page: Page, *, prf: bool = False) -> CDPSession:
    """Give the browser an authenticator of its own that keeps passkeys and always sees its owner."""
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True, "hasPrf": prf,
    }  # fmt: skip
    await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return cdp


async def set_up_app(page: Page) -> tuple[pyotp.TOTP, list[str]]:
    """Set up an app on the screen; returns it and the codes for paper."""
    await page.get_by_role("button", name="Set up an app").click()
    await page.get_by_role("img", name="QR code").wait_for()
    key = await page.locator(".key").inner_text()
    app = pyotp.TOTP(key.replace(" ", ""))
    await page.get_by_label("Code that the app shows").fill("000000")
    await page.get_by_role("button", name="Take it into use").click()
    await page.get_by_text("This code is not right").wait_for()
    await page.get_by_label("Code that the app shows").fill(app.now())
    await page.get_by_role("button", name="Take it into use").click()
    await page.get_by_role("heading", name="Write these codes down").wait_for()
    codes = await page.get_by_role("dialog").get_by_role("listitem").all_inner_texts()
    await page.get_by_role("button", name="I have written them down").click()
    return app, codes


async def type_password(page: Page, login: str) -> None:
    await page.get_by_label("Name").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def leave(page: Page) -> None:
    await follow(page, "/me")
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    await page.get_by_label("Name").wait_for()


async def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AD-3: nothing is taken in before the code; a code from paper opens as well."""
    login = await give_password(job_database, world.mei)
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, "/me/security")
        _, codes = await set_up_app(page)
        assert len(codes) == 10
        await page.get_by_text("10 codes are left").wait_for()
        await leave(page)
        await type_password(page, login)
        await page.get_by_role("heading", name="Second step").wait_for()
        assert await page.evaluate("() => indexedDB.databases().then(all => all.length)") == 1
        await page.get_by_label("Code of your app").fill("123456")
        await page.get_by_role("button", name="Go on").click()
        await page.get_by_text("This code is not right").wait_for()
        await page.get_by_label("Code of your app").fill(codes[3])
        await page.get_by_role("button", name="Go on").click()
        await make_pin(page)
        await page.get_by_text("No plan on this phone yet").wait_for()
        await follow(page, "/me/security")
        await page.get_by_text("9 codes are left").wait_for()


async def test_a_passkey_is_made_signs_in_alone_and_is_removed(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AD-3: in a real browser, with its own authenticator."""
    login = await give_password(job_database, world.lin)
    async with open_phone() as page:
        await authenticator(page)
        await page.goto(f"{site}/enter#{await entrance(world.lin)}")
        await page.wait_for_url(f"{site}/team")
        await follow(page, "/me/security")
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_label("Name of the passkey").fill("office laptop")
        await page.get_by_role("button", name="Make it now").click()
        await page.get_by_role("button", name="I have written them down").click()
        await page.get_by_text("office laptop").wait_for()
        await leave(page)
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(f"{site}/team")
        await leave(page)
        await type_password(page, login)
        await page.get_by_role("heading", name="Second step").wait_for()
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(f"{site}/team")
        await follow(page, "/me/security")
        await page.get_by_text(re.compile("office laptop")).first.wait_for()
        await page.get_by_role("button", name="Remove: office laptop").click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await page.get_by_text("No passkey yet").wait_for()


async def test_a_lead_gives_somebody_a_new_start(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AD-3: who lost the app is in again within a minute, and the journal knows why."""
    login = await give_password(job_database, world.mei)
    async with open_phone("mei") as page:
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, "/me/security")
        await set_up_app(page)
        await leave(page)
        async with open_phone("lin") as lead:
            await lead.goto(f"{site}/enter#{await entrance(world.lin)}")
            await lead.wait_for_url(f"{site}/team")
            await follow(lead, "/people")
            await lead.get_by_role("button", name=re.compile("^Mei")).click()
            await lead.get_by_role("button", name="Make a sign-in link").click()
            await lead.get_by_text("/enter#").wait_for()
            await lead.get_by_label("Reason").fill("the phone with the app is gone")
            await lead.get_by_role("button", name="Take it away").click()
            await lead.get_by_text("The second step was taken away").wait_for()
        await type_password(page, login)
        await make_pin(page)
        await page.get_by_text("No plan on this phone yet").wait_for()
    async with job_database.pool.acquire() as raw:
        told = await raw.fetchval(
            "SELECT payload::text FROM events WHERE tenant_id = $1 AND kind = 'user.factors_reset'", world.tenant_id
        )
    assert "the phone with the app is gone" in told


async def test_long_after_signing_in_the_password_is_asked_for(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    await give_password(job_database, world.mei)
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        async with job_database.pool.acquire() as raw:
            await raw.execute(
                "UPDATE sessions SET created_at = created_at - interval '1 hour' WHERE user_id = $1", world.mei
            )
        await follow(page, "/me/security")
        await page.get_by_role("button", name="Set up an app").click()
        await page.get_by_label("Password").fill("wrong")
        await page.get_by_role("button", name="Go on").click()
        await page.get_by_text("The name or the password is not right.").wait_for()
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Go on").click()
        await page.get_by_role("img", name="QR code").wait_for()


async def test_who_must_set_one_up_is_told_and_led_there(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone
) -> None:
    """AD-3: after the days of grace; the lock is made and the phone can send, the cases come with the factor."""
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO second_factor_policies (tenant_id, role, demand, grace_days, set_at)"
            " VALUES ($1, 'collector', 'required', 0, $2)",
            world.tenant_id,
            clock.now(),
        )
    async with open_phone() as page:
        await page.goto(f"{site}/enter#{await entrance(world.mei)}")
        await make_pin(page)
        await page.get_by_text("Set one up, then all else opens").wait_for()
        await set_up_app(page)
        await follow(page, "/cases")
        await page.get_by_text("3 cases").wait_for()
        await page.reload()
        await unlock(page)
        await page.get_by_text("3 cases").wait_for()


async def come_by_company(page: Page, jobs: Database, world: World) -> None:
    """Press the company's button; where the tests of others left providers too, the lender's code is asked for."""
    async with jobs.pool.acquire() as raw:
        several = await raw.fetchval("SELECT count(*) FROM company_sign_ins") > 1
    await page.get_by_role("button", name="Company sign-in").click()
    if several:
        await page.get_by_label("Code of your lender").fill(f"north-{world.tenant_id.hex[-12:]}")
        await page.get_by_role("button", name="Go to your company").click()


async def test_a_lead_comes_in_by_the_companys_own_sign_in(
    site: str, world: World, job_database: Database, data: Path, open_phone: OpenPhone
) -> None:
    """AD-3: there and back in a real browser; whoever is not on file here is told so."""
    act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=clock.now())
    login = await give_password(job_database, world.lin)
    with company_of() as provider:
        new = CompanySignInSet(
            issuer=provider.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, claim="email",
            counts_as_second=False,
        )  # fmt: skip
        async with transaction(job_database, world.scope(world.ada)) as tx:
            await set_company(tx, open_vault(data / "keys"), act, new)
        async with open_phone() as page:
            provider.claims = {"email": "stranger@north.example", "email_verified": True}
            await page.goto(site)
            await come_by_company(page, job_database, world)
            await page.get_by_text("nobody here signs in by this name").wait_for()
            assert "code" not in page.url
            await page.get_by_role("link", name="Sign in with a password").click()
            provider.claims = {"email": login, "email_verified": True}
            await come_by_company(page, job_database, world)
            await page.wait_for_url(f"{site}/team")
            await leave(page)
    async with job_database.pool.acquire() as raw:
        await raw.execute("DELETE FROM company_sign_ins WHERE tenant_id = $1", world.tenant_id)


LEASE = """async ([device, body]) => {
    const answer = await fetch(`/v1/devices/${device}/lease`, { method: 'POST', body: JSON.stringify(body),
        headers: { 'X-Rounds': '1', 'Content-Type': 'application/json' } });
    const pulled = await fetch('/v1/sync/pull', { headers: { 'X-Rounds': '1' } });
    return [(await answer.json()).code, (await pulled.json()).code];
}"""


async def test_a_copied_profile_prolongs_no_lease_and_reads_nothing_of_the_server(
    site: str, entrance: Entrance, world: World, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """N7: with the network, the cookie and all that lies on the disk, but without the passkey."""
    async with open_phone() as page:
        await authenticator(page, prf=True)
        await page.goto(f"{site}/enter#{await entrance(world.mei)}")
        await page.get_by_role("button", name="Finger, face or screen lock").click()
        await page.get_by_role("link", name="all sent").wait_for()
        await page.reload()
        await page.get_by_role("button", name="Open with finger").click()
        await page.get_by_role("link", name="all sent").wait_for()
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow("SELECT device_id, credential_id FROM passkeys WHERE user_id = $1", world.mei)
    assert row is not None
    await asyncio.to_thread(copytree, tmp_path / "phone", tmp_path / "copy", symlinks=True)
    made_up = new_authenticator()
    made_up.credential_id = row["credential_id"]
    async with open_phone("copy") as page:
        await authenticator(page, prf=True)
        await page.goto(site)
        nonce = await page.evaluate(
            "async device => (await (await fetch(`/v1/devices/${device}/challenge`,"
            " { method: 'POST', headers: { 'X-Rounds': '1' } })).json()).nonce",
            str(row["device_id"]),
        )
        forged = {"assertion": msgspec.to_builtins(made_up.sign(nonce, Told(origin=site)))}
        assert await page.evaluate(LEASE, [str(row["device_id"]), forged]) == [
            "identity.passkey_refused", "device.locked",
        ]  # fmt: skip
        await page.get_by_role("button", name="Open with finger").click()
        await page.get_by_text("That was broken off").wait_for()
