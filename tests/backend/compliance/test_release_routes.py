"""Can one ask for a release, a lead grant it, compliance freeze a place, and certificates be kept, over HTTP?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from backend.compliance import disaster_routes, release_routes, routes
from backend.identity import certificate_routes
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.desk import Enter, desks
from tests.world import World


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    """Sign somebody in at a desk."""
    handlers = [routes.router, release_routes.router, disaster_routes.router, certificate_routes.router]
    async with desks(database, world, handlers) as way_in:
        yield way_in


async def test_a_second_person_releases_a_letter_to_somebody_who_is_ill(world: World, enter: Enter) -> None:
    """A letter has no hour, so the test has none."""
    now, release_id = datetime.now(tz=UTC), str(new_id())
    lead, mei = await enter(world.lin), await enter(world.mei)
    ill = {"id": str(new_id()), "status": {"kind": "critical_illness"}, "person": None, "reason": "hospital"}
    assert (await lead.post(f"/v1/cases/{world.cases[0]}/stops", json=ill)).status_code == 204
    wish = {
        "id": release_id, "channel": "letter", "to_id": str(world.addresses[0]), "headcount": 1,
        "since": now.isoformat(), "until": (now + timedelta(hours=2)).isoformat(), "reason": "the son asks for it",
    }  # fmt: skip
    answer = await mei.post(f"/v1/cases/{world.cases[0]}/releases", json=wish)
    assert answer.status_code == 204, answer.text
    assert (await mei.get("/v1/releases")).status_code == 403
    listed = (await lead.get("/v1/releases")).json()
    assert [(one["id"], one["rule_ids"], one["is_granted"]) for one in listed["items"]] == [
        (release_id, ["CN-VULN-01"], None)
    ]
    assert [rule["id"] for rule in listed["rules"]] == ["CN-VULN-01"]
    said = {"is_granted": True, "reason": "spoke with the family"}
    assert (await lead.post(f"/v1/releases/{release_id}/decide", json=said)).status_code == 204
    assert (await lead.post(f"/v1/releases/{release_id}/decide", json=said)).json()["code"] == "release.decided"
    attempt: dict[str, object] = {
        "channel": "letter", "to_id": str(world.addresses[0]), "place": None, "headcount": 1, "planned_minutes": 0,
        "recording": False, "registered_caller_id": True, "badge": False, "authorisation": False,
        "content": {"template": None, "says": [], "lacks": []},
    }  # fmt: skip
    judged = (await mei.post(f"/v1/cases/{world.cases[0]}/verdicts", json=attempt)).json()
    assert (judged["verdict"]["decision"], judged["released_by"]) == ("ALLOW", str(world.lin))
    assert judged["verdict"]["rule_ids"] == ["CN-VULN-01"]


async def test_compliance_freezes_a_place_and_keeps_certificates(
    world: World, enter: Enter, job_database: Database
) -> None:
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE users SET role = 'compliance' WHERE id = $1", world.ada)
    officer, lead, mei = await enter(world.ada), await enter(world.lin), await enter(world.mei)
    corners = [{"lat": lat, "lon": lon} for lat, lon in ((30.2, 120.1), (30.2, 120.2), (30.3, 120.2), (30.3, 120.1))]
    area = {"id": str(new_id()), "name": "flood", "area": corners, "reason": "the river rose"}
    assert (await lead.post("/v1/disaster-areas", json=area)).status_code == 403
    assert (await officer.post("/v1/disaster-areas", json=area)).status_code == 204
    (shown,) = (await lead.get("/v1/disaster-areas")).json()["areas"]
    assert (shown["frozen"], shown["held"], shown["lifted_at"]) == (6, 6, None)
    lifted = await officer.post(f"/v1/disaster-areas/{area['id']}/lift", json={"reason": "dry"})
    assert lifted.status_code == 204
    assert (await lead.get("/v1/disaster-areas")).json()["areas"][0]["held"] == 0

    today = datetime.now(tz=UTC).date()
    paper = {
        "id": str(new_id()), "kind": "training", "number": "T-1", "issuer": "the association",
        "valid_from": "2020-01-01", "valid_until": (today + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    assert (await lead.post(f"/v1/users/{world.mei}/certificates", json=paper)).status_code == 403
    assert (await officer.post(f"/v1/users/{world.mei}/certificates", json=paper)).status_code == 204
    ending = (await lead.get("/v1/certificates/ending")).json()["certificates"]
    assert [(one["user_name"], one["is_warned"]) for one in ending] == [("Mei", True)]
    assert (await mei.get("/v1/certificates/own")).json()["certificates"][0]["number"] == "T-1"
    assert (await mei.get("/v1/certificates/ending")).status_code == 403
    gone = await officer.post(f"/v1/certificates/{paper['id']}/revoke", json={"reason": "forged"})
    assert gone.status_code == 204
    assert (await lead.get(f"/v1/users/{world.mei}/certificates")).json()["certificates"][0]["is_revoked"] is True
