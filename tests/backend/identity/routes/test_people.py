"""How are people and teams administered over HTTP?"""

from uuid import uuid4

import httpx

from backend.kernel.ids import new_id
from tests.backend.identity.conftest import SignedIn
from tests.world import World

PROFILE = {
    "name": "Nora", "language": "en", "zone": "Europe/Helsinki", "shift_start_minute": 480, "shift_end_minute": 960,
    "start_point": {"lat": 60.17, "lon": 24.94}, "end_point": None,
}  # fmt: skip


def request_for(world: World, way_in: str, role: str = "collector") -> dict[str, object]:
    team_ids = [str(world.field_team_id)]
    user = {"login": f"nora-{uuid4().hex[:10]}", "role": role, "team_ids": team_ids, "profile": PROFILE}
    return {"user": user, "way_in": way_in}


def login_of(request: dict[str, object]) -> object:
    user = request["user"]
    assert isinstance(user, dict)
    return user["login"]


async def names(client: httpx.AsyncClient) -> list[str]:
    return sorted(user["name"] for user in (await client.get("/v1/users")).json()["users"])


async def test_an_administrator_makes_a_person_who_signs_in_with_the_password_shown(
    signed_in: SignedIn, browser: httpx.AsyncClient, world: World
) -> None:
    ada, request = await signed_in(world.ada), request_for(world, "password")
    made = await ada.post("/v1/users", json=request)
    entered = await browser.post("/v1/session", json={"login": login_of(request), "password": made.json()["password"]})
    assert (made.status_code, entered.status_code) == (201, 201)
    assert entered.json()["user_id"] == made.json()["user_id"]
    assert (entered.json()["zone"], entered.json()["shift_start_minute"]) == ("Europe/Helsinki", 480)


async def test_a_person_made_with_a_link_signs_in_by_its_fragment(
    signed_in: SignedIn, browser: httpx.AsyncClient, world: World
) -> None:
    ada = await signed_in(world.ada)
    made = (await ada.post("/v1/users", json=request_for(world, "link"))).json()
    address, token = made["link"].split("#")
    assert address == "http://localhost:8400/enter"
    assert made["password"] is None
    assert (await browser.post("/v1/session/link", json={"token": token})).json()["user_id"] == made["user_id"]


async def test_a_taken_name_is_a_conflict(signed_in: SignedIn, world: World) -> None:
    ada, request = await signed_in(world.ada), request_for(world, "link")
    answers = [await ada.post("/v1/users", json=request) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "identity.login_taken"


async def test_a_lead_sees_the_own_team_and_an_administrator_everybody(signed_in: SignedIn, world: World) -> None:
    assert await names(await signed_in(world.lin)) == ["Ada", "Bo", "Lin", "Mei"]
    assert await names(await signed_in(world.ada)) == ["Ada", "Bo", "Cai", "Lin", "Mei"]


async def test_people_come_in_pages_by_id(signed_in: SignedIn, world: World) -> None:
    ada = await signed_in(world.ada)
    everybody = (await ada.get("/v1/users")).json()["users"]
    rest = (await ada.get(f"/v1/users?after={everybody[1]['id']}")).json()["users"]
    assert rest == everybody[2:]


async def test_role_teams_profile_and_activity_change_and_are_seen(signed_in: SignedIn, world: World) -> None:
    ada, path = await signed_in(world.ada), f"/v1/users/{world.mei}"
    answers = [
        await ada.put(f"{path}/role", json={"role": "lead"}),
        await ada.put(f"{path}/teams", json={"team_ids": [str(world.desk_team_id)]}),
        await ada.put(f"{path}/profile", json=PROFILE),
        await ada.post(f"{path}/deactivate"),
    ]
    assert [answer.status_code for answer in answers] == [204] * 4
    mei = (await ada.get(path)).json()
    assert (mei["role"], mei["team_ids"], mei["name"]) == ("lead", [str(world.desk_team_id)], "Nora")
    assert mei["is_active"] is False
    assert (await ada.post(f"{path}/activate")).status_code == 204
    assert (await ada.get(path)).json()["is_active"] is True


async def test_a_reset_password_is_shown_once_and_works(
    signed_in: SignedIn, browser: httpx.AsyncClient, world: World
) -> None:
    ada = await signed_in(world.ada)
    password = (await ada.post(f"/v1/users/{world.mei}/password")).json()["password"]
    login = f"mei-{world.tenant_id.hex[-12:]}"
    assert (await browser.post("/v1/session", json={"login": login, "password": password})).status_code == 201


async def test_a_lead_lets_the_own_people_in_and_nobody_above(signed_in: SignedIn, world: World) -> None:
    """AD-3: whoever is stranded in the field calls the lead."""
    lin = await signed_in(world.lin)
    answers = {
        name: await lin.post(f"/v1/users/{user_id}/link")
        for name, user_id in (("mei", world.mei), ("cai", world.cai), ("ada", world.ada), ("nobody", new_id()))
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "mei": 201, "cai": 403, "ada": 403, "nobody": 404,
    }  # fmt: skip
    assert answers["cai"].json()["code"] == "identity.link_not_yours_to_give"


async def test_teams_are_made_once_and_listed(signed_in: SignedIn, world: World) -> None:
    ada, lin = await signed_in(world.ada), await signed_in(world.lin)
    new = {"name": "South field", "kind": "field"}
    assert [(await ada.post("/v1/teams", json=new)).status_code for _ in range(2)] == [201, 409]
    assert [team["name"] for team in (await ada.get("/v1/teams")).json()["teams"]] == [
        "North desk", "North field", "South field",
    ]  # fmt: skip
    assert [team["name"] for team in (await lin.get("/v1/teams")).json()["teams"]] == ["North field"]


async def test_a_bad_profile_is_refused_with_its_reason(signed_in: SignedIn, world: World) -> None:
    ada, path = await signed_in(world.ada), f"/v1/users/{world.mei}/profile"
    reversed_shift = PROFILE | {"shift_start_minute": 960, "shift_end_minute": 480}
    answers = [await ada.put(path, json=body) for body in (reversed_shift, PROFILE | {"zone": "Moon/Base"})]
    assert [answer.json()["code"] for answer in answers] == ["identity.shift_reversed", "identity.unknown_zone"]
