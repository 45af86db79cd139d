"""Does a search find what a reading of every row would, does it find the nearest doors, and by index?"""

from collections.abc import AsyncIterator
from random import Random
from uuid import UUID

import asyncpg
import msgspec
import pytest

from backend.cases.desk_schemas import CaseFilter, CasePage
from backend.cases.list_queries import cases_page, near
from backend.kernel.db import SET_SCOPE, Database, bare_transaction
from backend.kernel.geo import Point
from backend.kernel.ids import new_id
from backend.portfolio.rules import sort_name
from tests.databases import with_database
from tests.world import World

SEED, BOOK, LARGE_BOOK = 5, 1500, 20_000
SURNAMES = ("王", "李", "汪", "鄂", "欧阳", "Anna ", "O'Neil ", "100%_")
GIVEN = ("小雨", "四", "明", "娜娜", "Field", "Lee", "Zoë", "伟\\")
TEXTS = (
    "王", "李四", "wang", "wangx", "WANG XIAO", "xiao", "e", "li", "y", "ang", "鄂四", "欧阳娜", "anna f", "field", "ë",
    "%", "_", "100%", "0%_w", "\\", "'", "...", "b-1", "B-14", "14", "0", "nobody", "\u200b",
)  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """What a search looks at in one case."""

    id: UUID
    score: float
    number: str
    sort: str


def matches(line: Line, typed: str) -> bool:
    """Say by reading whether a case is to be found: what the index must agree with."""
    sought, number = sort_name(typed), typed.lower()
    is_part = (sought if len(sought) >= 3 else f" {sought}") in line.sort and any(one.isalnum() for one in sought)
    begins = line.sort.replace(" ", "").startswith(sought.replace(" ", ""))
    return is_part or begins or line.number.lower().startswith(number) or line.number[2:].lstrip("0").startswith(number)


async def fill(job_database: Database, world: World, count: int) -> list[Line]:
    """Add cases with names of many kinds to the world; returns all of it, as the list is ordered."""
    random = Random(SEED)  # noqa: S311 - names of a test
    names = [random.choice(SURNAMES) + random.choice(GIVEN) for _ in range(count)]
    ids, cases = [new_id() for _ in names], [new_id() for _ in names]
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO obligors (id, tenant_id, external_ref, kind, name, name_sort, language, zone, row_hash)"
            " SELECT id, $1, 'L' || id, 'person', name, sort, 'zh-CN', 'Asia/Shanghai', '\\x00'"
            " FROM unnest($2::uuid[], $3::text[], $4::text[]) AS new (id, name, sort)",
            world.tenant_id, ids, names, [sort_name(name) for name in names],
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO cases (id, tenant_id, obligor_id, number, kind, state, currency, overdue_minor, balance_minor,"
            " days_past_due, bucket, score, team_id, assignee_id, door, opened_at)"
            " SELECT id, $1, obligor_id, 'B-' || lpad(n::text, 5, '0'), 'personal', 'active', 'CNY', 1, 1, 1,"
            " CASE n % 20 WHEN 0 THEN 'M9' ELSE 'M1' END, n % 97, $2, CASE n % 50 WHEN 0 THEN $3::uuid END,"
            " ST_MakePoint(120 + n % 40 / 100.0, 30 + n / 40 % 40 / 100.0)::geography, now()"
            " FROM unnest($4::uuid[], $5::uuid[]) WITH ORDINALITY AS new (id, obligor_id, n)",
            world.tenant_id, world.field_team_id, world.bo, cases, ids,
        )  # fmt: skip
        await raw.execute("SET ROLE app_owner")
        await raw.execute("ANALYZE obligors, cases")
        await raw.execute("SET ROLE app_job")
        rows = await raw.fetch(
            "SELECT c.id, score, number, name_sort FROM cases c JOIN obligors o ON o.id = c.obligor_id"
            " WHERE c.tenant_id = $1 ORDER BY score DESC, c.id",
            world.tenant_id,
        )
    return [Line(*row) for row in rows]


@pytest.fixture
async def book(job_database: Database, world: World) -> list[Line]:
    """Give the world a book."""
    return await fill(job_database, world, BOOK)


async def search(raw: asyncpg.Connection, world: World, wanted: CaseFilter, limit: int = 100) -> list[UUID]:
    """Return the ids of all pages."""
    found: list[UUID] = []
    after: str | None = None
    while True:
        page = msgspec.json.decode(await cases_page(raw, world.tenant_id, wanted, after, limit), type=CasePage)
        found += [case.id for case in page.cases]
        after = page.next
        if after is None:
            return found


async def test_a_search_finds_in_order_what_reading_every_row_finds(
    database: Database, world: World, book: list[Line]
) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        for typed in TEXTS:
            found = await search(raw, world, CaseFilter(search=typed))
            assert found == [line.id for line in book if matches(line, typed)], typed


async def test_a_search_keeps_to_the_other_filters(
    database: Database, job_database: Database, world: World, book: list[Line]
) -> None:
    async with job_database.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT id, bucket, assignee_id, team_id FROM cases WHERE tenant_id = $1", world.tenant_id
        )
    of_case = {row["id"]: row for row in rows}
    wang = [line.id for line in book if matches(line, "wang")]
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        for wanted, column, value in (
            (CaseFilter(search="wang", bucket="M9"), "bucket", "M9"),
            (CaseFilter(search="wang", assignee_id=world.bo), "assignee_id", world.bo),
            (CaseFilter(search="wang", is_unassigned=True), "assignee_id", None),
            (CaseFilter(search="wang", team_id=world.field_team_id), "team_id", world.field_team_id),
        ):
            expected = [case for case in wang if of_case[case][column] == value]
            assert await search(raw, world, wanted, 7) == expected, column
            assert expected
        assert await search(raw, world, CaseFilter(search="wang", state="hold")) == []
        assert await search(raw, world, CaseFilter(search="wang", is_closed=True)) == []


async def test_a_collector_finds_own_cases_only(database: Database, world: World, book: list[Line]) -> None:
    async with bare_transaction(database, world.scope(world.bo)) as raw:
        seen = {row["id"] for row in await raw.fetch("SELECT id FROM cases")}
        found = await search(raw, world, CaseFilter(search="wang"))
    assert found == [line.id for line in book if matches(line, "wang") and line.id in seen]
    assert found


@pytest.mark.parametrize("radius_m", [1, 1500, 50_000])
async def test_near_a_place_stand_the_nearest_doors(
    database: Database, job_database: Database, world: World, book: list[Line], radius_m: int
) -> None:
    center = Point(lat=30.2, lon=120.2)
    async with job_database.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT ST_Distance(door, 'SRID=4326;POINT(120.2 30.2)', false) AS distance FROM cases"
            " WHERE tenant_id = $1 ORDER BY 1",
            world.tenant_id,
        )
    expected = [round(row["distance"]) for row in rows if row["distance"] <= radius_m][:60]
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        found = await near(raw, world.tenant_id, center, radius_m, 60)
    assert [one.distance_m for one in found] == expected
    assert expected or radius_m == 1
    assert {one.case.id for one in found} <= {line.id for line in book}


@pytest.fixture
async def explaining(cluster: tuple[str, str], url: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection that is the API's but for one thing: it tells the plan of each statement, nested ones too."""
    raw = await asyncpg.connect(
        with_database(cluster[0], url.rpartition("/")[2]),
        server_settings={"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"},
    )
    await raw.execute("LOAD 'auto_explain'")
    await raw.execute(
        "SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
        " SET client_min_messages = log; SET ROLE app_rw"
    )
    yield raw
    await raw.close()


async def test_a_search_and_a_place_go_by_index_below_the_policies(
    explaining: asyncpg.Connection, job_database: Database, world: World
) -> None:
    """In a book that is worth an index: of a small one the planner rather reads every name."""
    await fill(job_database, world, LARGE_BOOK)
    plans: list[str] = []
    explaining.add_log_listener(lambda _connection, message: plans.append(str(message)))
    async with explaining.transaction():
        await explaining.execute(SET_SCOPE, *world.scope(world.lin).settings())
        found = await search(explaining, world, CaseFilter(search="Anna Field"))
        plan_of_search, plans[:] = "\n".join(plans), []
        doors = await near(explaining, world.tenant_id, Point(lat=30.2, lon=120.2), 2000, 50)
        plan_of_near = "\n".join(plans)
    assert found
    assert doors
    for index in ("obligors_words", "obligors_joined", "cases_number", "cases_short_number"):
        assert f"Bitmap Index Scan on {index}" in plan_of_search
    assert "Index Scan using cases_door" in plan_of_near
    assert "Order By: (door <->" in plan_of_near
    assert "Seq Scan on" not in plan_of_search + plan_of_near
