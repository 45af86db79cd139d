"""Do those who watch over the law see exceptions with their proof, stops, law and dates, and only what is theirs?"""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from backend.compliance import law_routes, routes
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.compliance.test_limitation_commands import TODAY, due
from tests.backend.compliance.test_routes import attempt
from tests.backend.desk import Enter, desks
from tests.world import World

YEAR = {
    "year": 2026, "sources": ["notice"], "read_on": "2026-11-23",
    "days": [{"on": "2026-10-01", "kind": "rest", "name": "national day"}],
}  # fmt: skip
CALENDAR = {"place": "CN", "years": [YEAR]}


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    """Sign somebody in at a desk."""
    async with desks(database, world, [routes.router, law_routes.router]) as way_in:
        yield way_in


async def test_the_law_is_shown_with_hashes_words_and_the_years_nobody_announced(world: World, enter: Enter) -> None:
    admin, lead = await enter(world.ada), await enter(world.lin)
    assert (await lead.post("/v1/law/calendars", json=CALENDAR)).status_code == 403
    done = [(await admin.post("/v1/law/calendars", json=CALENDAR)).json()["written"] for _ in range(2)]
    law = (await lead.get("/v1/law")).json()
    cn = next(pack for pack in law["packs"] if pack["pack_id"] == "CN")
    rule = next(one for one in cn["rules"] if one["id"] == "CN-TIME-01")
    assert done == [[2026], []]
    assert (len(cn["sha256"]), rule["confidence"], rule["severities"]) == (64, "S", ["block"])
    assert [(one["place"], one["years"][0]["rest_days"]) for one in law["calendars"]] == [("CN", 1)]
    twice = {"place": "CN", "years": [YEAR, YEAR]}
    assert (await admin.post("/v1/law/calendars", json=twice)).json()["code"] == "malformed"


async def test_an_exception_is_opened_with_its_verdict_made_again(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller, lead, collector = await enter(world.cai), await enter(world.lin), await enter(world.mei)
    made = (await caller.post(f"/v1/cases/{world.cases[0]}/verdicts", json=attempt(world))).json()
    exception = new_id()
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO compliance_exceptions (id, tenant_id, case_id, channel, source_id, verdict_id, rule_ids,"
            " user_id, happened_at) VALUES ($1, $2, $3, 'call', $1, $4, ARRAY['CN-CALL-01'], $5, now())",
            exception, world.tenant_id, world.cases[0], made["id"], world.mei,
        )  # fmt: skip
    listed = (await lead.get("/v1/law/exceptions", params={"standing": "open", "rule": "CN-CALL-01"})).json()
    opened = (await lead.get(f"/v1/law/exceptions/{exception}")).json()
    verdict = (await lead.get(f"/v1/law/verdicts/{made['id']}")).json()
    assert [(one["id"], one["sort"], one["user_name"]) for one in listed["items"]] == [
        (str(exception), "contact", "Mei")
    ]
    assert listed["rules"] == {"CN-CALL-01": 1}
    assert (opened["verdict"]["faults"], opened["verdict"]["verdict"]["decision"]) == ([], "BLOCK")
    assert {one["id"] for one in opened["rules"]} >= {"CN-CALL-01"}
    assert verdict == opened["verdict"]
    for path in (f"/v1/law/exceptions/{new_id()}", f"/v1/law/verdicts/{new_id()}"):
        assert (await lead.get(path)).status_code == 404
    assert (await collector.get("/v1/law/exceptions")).status_code == 403


async def test_stops_in_force_are_listed_until_they_are_closed(world: World, enter: Enter) -> None:
    lead = await enter(world.lin)
    wish = {"id": str(new_id()), "status": {"kind": "freeze"}, "person": None, "reason": "flood"}
    assert (await lead.post(f"/v1/cases/{world.cases[0]}/stops", json=wish)).status_code == 204
    (stop,) = (await lead.get("/v1/law/stops")).json()["items"]
    assert (stop["id"], stop["kind"], stop["reason"], stop["made_by_name"], stop["until"]) == (
        wish["id"], "freeze", "flood", "Lin", None,
    )  # fmt: skip
    await lead.post(f"/v1/stops/{wish['id']}/close", json={"reason": "dry", "at": None})
    assert (await lead.get("/v1/law/stops")).json() == {"items": [], "is_cut": False}


async def test_dates_of_the_law_are_listed_and_a_fact_moves_them(
    world: World, enter: Enter, job_database: Database
) -> None:
    await due(job_database, world, 0, date(2026, 5, 20))
    lead = await enter(world.lin)
    fact = {
        "id": str(new_id()), "account_id": str(world.accounts[0]), "on": "2026-06-30", "note": "",
        "body": {
            "sort": "act", "kind": "demand", "proof": "signed", "person": None, "due_on": None,
            "gives_up_rest": False, "is_lost": False,
        },
        "evidence": {"kind": "document", "ref": "letter 12"},
    }  # fmt: skip
    assert (await lead.post(f"/v1/cases/{world.cases[0]}/limitation-facts", json=fact)).status_code == 204
    span = {"first": "2029-01-01", "before": "2030-01-01", "kind": "claim"}
    (item,) = (await lead.get("/v1/law/limitation", params=span)).json()["items"]
    file = (await lead.get(f"/v1/cases/{world.cases[0]}/limitation")).json()
    assert (item["act_by"], item["set_by"], item["proof"]) == ("2029-06-30", fact["id"], "signed")
    assert [(clock["act_by"], len(clock["steps"])) for clock in file["clocks"]] == [("2029-06-30", 1)]
    bad = await lead.get("/v1/law/limitation", params={"first": "2029-01-01", "before": "2029-01-01"})
    assert (bad.status_code, TODAY.year) == (422, 2026)


async def test_a_text_is_linted_with_the_words_of_the_rules(world: World, enter: Enter) -> None:
    caller = await enter(world.cai)
    wish = {"text": "不还款就让公安抓你", "language": "zh", "speaker": "agency", "template": None}
    done = (await caller.post("/v1/law/lint", json=wish)).json()
    assert "authority" in done["says"]
    assert "CN-COND-01" in {one["id"] for one in done["rules"]}
