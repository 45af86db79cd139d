"""Is a set that the database refuses taken apart until only the bad line is out?"""

from msgspec.structs import replace

from backend.integrations.commands.store import add_counts, store_lines
from backend.integrations.rules.draft import Draft, Rows, draft_of
from backend.integrations.rules.lines import read_lines
from backend.integrations.schemas import NounCount
from backend.kernel.db import SET_SCOPE, Database
from backend.kernel.upsert import Status
from tests.backend.integrations.books import block_of, compiled, line
from tests.world import MORNING, World


def draft(count: int) -> Draft:
    rows = [line(ref=f"C0-{n}", loan=f"L0-{n}") for n in range(count)]
    return draft_of(compiled(), read_lines(compiled(), block_of(*rows)))


def spoil(good: Draft, n: int) -> Draft:
    """Return the draft with an address that the table's own check refuses, as no rule of ours would let through."""
    addresses = [
        replace(row, kind="moon") if at == n else row
        for row, at in zip(good.addresses.rows, good.addresses.at, strict=True)
    ]
    return replace(good, addresses=Rows(rows=addresses, at=good.addresses.at))


async def test_one_line_that_the_database_refuses_costs_no_other_line(database: Database, world: World) -> None:
    """IN-1: nothing of a good line is lost because of a bad one."""
    async with database.pool.acquire() as raw, raw.transaction():
        await raw.execute(SET_SCOPE, *world.scope(world.ada).settings())
        done = await store_lines(raw, world.tenant_id, spoil(draft(9), 4), compiled().changeable, MORNING)
        count = await raw.fetchval("SELECT count(*) FROM obligors WHERE external_ref LIKE 'C0-%'")
    assert [(one.n, one.code, one.value) for one in done.refused] == [(4, "database.refused", "addresses_kind_check")]
    assert (count, done.cases_opened) == (8, 8)
    assert done.counts["obligors"] == NounCount(added=8)
    assert done.statuses == dict.fromkeys((0, 1, 2, 3, 5, 6, 7, 8), Status.ADDED)


async def test_a_line_that_stood_on_a_refused_line_falls_with_it(database: Database, world: World) -> None:
    rows = [
        line(ref="C0-1", loan="L0-1"),
        line(ref="C0-1", loan="L0-2", ccy="USD"),
        line(ref="C0-2", loan="L0-2", late="1"),
    ]
    made = draft_of(compiled(), read_lines(compiled(), block_of(*rows)))
    async with database.pool.acquire() as raw, raw.transaction():
        await raw.execute(SET_SCOPE, *world.scope(world.ada).settings())
        done = await store_lines(raw, world.tenant_id, made, compiled().changeable, MORNING)
    assert [(one.n, one.code) for one in done.refused] == [(1, "account.currency_differs")]
    assert set(done.statuses) == {0, 2}


def test_counts_add_up_noun_by_noun() -> None:
    assert add_counts({"a": NounCount(1, 2, 3)}, {"a": NounCount(1, 1, 1), "b": NounCount(updated=1)}) == {
        "a": NounCount(2, 3, 4), "b": NounCount(0, 1, 0),
    }  # fmt: skip
