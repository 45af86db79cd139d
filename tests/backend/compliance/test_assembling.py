"""Is a situation what is on file, for many contacts in three statements, and nothing made up?"""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.compliance.assembling import ASKED_MAX, Asked, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.commands import close_stop, plan_contacts, raise_stop, record_agreement, take_back_contacts
from backend.compliance.contact_schemas import AgreementWish, CloseWish, Contact, Meaning, StopWish
from backend.compliance.rules import evaluate
from backend.compliance.schemas import (
    Agreement,
    AgreementKind,
    Channel,
    Decision,
    EventKind,
    Place,
    Product,
    Role,
    Situation,
    Status,
    StatusKind,
)
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.backend.sync.phone import NOW
from tests.world import World, make_world


async def contacted(raw: asyncpg.Connection, world: World, case: int, **changes: object) -> UUID:
    """Write a call to the obligor of a case; returns its id."""
    plain = {
        "id": new_id(), "case_id": world.cases[case], "to_id": world.contacts[case], "is_obligor": False,
        "meaning": Meaning(EventKind.ATTEMPT), "at": NOW, "next_on": None,
    }  # fmt: skip
    one = Contact(**(plain | changes))  # type: ignore[arg-type] # the fields of a struct by name
    for statement in plan_contacts(world.tenant_id, world.mei, Channel.CALL, [one]):
        await raw.execute(statement.sql, *statement.arguments)
    return one.id


async def one_of(raw: asyncpg.Connection, world: World, asked: Asked) -> Situation:
    (found,) = await situations_of(raw, world.tenant_id, [asked])
    assert found is not None
    return found


def ask(world: World, case: int, **changes: object) -> Asked:
    plain = {"case_id": world.cases[case], "channel": Channel.CALL, "to_id": world.contacts[case], "at": NOW}
    return Asked(**(plain | changes))  # type: ignore[arg-type] # the fields of a struct by name


async def test_a_situation_is_what_is_on_file(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        for minutes in (90, 60):
            await contacted(raw, world, 0, at=NOW - timedelta(minutes=minutes))
        call = await one_of(raw, world, ask(world, 0))
        door = await one_of(raw, world, ask(world, 0, channel=Channel.VISIT, to_id=world.addresses[0]))
        company = await one_of(raw, world, ask(world, 2))
    assert (call.jurisdiction, call.person.role, call.person.zones) == ("CN", Role.OBLIGOR, ["Asia/Shanghai"])
    assert [(one.id, one.product) for one in call.debts] == [(str(world.accounts[0]), Product.CONSUMER_LOAN)]
    assert [(one.kind, one.to) for one in call.history or []] == [(EventKind.ATTEMPT, str(world.contacts[0]))] * 2
    assert (door.action.place, door.action.headcount) == (Place.HOME_DOOR, 2)
    assert (company.person.role, company.person.kind.value) == (Role.REPRESENTATIVE, "company")
    assert company.debts[0].product is Product.CORPORATE_LOAN
    assert company.history == []
    assert evaluate(call, shipped_packs()).decision is Decision.ALLOW


async def test_a_contact_that_was_taken_back_or_is_of_somebody_else_does_not_count(
    database: Database, job_database: Database, world: World
) -> None:
    async with job_database.pool.acquire() as raw:
        friend = await raw.fetchval("SELECT id FROM related_parties WHERE obligor_id = $1", world.obligors[0])
        number = new_id()
        await raw.execute(
            "INSERT INTO contact_points (id, tenant_id, obligor_id, related_party_id, kind, value, normal, status,"
            " consent, source, may_contact, row_hash)"
            " VALUES ($1, $2, $3, $4, 'mobile', $5, $5, 'unknown', 'given', 'book', true, '\\x00')",
            number, world.tenant_id, world.obligors[0], friend, "+8619911110000",
        )  # fmt: skip
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        gone = await contacted(raw, world, 0)
        await contacted(raw, world, 0, to_id=number)
        await take_back_contacts(raw, world.tenant_id, world.mei, Channel.CALL, [gone])
        own = await one_of(raw, world, ask(world, 0))
        other = await one_of(raw, world, ask(world, 0, to_id=number))
    assert own.history == []
    assert [one.person for one in other.history or []] == [str(friend)]
    assert (other.person.role, other.person.zones) == (Role.GUARANTOR, ["Asia/Shanghai"])


async def test_what_is_not_known_stays_unknown_and_blocks(
    database: Database, job_database: Database, world: World
) -> None:
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE obligors SET zone = '' WHERE id = $1", world.obligors[0])
        await raw.execute("UPDATE contact_points SET normal = 'x@y.z' WHERE id = $1", world.contacts[0])
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        nowhere = await one_of(raw, world, ask(world, 0))
    assert (nowhere.person.zones, nowhere.jurisdiction) == (None, None)
    assert evaluate(nowhere, shipped_packs()).rule_ids == ["GEN-FAIL-TZ"]


async def test_stops_and_agreements_stand_until_they_are_closed(database: Database, world: World) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=NOW - timedelta(hours=2))
    freeze = StopWish(id=new_id(), status=Status(kind=StatusKind.FREEZE), person=None, reason="flood")
    other = StopWish(id=new_id(), status=Status(kind=StatusKind.REFUSED), person="somebody", reason="said no")
    hours = Agreement(kind=AgreementKind.HOURS, start="06:00", end="08:00", days=[1], channels=[Channel.CALL])
    agreed = AgreementWish(id=new_id(), agreement=hours, person="obligor", reason="said so")
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        await raise_stop(raw, act, world.cases[0], freeze)
        await raise_stop(raw, act, world.cases[0], other)
        await record_agreement(raw, act, world.cases[0], agreed)
        stopped = await one_of(raw, world, ask(world, 0))
        await close_stop(raw, act, freeze.id, CloseWish(reason="dry again", at=NOW - timedelta(hours=1)))
        free = await one_of(raw, world, ask(world, 0))
    assert [(one.kind, one.until) for one in stopped.status] == [(StatusKind.FREEZE, None)]
    assert [(one.start, one.days, one.channels) for one in stopped.agreements] == [("06:00", [1], [Channel.CALL])]
    assert evaluate(stopped, shipped_packs()).rule_ids == ["GEN-FREEZE-01"]
    assert evaluate(free, shipped_packs()).decision is Decision.ALLOW


async def test_what_the_book_says_of_a_number_stands_against_it(
    database: Database, job_database: Database, world: World
) -> None:
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE contact_points SET status = 'dead' WHERE id = $1", world.contacts[0])
        await raw.execute("UPDATE contact_points SET may_contact = false WHERE id = $1", world.contacts[1])
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        lost, shut = [await one_of(raw, world, ask(world, case)) for case in (0, 1)]
    assert [one.kind for one in lost.status] == [StatusKind.LOST]
    assert [(one.kind, one.channel) for one in shut.status] == [(StatusKind.OPT_OUT, Channel.CALL)]


async def test_what_happened_is_judged_as_of_its_own_moment(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        await contacted(raw, world, 0, at=NOW - timedelta(minutes=10))
        own = await contacted(raw, world, 0)
        await contacted(raw, world, 0, at=NOW + timedelta(minutes=10))
        then = await one_of(raw, world, ask(world, 0, own_id=own))
        now = await one_of(raw, world, ask(world, 0))
    assert (len(then.history or []), len(now.history or [])) == (1, 3)


async def test_many_are_three_statements_and_others_are_not_seen(
    database: Database, job_database: Database, world: World
) -> None:
    foreign = await make_world(job_database)
    seen: list[str] = []
    wanted = [ask(world, case) for case in range(6)]
    wanted += [ask(foreign, 0), ask(world, 0, to_id=foreign.contacts[0]), ask(world, 0, to_id=world.contacts[1])]
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        raw.add_query_logger(note := lambda record: seen.append(record.query))
        found = await situations_of(raw, world.tenant_id, wanted)
        raw.remove_query_logger(note)
    assert len(seen) == 3
    assert [one is not None for one in found] == [True, True, True, False, False, False, False, False, False]
    with pytest.raises(ValueError, match="several steps"):
        await situations_of(raw, world.tenant_id, wanted[:1] * (ASKED_MAX + 1))
