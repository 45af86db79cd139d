"""Do all orders of arrival of the same edits end in the same state, with nothing dropped? (docs/MERGING.md)"""

import asyncio
import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice, permutations
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.cases.file import phone_cases
from backend.cases.schemas import FACT_EDITS_MAX, CaseOnFile, Edit, Fact, FactEdit, FactField, FactOnFile, Worker
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.deciding import Item, OnFile, Writes, decide
from backend.sync.mutations import MUTATIONS
from backend.sync.push import push
from backend.sync.schemas import Mutation, PushAnswer
from tests.backend.sync.phone import NOW, Phone, call, promise, register, sender, visit
from tests.world import World

LAW = Path(__file__).parents[3] / "docs" / "MERGING.md"
SETS = 200
ALL_ORDERS_UP_TO = 5
"""Of so many edits every order is tried (120); of more, as many that are drawn."""
ORDERS = 120
SETS_ON_DATABASE = 12
EDITS_MAX = 8
CASE, TEAM, PERSON = new_id(), new_id(), new_id()


class Drawn(msgspec.Struct, frozen=True):
    """One edit of a random set: what, when, and which of the set its author saw (also later ones, and one unknown)."""

    value: str
    minute: int
    bases: frozenset[int]


def drawn_edits(rng: random.Random) -> list[Drawn]:
    """Draw a set of 1 to 8 edits: chains, forks, decisions, ties, agreement, circles, names of what never comes."""
    count = rng.randint(1, EDITS_MAX)
    edits = []
    for n in range(count):
        reach = count + 1 if rng.random() < 0.1 else n
        bases = frozenset(one for one in range(reach) if rng.random() < 0.4)
        edits.append(Drawn(value=rng.choice("abc"), minute=rng.randint(-3, 0), bases=bases))
    return edits


def bodies(drawn: Sequence[Drawn], ids: Sequence[UUID], case_id: UUID, field: str) -> list[dict[str, object]]:
    """Return the bodies of the edits; `ids` has one more than there are, for the one that never comes."""
    return [
        {"case_id": case_id, "field": field, "base_ids": [ids[base] for base in sorted(one.bases)], "value": one.value}
        for one in drawn
    ]


def batches(rng: random.Random, order: Sequence[int]) -> Iterator[list[int]]:
    """Split an order of arrival into batches; now and then a batch comes twice, or brings something old again."""
    rest = list(order)
    while rest:
        size = rng.randint(1, len(rest))
        batch, rest = rest[:size], rest[size:]
        yield batch
        if rng.random() < 0.3:
            yield [rng.choice(order), *batch] if batch[0] != order[0] else batch


def expected(drawn: Sequence[Drawn]) -> tuple[set[int], int]:
    """Return which edits stand and which is shown, by the words of the law: a second writing of the rule."""
    count = len(drawn)
    names = {n: {base for base in one.bases if base < count} for n, one in enumerate(drawn)}
    stands = {n for n in range(count) if not any(n in names[other] for other in range(count))}
    reached, before = set(stands), -1
    while before != len(reached):
        before = len(reached)
        reached |= {base for n in reached for base in names[n]}
    stands |= set(range(count)) - reached
    return stands, max(stands, key=lambda n: (drawn[n].minute, n))


class Server:
    """A server made of values: what the push does with edits of one fact, without a database."""

    def __init__(self) -> None:
        self.edits: dict[UUID, Edit] = {}
        self.fact: Fact | None = None

    def take(self, items: Sequence[Item]) -> None:
        key = (CASE, FactField.DOOR_NOTE.value)
        stored = {key: FactOnFile(version=len(self.edits), edits=list(self.edits.values()))} if self.edits else {}
        case = CaseOnFile(id=CASE, currency="CNY", zone="UTC", closed_at=None, team_ids=[TEAM], holdings=[])
        on_file = OnFile(
            cases={CASE: case}, doors={}, contacts=set(), facts=stored, targets={}, stops={}, answerable={}
        )
        worker, writes = Worker(user_id=PERSON, team_ids=(TEAM,), sees_tenant=False), Writes()
        fresh = {item.mutation.id: item for item in items if item.mutation.id not in self.edits}
        for item in fresh.values():
            assert decide(item, worker, on_file, writes).refusal is None
        self.edits |= {edit.id: edit for edit in writes.facts.edits}
        self.fact = writes.facts.facts.get(key, self.fact)


def items_of(drawn: Sequence[Drawn], ids: Sequence[UUID]) -> list[Item]:
    items = []
    for n, body in enumerate(bodies(drawn, ids, CASE, FactField.DOOR_NOTE.value)):
        at = NOW + timedelta(minutes=drawn[n].minute)
        mutation = Mutation(
            id=ids[n], seq=n + 1, kind="case.edit", schema=2, occurred_at=at, clock_offset_ms=0, body=msgspec.Raw(b"{}")
        )
        items.append(Item(mutation=mutation, device_id=PERSON, body=msgspec.convert(body, FactEdit), at=at))
    return items


def orders_of(rng: random.Random, count: int) -> Iterator[Sequence[int]]:
    if count <= ALL_ORDERS_UP_TO:
        return permutations(range(count))
    return (rng.sample(range(count), count) for _ in range(ORDERS))


@given(seed=st.integers(min_value=0, max_value=2**32 - 1))
@settings(max_examples=SETS)
def test_every_order_of_arrival_ends_in_the_same_state(seed: int) -> None:
    """N13, OF-7: 200 random sets of edits; permuted, doubled, in batches of any size; nothing is dropped."""
    rng = random.Random(seed)  # noqa: S311 - a seeded test
    drawn = drawn_edits(rng)
    ids = [new_id() for _ in range(len(drawn) + 1)]
    items = items_of(drawn, ids)
    stands, shown = expected(drawn)
    for order in orders_of(rng, len(drawn)):
        server = Server()
        for batch in batches(rng, order):
            server.take([items[n] for n in batch])
        fact = server.fact
        assert fact is not None
        assert (fact.version, set(server.edits)) == (len(drawn), set(ids[:-1]))
        assert {head.id for head in fact.heads} == {ids[n] for n in stands}
        assert fact.shown.id == ids[shown]
        visible = {fact.shown.value, *(other.value for other in fact.others)}
        assert visible == {drawn[n].value for n in stands}
        assert len(visible) == 1 + len(fact.others)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return open_signing_key(Path(tmp_path_factory.mktemp("keys")))


async def send(database: Database, world: World, phone: Phone, key: SigningKey, *items: Mutation) -> PushAnswer:
    return await push(database, sender(world, phone, world.mei), phone.batch(*items), key, NOW + timedelta(seconds=3))


class OnDatabase(msgspec.Struct):
    """One fact as it lies in the database."""

    value: str
    version: int
    edit_id: UUID
    heads: list[UUID]
    others: list[UUID]


async def read_fact(jobs: Database, case_id: UUID, field: str) -> OnDatabase:
    async with jobs.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT value #>> '{}' AS value, version, edit_id, heads, others FROM case_facts"
            " WHERE case_id = $1 AND field = $2",
            case_id, field,
        )  # fmt: skip
    return OnDatabase(**dict(row))


@pytest.mark.parametrize("seed", range(SETS_ON_DATABASE))
async def test_every_order_of_arrival_ends_in_the_same_state_in_the_database(
    database: Database, job_database: Database, world: World, key: SigningKey, seed: int
) -> None:
    """N13: the same through the real push, from two phones, some batches at the same moment; nine orders a set."""
    rng = random.Random(seed)  # noqa: S311 - a seeded test
    drawn = drawn_edits(rng)
    phones = [await register(job_database, world, world.mei) for _ in range(2)]
    facts = [(case_id, field.value) for case_id in world.cases[:3] for field in FactField]
    ids = {fact: sorted(new_id() for _ in range(len(drawn) + 1)) for fact in facts}
    for fact, order in zip(facts, islice(orders_of(rng, len(drawn)), len(facts)), strict=False):
        items = [
            phones[n % 2].item("case.edit", body, at=NOW + timedelta(minutes=drawn[n].minute), item_id=ids[fact][n])
            for n, body in enumerate(bodies(drawn, ids[fact], *fact))
        ]
        pushes = [
            send(database, world, phone, key, *sent)
            for batch in batches(rng, order)
            for m, phone in enumerate(phones)
            if (sent := [items[n] for n in batch if n % 2 == m])
        ]
        if rng.random() < 0.5:
            await asyncio.gather(*pushes)
        else:
            for one in pushes:
                await one
    stands, shown = expected(drawn)
    async with job_database.pool.acquire() as raw:
        seen = {case.id: case.facts for case in await phone_cases(raw, world.tenant_id, world.cases[:3])}
        kept = await raw.fetchval("SELECT count(*) FROM fact_edits WHERE tenant_id = $1", world.tenant_id)
    written = [fact for fact in facts if fact[1] in seen[fact[0]]]
    assert kept == len(drawn) * len(written)
    for case_id, field in written:
        mine, found = ids[case_id, field], await read_fact(job_database, case_id, field)
        assert (found.version, found.edit_id) == (len(drawn), mine[shown])
        assert set(found.heads) == {mine[n] for n in stands}
        told = seen[case_id][field]
        assert {told.value, *(line.value for line in told.others)} == {drawn[n].value for n in stands}
        assert {line.id for line in told.history} == set(mine[:-1])


async def test_twenty_phones_at_once_miss_none_of_each_other(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """OF-7: two parallel pushes cannot both take themselves for the only one."""
    phones = [await register(job_database, world, world.mei) for _ in range(20)]
    edit = {"case_id": world.cases[0], "field": "door_note", "base_ids": []}
    sent = [phone.item("case.edit", edit | {"value": f"gate {n}"}) for n, phone in enumerate(phones)]
    answers = await asyncio.gather(
        *(send(database, world, phone, key, item) for phone, item in zip(phones, sent, strict=True))
    )
    codes = sorted(str(answer.answers[0].code) for answer in answers)
    assert codes == ["None", *["case.edit_conflict"] * 19]
    found = await read_fact(job_database, world.cases[0], "door_note")
    assert (found.version, set(found.heads), len(found.others)) == (20, {item.id for item in sent}, 19)


async def test_an_edit_that_was_sent_fifty_times_at_once_is_one(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """OF-4, for edits."""
    phone = await register(job_database, world, world.mei)
    edit = {"case_id": world.cases[0], "field": "door_note", "base_ids": [], "value": "the green gate"}
    item = phone.item("case.edit", edit)
    answers = await asyncio.gather(*(send(database, world, phone, key, item) for _ in range(50)))
    assert {(answer.answers[0].status.value, answer.answers[0].code) for answer in answers} == {("accepted", None)}
    found = await read_fact(job_database, world.cases[0], "door_note")
    assert (found.version, found.heads, found.others) == (1, [item.id], [])


async def test_a_chain_of_offline_edits_in_one_batch_is_no_conflict(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """OF-7: the second names the first, which the server hears of in the same breath."""
    phone = await register(job_database, world, world.mei)
    edit = {"case_id": world.cases[0], "field": "door_note"}
    first = phone.item("case.edit", edit | {"base_ids": [], "value": "red"})
    second = phone.item("case.edit", edit | {"base_ids": [first.id], "value": "green"}, at=NOW - timedelta(minutes=9))
    answer = await send(database, world, phone, key, first, second)
    assert [one.code for one in answer.answers] == [None, None]
    found = await read_fact(job_database, world.cases[0], "door_note")
    assert (found.value, found.heads, found.version) == ("green", [second.id], 2)


@pytest.mark.parametrize("seed", range(3))
async def test_visits_and_calls_leave_the_same_case_in_whatever_order_and_batches_they_come(
    database: Database, job_database: Database, world: World, key: SigningKey, seed: int
) -> None:
    """N13: what only adds up: attempts, the last result, the promise; a late record is not the last one."""
    rng = random.Random(seed)  # noqa: S311 - a seeded test
    phone = await register(job_database, world, world.mei)
    orders = [[0, 1, 2, 3], [3, 2, 1, 0], rng.sample(range(4), 4)]
    for case, order in enumerate(orders):
        ago = [NOW - timedelta(minutes=minutes) for minutes in (40, 30, 20, 20)]
        times = [{"started_at": at - timedelta(minutes=1), "ended_at": at} for at in ago]
        items = [
            phone.item(
                "visit.record", visit(world, case, **times[0], result="MET_REFUSED", party="obligor"), at=ago[0]
            ),
            phone.item(
                "call.record",
                call(world, case, **times[1], result="RPC_PROMISE", party="obligor", promise=promise()),
                at=ago[1],
            ),
            phone.item("visit.record", visit(world, case, **times[2]), at=ago[2]),
            phone.item("call.record", call(world, case, **times[3]), at=ago[3]),
        ]
        for batch in batches(rng, order):
            answer = await send(database, world, phone, key, *(items[n] for n in batch))
            assert {one.code for one in answer.answers} == {None}
    async with job_database.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT attempts, last_attempt_at, last_result, state FROM cases WHERE id = ANY($1::uuid[])",
            world.cases[:3],
        )
    assert {tuple(row) for row in rows} == {(4, NOW - timedelta(minutes=20), "NO_ANSWER", "promise")}


@pytest.mark.parametrize(("version", "code"), [(1, None), (0, "case.edit_conflict"), (2, "case.edit_conflict")])
async def test_an_edit_of_an_app_that_knew_versions_saw_all_that_stands_if_its_version_is_the_present_one(
    database: Database, job_database: Database, world: World, key: SigningKey, version: int, code: str | None
) -> None:
    """OF-2, OF-7: an outbox of schema 1; what it did not see, it does not overwrite."""
    phone = await register(job_database, world, world.mei)
    edit = {"case_id": world.cases[0], "field": "door_note"}
    first = phone.item("case.edit", edit | {"base_ids": [], "value": "red"})
    old = phone.item("case.edit", edit | {"base_version": version, "value": "green"})
    await send(database, world, phone, key, first)
    answer = await send(database, world, phone, key, msgspec.structs.replace(old, schema=1))
    assert answer.answers[0].code == code
    found = await read_fact(job_database, world.cases[0], "door_note")
    assert set(found.heads) == ({old.id} if code is None else {first.id, old.id})


async def test_a_fact_that_was_edited_a_thousand_times_takes_no_more_and_the_edit_is_kept_apart(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    phone = await register(job_database, world, world.mei)
    last = new_id()
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO fact_edits (id, tenant_id, case_id, field, value, base_ids, user_id, occurred_at)"
            " SELECT CASE WHEN n = $5 THEN $4 ELSE gen_random_uuid() END, $1, $2, 'door_note', 'x', '{}', $3, $6"
            " FROM generate_series(1, $5::int) n",
            world.tenant_id, world.cases[0], world.mei, last, FACT_EDITS_MAX, NOW,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO case_facts VALUES ($1, 'door_note', $2, '\"x\"', $6, $3, $4, $5, ARRAY[$5::uuid], '{}')",
            world.cases[0], world.tenant_id, world.mei, NOW, last, FACT_EDITS_MAX,
        )  # fmt: skip
    edit = {"case_id": world.cases[0], "field": "door_note", "base_ids": [last], "value": "y"}
    answer = await send(database, world, phone, key, phone.item("case.edit", edit))
    assert [(one.status.value, one.code) for one in answer.answers] == [("refused", "case.fact_full")]
    async with job_database.pool.acquire() as raw:
        kept = await raw.fetchval("SELECT body::jsonb->>'value' FROM quarantine WHERE tenant_id = $1", world.tenant_id)
    assert kept == "y"


def test_every_kind_that_a_phone_sends_has_its_line_in_the_law() -> None:
    law = LAW.read_text(encoding="utf-8")
    assert [kind for kind in MUTATIONS if f"`{kind}`" not in law] == []


def test_every_rule_and_test_that_the_law_names_is_there() -> None:
    named = re.findall(r"`([\w./]+)::(\w+)`", LAW.read_text(encoding="utf-8"))
    sources = {path: (LAW.parents[1] / path).read_text(encoding="utf-8") for path, _ in named}
    missing = [
        (path, name)
        for path, name in named
        if f"def {name}(" not in sources[path] and f"function {name}" not in sources[path]
    ]
    assert (len(named) > 30, missing) == (True, [])
