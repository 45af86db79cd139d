"""How does a browser sign in, ask who it is, and sign out?"""

from datetime import timedelta
from uuid import UUID

import httpx
import msgspec
from litestar import Litestar, Router
from litestar.datastructures import State

from backend.identity import passwords
from backend.identity.commands import people as acts
from backend.identity.duties import DutyChange, change_duties
from backend.identity.routes.parts import identity_parts
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare, transaction
from tests.asgi import transport_to
from tests.backend.identity.conftest import OWN, SETTINGS, SignedIn, link_for
from tests.backend.identity.phone import new_phone
from tests.world import World

PASSWORD = "harbour-lantern-29"


async def give_password(database: Database, world: World, user_id: UUID, password: str = PASSWORD) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=clock.now())
    hashed = await passwords.hash_password(password)
    async with transaction(database, world.scope(world.ada)) as tx:
        await acts.set_password(tx, act, user_id, hashed, spare=None)


def login(world: World, name: str) -> str:
    return f"{name}-{world.tenant_id.hex[-12:]}"


async def test_name_and_password_open_a_session_that_says_who_one_is(
    browser: httpx.AsyncClient, database: Database, world: World
) -> None:
    await give_password(database, world, world.mei)

    entered = await browser.post("/v1/session", json={"login": f" {login(world, 'MEI')} ", "password": PASSWORD})
    me = await browser.get("/v1/session")

    assert entered.status_code == 201
    assert me.json() == entered.json()
    told = me.json()
    assert (told["user_id"], told["role"], told["reach"]) == (str(world.mei), "collector", "own")
    assert (told["language"], told["zone"], told["currency"]) == ("zh-CN", "Asia/Shanghai", "CNY")
    assert [team["name"] for team in told["teams"]] == ["North field"]
    assert "sync.push" in told["permissions"]
    assert "user.manage" not in told["permissions"]
    assert told["device_id"] is None


async def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(
    browser: httpx.AsyncClient, database: Database, world: World
) -> None:
    token = await link_for(database, world, world.mei)
    cookie = (await browser.post("/v1/session/link", json={"token": token})).headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith("rounds-8400=")
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert "max-age=43199" in parts or "max-age=43200" in parts
    assert not any(part.startswith("domain") for part in parts)


async def test_on_https_the_cookie_is_bound_to_the_host(database: Database, world: World) -> None:
    parts = identity_parts(msgspec.structs.replace(SETTINGS, origin="https://rounds.example"))
    app = Litestar(
        route_handlers=[Router(path="/v1", route_handlers=parts.routers)],
        guards=[parts.guard],
        dependencies=parts.dependencies,
        state=State({"database": database}),
        openapi_config=None,
        logging_config=None,
    )
    token = await link_for(database, world, world.mei)
    headers = OWN | {"Origin": "https://rounds.example"}
    async with httpx.AsyncClient(
        transport=transport_to(app), base_url="https://rounds.example", headers=headers
    ) as client:
        cookie = (await client.post("/v1/session/link", json={"token": token})).headers["set-cookie"]
    assert cookie.startswith("__Host-rounds=")
    assert "secure" in cookie.lower()


async def test_a_link_is_spent_after_one_use(browser: httpx.AsyncClient, database: Database, world: World) -> None:
    token = await link_for(database, world, world.lin)
    answers = [await browser.post("/v1/session/link", json={"token": token}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 410]
    assert answers[1].json()["code"] == "identity.link_spent"


async def test_signing_in_anew_ends_the_session_before(signed_in: SignedIn, database: Database, world: World) -> None:
    """V7.2.4; two people share a browser: the first is out when the second comes in."""
    browser = await signed_in(world.mei)
    of_mei = browser.cookies["rounds-8400"]
    await browser.post("/v1/session/link", json={"token": await link_for(database, world, world.bo)})
    assert (await browser.get("/v1/session")).json()["user_id"] == str(world.bo)
    browser.cookies.clear()
    assert (await browser.get("/v1/session", headers={"cookie": f"rounds-8400={of_mei}"})).status_code == 401


async def test_signing_out_closes_the_session_and_takes_the_cookie(signed_in: SignedIn, world: World) -> None:
    mei = await signed_in(world.mei)
    kept = mei.cookies["rounds-8400"]
    answer = await mei.delete("/v1/session")
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    mei.cookies.clear()
    replayed = await mei.get("/v1/session", headers={"cookie": f"rounds-8400={kept}"})
    assert replayed.status_code == 401


async def test_a_wrong_password_waits_by_the_header(
    browser: httpx.AsyncClient, database: Database, world: World
) -> None:
    await give_password(database, world, world.mei)
    wrong = {"login": login(world, "mei"), "password": "wrong"}
    answers = [await browser.post("/v1/session", json=wrong) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].headers["retry-after"] in ("1", "2")
    assert "set-cookie" not in answers[0].headers


async def test_a_body_with_more_or_other_fields_is_refused(browser: httpx.AsyncClient) -> None:
    for body in (
        {"login": "x"},
        {"login": "x", "password": "y", "is_admin": True},
        {"login": "x" * 81, "password": "y"},
    ):
        answer = await browser.post("/v1/session", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_changing_the_own_password_ends_the_other_sessions(
    signed_in: SignedIn, database: Database, world: World, browser: httpx.AsyncClient
) -> None:
    await give_password(database, world, world.mei)
    here, there = await signed_in(world.mei), await signed_in(world.mei)
    change = {"old_password": PASSWORD, "new_password": "another-harbour-30"}

    assert (await here.post("/v1/session/password", json=change)).status_code == 204

    assert (await here.get("/v1/session")).status_code == 200
    assert (await there.get("/v1/session")).status_code == 401
    old = await browser.post("/v1/session", json={"login": login(world, "mei"), "password": PASSWORD})
    new = await browser.post("/v1/session", json={"login": login(world, "mei"), "password": "another-harbour-30"})
    assert (old.status_code, new.status_code) == (401, 201)


async def test_a_person_chooses_the_language_in_which_the_server_speaks(signed_in: SignedIn, world: World) -> None:
    mei = await signed_in(world.mei)
    assert (await mei.put("/v1/session/language", json={"language": "en"})).status_code == 204
    assert (await mei.get("/v1/session")).json()["language"] == "en"
    assert (await mei.put("/v1/session/language", json={"language": "fr"})).status_code == 422


async def place_of(database: Database, world: World, user_id: UUID) -> tuple[float, float] | None:
    async with transaction(database, world.scope(world.lin)) as tx:
        row = await (await bare(tx)).fetchrow(
            "SELECT ST_Y(place::geometry) AS lat, ST_X(place::geometry) AS lon FROM duties"
            " WHERE user_id = $1 AND place IS NOT NULL",
            user_id,
        )
    return None if row is None else (row["lat"], row["lon"])


async def test_a_place_is_kept_on_duty_only_and_only_the_newest(
    signed_in: SignedIn, database: Database, world: World
) -> None:
    """AL-4: on duty only; nobody is followed home."""
    mei, now = await signed_in(world.mei), clock.now()

    async def say(lat: float, ago_s: float) -> None:
        at = (now - timedelta(seconds=ago_s)).isoformat()
        answer = await mei.post("/v1/session/place", json={"place": {"lat": lat, "lon": 120.1}, "at": at})
        assert answer.status_code == 204

    async def duty(*, is_start: bool, ago_s: float) -> None:
        change = DutyChange(at=now - timedelta(seconds=ago_s), is_start=is_start, place=None)
        async with transaction(database, world.scope(world.mei)) as tx:
            await change_duties(await bare(tx), world.tenant_id, world.mei, [change])

    await say(30.1, 100)
    assert await place_of(database, world, world.mei) is None
    await duty(is_start=True, ago_s=60)
    await say(30.2, 90)
    assert await place_of(database, world, world.mei) is None, "before the duty began"
    await say(30.3, 10)
    await say(30.4, 20)
    assert await place_of(database, world, world.mei) == (30.3, 120.1)
    await duty(is_start=False, ago_s=1)
    await say(30.5, 0)
    assert await place_of(database, world, world.mei) is None


async def test_a_place_that_is_none_is_refused(signed_in: SignedIn, world: World) -> None:
    mei = await signed_in(world.mei)
    answer = await mei.post("/v1/session/place", json={"place": {"lat": 91, "lon": 0}, "at": clock.now().isoformat()})
    assert answer.status_code == 422


async def test_a_phone_signs_in_with_its_proof(
    signed_in: SignedIn, browser: httpx.AsyncClient, database: Database, world: World
) -> None:
    """The whole way of a phone: link, registration, sign-out, challenge, password and proof."""
    await give_password(database, world, world.mei)
    phone, first = new_phone(), await signed_in(world.mei)
    await first.post("/v1/devices", json=msgspec.to_builtins(phone.registration()))
    await first.delete("/v1/session")

    nonce = (await browser.post(f"/v1/devices/{phone.id}/challenge")).json()["nonce"]
    proof = msgspec.to_builtins(phone.proof(nonce))
    entered = await browser.post(
        "/v1/session",
        json={"login": login(world, "mei"), "password": PASSWORD, "device_id": str(phone.id), "proof": proof},
    )

    assert entered.json()["device_id"] == str(phone.id)
    assert "max-age=2591999" in entered.headers["set-cookie"].lower() or "2592000" in entered.headers["set-cookie"]
