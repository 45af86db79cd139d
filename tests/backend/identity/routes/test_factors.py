"""What may a browser do before the second step and after it, and who takes a lost factor away?"""

from datetime import timedelta
from uuid import UUID

import httpx
import msgspec
import pyotp

from backend.identity.routes.parts import IdentityParts
from backend.kernel import clock
from backend.kernel.db import Database
from tests.backend.identity.conftest import SignedIn, link_for
from tests.backend.identity.entering import PASSWORD, give_password
from tests.backend.identity.phone import Phone, new_phone
from tests.world import World

CONFIRM = "/v1/factors/totp/confirm"


async def with_app(signed_in: SignedIn, user_id: UUID) -> tuple[httpx.AsyncClient, pyotp.TOTP, list[str]]:
    """Sign somebody in and set up an app; its first code is used up."""
    browser = await signed_in(user_id)
    seed = (await browser.post("/v1/factors/totp", json={"password": None})).json()
    app = pyotp.TOTP(seed["secret"])
    given = await browser.post(CONFIRM, json={"code": app.at(clock.now() - timedelta(seconds=30))})
    assert given.status_code == 200, given.text
    return browser, app, given.json()["codes"]


async def half_way(browser: httpx.AsyncClient, world: World) -> httpx.Response:
    login = f"mei-{world.tenant_id.hex[-12:]}"
    return await browser.post("/v1/session", json={"login": login, "password": PASSWORD})


async def test_before_the_step_nothing_is_read_and_after_it_all(
    signed_in: SignedIn, browser: httpx.AsyncClient, database: Database, world: World
) -> None:
    """AD-3."""
    await give_password(database, world, world.mei, clock.now())
    _, app, _ = await with_app(signed_in, world.mei)
    entered = await half_way(browser, world)
    assert entered.json()["owes_code"] is True
    before = browser.cookies["rounds-8400"]
    for path in ("/v1/devices", "/v1/factors"):
        refused = await browser.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.code_owed"), path
    owed = (await browser.get("/v1/session/step")).json()
    assert owed == {"code_by": ["totp", "recovery"], "enrol_by": None}

    shown = await browser.post("/v1/session/step", json={"code": app.at(clock.now())})

    assert (shown.status_code, shown.json()["owes_code"]) == (201, False)
    assert browser.cookies["rounds-8400"] != before
    assert (await browser.get("/v1/factors")).json()["recovery_left"] == 10
    assert (await browser.get("/v1/session/step")).json() == {"code_by": [], "enrol_by": None}


async def test_a_phone_that_proved_itself_may_be_opened_before_the_step(
    signed_in: SignedIn, browser: httpx.AsyncClient, database: Database, world: World
) -> None:
    """OF-8: what lies on it can be read and sent; nothing new comes in."""
    await give_password(database, world, world.mei, clock.now())
    first, _, _ = await with_app(signed_in, world.mei)
    phone: Phone = new_phone()
    await first.post("/v1/devices", json=msgspec.to_builtins(phone.registration()))
    nonce = (await browser.post(f"/v1/devices/{phone.id}/challenge")).json()["nonce"]
    login = f"mei-{world.tenant_id.hex[-12:]}"
    proof = msgspec.to_builtins(phone.proof(nonce))
    told = {"login": login, "password": PASSWORD, "device_id": str(phone.id), "proof": proof}
    entered = await browser.post("/v1/session", json=told)
    assert (entered.json()["owes_code"], entered.json()["device_id"]) == (True, str(phone.id))
    assert (await browser.get("/v1/devices")).status_code == 200
    assert (await browser.get("/v1/factors")).json()["code"] == "identity.code_owed"


async def test_after_the_grace_a_factor_must_be_set_up_first(
    signed_in: SignedIn, parts: IdentityParts, database: Database, world: World
) -> None:
    """AD-3: the way to set one up is open, and so is sending; the rest waits."""
    await give_password(database, world, world.lin, clock.now())
    lead, ada = await signed_in(world.lin), await signed_in(world.ada)
    change = {"role": "lead", "demand": "required", "grace_days": 1}
    assert (await ada.put("/v1/second-factor", json=change)).status_code == 204
    listed = (await ada.get("/v1/second-factor")).json()["policies"]
    assert {"role": "lead", "demand": "required", "grace_days": 1} in listed
    assert (await lead.get("/v1/users")).status_code == 200
    async with database.pool.acquire() as raw:
        await raw.execute(
            "UPDATE sessions SET enrol_by = now() WHERE tenant_id = $1 AND user_id = $2", world.tenant_id, world.lin
        )
    parts.door.remembered.clear()
    refused = await lead.get("/v1/users")
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.factor_owed")
    seed = (await lead.post("/v1/factors/totp", json={"password": None})).json()
    await lead.post(CONFIRM, json={"code": pyotp.TOTP(seed["secret"]).at(clock.now())})
    assert (await lead.get("/v1/users")).status_code == 200


async def test_a_lead_takes_away_what_the_own_people_lost_and_nobody_elses(
    signed_in: SignedIn, browser: httpx.AsyncClient, database: Database, world: World
) -> None:
    await with_app(signed_in, world.mei)
    await with_app(signed_in, world.ada)
    lead, told = await signed_in(world.lin), {"reason": "new phone"}
    assert (await lead.post(f"/v1/users/{world.ada}/factors/reset", json=told)).status_code == 403
    assert (await lead.post(f"/v1/users/{world.mei}/factors/reset", json={"reason": ""})).status_code == 422
    assert (await lead.post(f"/v1/users/{world.mei}/factors/reset", json=told)).status_code == 204
    entered = await browser.post("/v1/session/link", json={"token": await link_for(database, world, world.mei)})
    assert entered.json()["owes_code"] is False


async def test_the_app_and_the_codes_are_looked_after(signed_in: SignedIn, world: World) -> None:
    mei, _, codes = await with_app(signed_in, world.mei)
    told = (await mei.get("/v1/factors")).json()
    assert (told["demand"], told["has_totp"], told["recovery_left"], told["passkeys"]) == ("offered", True, 10, [])
    fresh = (await mei.post("/v1/factors/recovery-codes", json={"password": None})).json()["codes"]
    assert len(set(fresh) | set(codes)) == 20
    assert (await mei.post("/v1/factors/totp/remove", json={"password": None})).status_code == 204
    assert (await mei.get("/v1/factors")).json()["recovery_left"] == 0
