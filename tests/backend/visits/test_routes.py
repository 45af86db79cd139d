"""Does the office see a visit, and only who did it or controls it how its form was filled in?"""

from collections.abc import AsyncIterator

import pytest

from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.visits import routes
from backend.visits.commands import plan_visits
from tests.backend.desk import Enter, desks
from tests.backend.visits.test_commands import recorded
from tests.world import World

FORM = {
    "steps": [
        {"step": "here", "entered_ms": 0, "changes": 1}, {"step": "whom", "entered_ms": 4200, "changes": 1},
        {"step": "result", "entered_ms": 6100, "changes": 1}, {"step": "details", "entered_ms": 9000, "changes": 14},
    ],
    "saved_ms": 61_000,
    "resumed": 1,
}  # fmt: skip


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    """Sign somebody in at a desk."""
    async with desks(database, world, [routes.router]) as way_in:
        yield way_in


async def test_the_lead_sees_how_a_visit_was_filled_in_and_others_do_not(
    database: Database, world: World, enter: Enter
) -> None:
    """EV-7: each step with its time and the changes in it, by a clock that nobody sets."""
    one = recorded(world, form=FORM)
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        statements, _ = plan_visits(world.tenant_id, world.mei, None, [one])
        for statement in statements:
            await raw.execute(statement.sql, *statement.arguments)
    path = f"/v1/visits/{one.record.id}"
    for user, form in ((world.lin, FORM), (world.mei, FORM), (world.cai, None)):
        answer = await (await enter(user)).get(path)
        assert answer.status_code == 200, answer.text
        assert answer.json()["form"] == form
    assert (await (await enter(world.bo)).get(path)).status_code == 404, "not his case"
    assert (await (await enter(world.lin)).get(f"/v1/visits/{new_id()}")).status_code == 404


async def test_a_visit_of_an_older_app_says_nothing_of_its_form(database: Database, world: World, enter: Enter) -> None:
    one = recorded(world)
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        statements, _ = plan_visits(world.tenant_id, world.mei, None, [one])
        for statement in statements:
            await raw.execute(statement.sql, *statement.arguments)
    answer = await (await enter(world.lin)).get(f"/v1/visits/{one.record.id}")
    assert (answer.json()["result"], answer.json()["form"]) == ("NOT_HOME", None)
