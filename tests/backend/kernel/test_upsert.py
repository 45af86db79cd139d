"""Is a set of rows written once, changed only where it differs, and never twice?"""

import pytest

from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.upsert import Put, Shape, Status, digest_of, plan_writes, put
from tests.world import World

SHAPE = Shape(
    table="obligors",
    wire={
        "external_ref": "text", "kind": "text", "name": "text", "name_sort": "text", "language": "text", "zone": "text",
        "job": "text", "attributes": "jsonb",
    },
    key=("external_ref",),
    lookup="external_ref",
    guarded={"attributes": "t.attributes || s.attributes"},
)  # fmt: skip
CHANGEABLE = frozenset({"name", "attributes"})


async def send(
    database: Database, world: World, *rows: tuple[str, str, str], changeable: frozenset[str] = CHANGEABLE
) -> Put:
    sent = {
        "external_ref": [row[0] for row in rows], "kind": ["person"] * len(rows), "name": [row[1] for row in rows],
        "name_sort": ["x"] * len(rows), "language": ["en"] * len(rows), "zone": ["UTC"] * len(rows),
        "job": ["clerk"] * len(rows), "attributes": [row[2] for row in rows],
    }  # fmt: skip
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        return await put(raw, SHAPE, world.tenant_id, sent, changeable)


async def stored(database: Database, world: World, ref: str) -> tuple[object, ...]:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        row = await raw.fetchrow("SELECT id, name, job, attributes FROM obligors WHERE external_ref = $1", ref)
        return tuple(row)


async def test_new_changed_and_unchanged_rows(database: Database, world: World) -> None:
    first = await send(database, world, ("U1", "Ann", "{}"), ("U2", "Bob", "{}"))
    second = await send(database, world, ("U1", "Ann", "{}"), ("U2", "Rob", "{}"), ("U3", "Cy", "{}"))
    assert first.statuses == [Status.ADDED, Status.ADDED]
    assert second.statuses == [Status.UNCHANGED, Status.UPDATED, Status.ADDED]
    assert second.ids[:2] == first.ids
    assert (await stored(database, world, "U2"))[:2] == (first.ids[1], "Rob")


async def test_of_several_rows_with_one_key_the_last_wins(database: Database, world: World) -> None:
    done = await send(database, world, ("U1", "Ann", "{}"), ("U1", "Anna", "{}"), ("U1", "Anna", "{}"))
    assert done.statuses == [Status.ADDED, Status.UPDATED, Status.UNCHANGED]
    assert len(set(done.ids)) == 1
    assert (await stored(database, world, "U1"))[1] == "Anna"


async def test_a_change_by_hand_survives_the_same_file(database: Database, world: World) -> None:
    """What the lender already said is not said again: only a row with new content changes what stands."""
    await send(database, world, ("U1", "Ann", "{}"))
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await raw.execute("UPDATE obligors SET name = 'Corrected' WHERE external_ref = 'U1'")
    again = await send(database, world, ("U1", "Ann", "{}"))
    assert again.statuses == [Status.UNCHANGED]
    assert (await stored(database, world, "U1"))[1] == "Corrected"


async def test_only_what_the_sender_speaks_about_changes(database: Database, world: World) -> None:
    await send(database, world, ("U1", "Ann", '{"a": 1}'))
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await raw.execute("UPDATE obligors SET job = 'pilot' WHERE external_ref = 'U1'")
    done = await send(database, world, ("U1", "Anna", '{"b": 2}'))
    assert done.statuses == [Status.UPDATED]
    assert (await stored(database, world, "U1"))[1:] == ("Anna", "pilot", '{"a": 1, "b": 2}')


async def test_another_content_with_the_same_values_is_no_update(database: Database, world: World) -> None:
    """A second mapping that says less about the row has another hash and the same values."""
    await send(database, world, ("U1", "Ann", "{}"))
    done = await send(database, world, ("U1", "Ann", "{}"), changeable=frozenset({"name"}))
    assert done.statuses == [Status.UNCHANGED]


@pytest.mark.parametrize(
    ("keys", "known", "new", "changed"),
    [
        ([], {}, [], []),
        (["a", "b"], {}, [0, 1], []),
        (["a", "b"], {"a": b"0", "b": b"x"}, [], [1]),
        (["a", "a"], {"a": b"1"}, [], []),
        (["a", "a"], {"a": b"0"}, [], [1]),
    ],
)
def test_what_is_written(keys: list[str], known: dict[str, bytes], new: list[int], changed: list[int]) -> None:
    digests = [str(n).encode() for n in range(len(keys))]
    plan = plan_writes([(key,) for key in keys], digests, {(key,): value for key, value in known.items()})
    assert (plan.new, plan.changed) == (new, changed)


def test_a_hash_stands_for_content() -> None:
    ref = new_id()
    assert digest_of((ref, "a", 1, None)) == digest_of((ref, "a", 1, None))
    assert digest_of(("a", "b")) != digest_of(("ab", ""))
    assert len(digest_of(())) == 16
