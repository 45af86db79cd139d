"""Is the demo whole, made once, and entered with one click?"""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from backend.app.demo.ensure import LINK_ROLES, ensure_demo
from backend.routing.town import town_file
from tests import databases


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder without a map."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
async def demo(cluster: tuple[str, str], data: Path) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """(login URL, superuser connection) of a database that holds the demo."""
    admin_url, login_url = cluster
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    await ensure_demo(url, data)
    raw = await asyncpg.connect(databases.with_database(admin_url, name))
    yield url, raw
    await raw.close()
    await databases.remove(admin_url, name)


async def test_the_demo_has_a_book_cases_and_a_past(demo: tuple[str, asyncpg.Connection]) -> None:
    """AD-10: the seeded world drives the demo."""
    _, raw = demo
    assert await raw.fetchval("SELECT count(*) FROM cases WHERE closed_at IS NULL") > 200
    assert await raw.fetchval("SELECT count(*) FROM cases WHERE team_id IS NULL AND door IS NOT NULL") == 0
    assert await raw.fetchval("SELECT count(*) FROM cases WHERE desk_team_id IS NULL") == 0
    assert await raw.fetchval("SELECT count(*) FROM cases WHERE assignee_id IS NOT NULL") > 200
    assert await raw.fetchval("SELECT count(*) FROM visits WHERE address_id IS NULL") == 0
    assert await raw.fetchval("SELECT count(DISTINCT state) FROM promises") >= 3
    wrong = """SELECT count(*) FROM cases WHERE overdue_minor <> (
        SELECT sum(overdue_minor) FROM balances WHERE balances.obligor_id = cases.obligor_id)"""
    assert await raw.fetchval(wrong) == 0


async def test_a_second_start_makes_nothing_new_but_fresh_links(
    demo: tuple[str, asyncpg.Connection], data: Path
) -> None:
    url, raw = demo
    before = await raw.fetchval("SELECT count(*) FROM users")
    first, second = await ensure_demo(url, data), await ensure_demo(url, data)
    assert await raw.fetchval("SELECT count(*) FROM users") == before
    assert [entrance.role for entrance in second] == list(LINK_ROLES)
    assert {one.token for one in first}.isdisjoint({one.token for one in second})


def test_the_made_up_town_lies_where_the_phone_s_map_is_read(data: Path, demo: object) -> None:
    del demo
    path = town_file(data)
    assert path is not None
    layers = {feature["properties"]["layer"] for feature in json.loads(path.read_bytes())["features"]}
    assert {"road", "building", "water"} <= layers
