"""Is the demo whole, made once, and entered with one click?"""

import json
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from backend.app.demo.day import day_to_plan
from backend.app.demo.ensure import LINK_ROLES, SEED, TRUTH_FOLDER, ensure_demo
from backend.routing.town import town_file
from ml.synthetic.oracle import read_oracle
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


async def test_every_field_team_has_a_published_day_with_stops(demo: tuple[str, asyncpg.Connection]) -> None:
    """RT-1 (first form): whoever comes in as a collector finds work."""
    _, raw = demo
    rows = await raw.fetch(
        "SELECT day_plans.id, count(stops.id) AS stops, count(DISTINCT stops.user_id) AS people FROM day_plans"
        " JOIN stops ON stops.plan_id = day_plans.id WHERE day_plans.state = 'published' GROUP BY day_plans.id"
    )
    assert len(rows) == 2
    assert all(row["stops"] >= 20 and row["people"] >= 3 for row in rows)


async def test_only_the_maker_of_the_demo_marks_it_and_its_truth_lies_apart(
    demo: tuple[str, asyncpg.Connection], data: Path
) -> None:
    """The living demo acts for the marked lender alone, and asks what no lender sees."""
    url, raw = demo
    assert await raw.fetchval("SELECT array_agg(is_on) FROM demo_switches") == [True]
    assert len(read_oracle(data / TRUTH_FOLDER, SEED).person) == await raw.fetchval("SELECT count(*) FROM obligors")
    api = await asyncpg.connect(url, server_settings={"role": "app_rw"})
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await api.execute("INSERT INTO demo_switches SELECT id, true, now(), NULL FROM tenants")
    await api.close()


@pytest.mark.parametrize(("hour", "day"), [(0, 24), (15, 24), (16, 25), (23, 25)])
def test_in_the_evening_tomorrow_is_planned(hour: int, day: int) -> None:
    now = datetime(2026, 11, 24, hour, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert day_to_plan(now, "Asia/Shanghai") == date(2026, 11, day)
