"""Does a phone get law, facts and leases, does a contact spend its lease, and do unused ones come back?"""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from backend.compliance.choosing import shipped_packs
from backend.compliance.commands import raise_stop
from backend.compliance.contact_schemas import StopWish
from backend.compliance.phone_gate import gate_of_phone, signed_law
from backend.compliance.phone_schemas import GateWish, PhoneGate
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Channel, CollectorKind, Decision, Situation, Status, StatusKind
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.push import push
from tests.backend.sync.phone import NOW, Phone, call, register, sender, visit
from tests.world import World


@pytest.fixture
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return open_signing_key(tmp_path_factory.mktemp("keys"))


def wish(phone: Phone, **changes: object) -> GateWish:
    plain: dict[str, object] = {
        "law": None,
        "law_expires_at": None,
        "returned": [],
        "is_all_told": False,
        "wants_leases": True,
    }
    return GateWish(device_id=phone.device_id, **(plain | changes))  # type: ignore[arg-type] # fields by name


async def get(
    database: Database,
    world: World,
    phone: Phone,
    key: SigningKey,
    asked: GateWish | None = None,
) -> PhoneGate:
    act = Act(tenant_id=world.tenant_id, actor_id=world.mei, device_id=phone.device_id, at=NOW)
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        cases = world.cases[:3]
        return await gate_of_phone(raw, act, asked or wish(phone), cases, CollectorKind.LENDER, key)


async def ends(jobs: Database, world: World) -> dict[UUID, str]:
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT permit_id, ending FROM contact_permit_ends WHERE tenant_id = $1", world.tenant_id
        )
    return {row["permit_id"]: row["ending"] for row in rows}


async def test_a_phone_gets_facts_that_judge_as_the_server_does(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """CO-1: what the phone takes along is the same situation, without the moment."""
    phone = await register(job_database, world, world.mei)
    gate = await get(database, world, phone, key)
    assert {one.case_id for one in gate.contacts} == set(world.cases[:3])
    assert {one.channel for one in gate.contacts} == {Channel.CALL, Channel.VISIT}
    for one in gate.contacts:
        told = msgspec.convert({**one.situation, "now": NOW.isoformat(), "collector": gate.collector}, Situation)
        assert evaluate(told, shipped_packs()).decision is Decision.ALLOW
    assert len(msgspec.json.encode(gate.contacts)) < 2_500 * len(gate.contacts)


async def test_the_law_is_signed_and_comes_again_only_when_it_differs_or_ends(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    phone = await register(job_database, world, world.mei)
    law = (await get(database, world, phone, key)).law
    assert law is not None
    assert law.signature == key.sign(law.signed)
    for hours, comes in ((25, False), (24, True), (-1, True)):
        had = wish(phone, law=law.law, law_expires_at=NOW + timedelta(hours=hours))
        assert ((await get(database, world, phone, key, had)).law is not None) is comes
    other = wish(phone, law="0" * 64, law_expires_at=NOW + timedelta(hours=70))
    assert signed_law(other, shipped_packs(), ["Asia/Shanghai"], NOW, key) is not None


async def test_a_phone_that_asks_again_holds_what_it_held(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """N2: asking twice draws nothing twice."""
    phone = await register(job_database, world, world.mei)
    first = await get(database, world, phone, key)
    again = await get(database, world, phone, key)
    assert first.leases
    assert {one.id for one in again.leases} == {one.id for one in first.leases}


async def test_two_phones_share_the_calls_of_a_person(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """CO-3: three answered calls a day are lawful; whatever the second phone gets, no more than that are out."""
    one, other = [await register(job_database, world, world.mei) for _ in range(2)]
    mine = await get(database, world, one, key)
    theirs = await get(database, world, other, key)
    person = next(one.budget for one in mine.contacts if one.case_id == world.cases[0])
    held = [
        [one.channel for one in gate.leases if one.budget == person and one.person == "obligor"]
        for gate in (mine, theirs)
    ]
    assert [channels.count(Channel.CALL) for channels in held] == [3, 0]


async def test_a_record_spends_its_lease_and_costs_no_statement_more(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """N2: the permit counts until the contact does, in one transaction; a lease of another phone stays untouched."""
    phone, other = [await register(job_database, world, world.mei) for _ in range(2)]
    gate = await get(database, world, phone, key)
    leases = {one.channel: one for one in gate.leases if one.person == "obligor"}
    foreign = phone.item("call.record", call(world, 1, permit_id=leases[Channel.CALL].id))
    await push(database, sender(world, other, world.mei), other.batch(foreign), key, NOW)
    assert await ends(job_database, world) == {}
    items = [
        phone.item("visit.record", visit(world, 0, permit_id=leases[Channel.VISIT].id)),
        phone.item("call.record", call(world, 0, permit_id=leases[Channel.CALL].id)),
    ]
    answer = await push(database, sender(world, phone, world.mei), phone.batch(*items), key, NOW)
    assert [one.status.value for one in answer.answers] == ["accepted"] * 2
    assert await ends(job_database, world) == {one.id: "used" for one in leases.values()}


async def test_what_was_not_used_comes_back(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """N2: a phone that gives its leases back frees them for another, which gets them at once."""
    phone, other = [await register(job_database, world, world.mei) for _ in range(2)]
    held = [one.id for one in (await get(database, world, phone, key)).leases]
    off_duty = wish(phone, returned=held, is_all_told=True, wants_leases=False)
    assert (await get(database, world, phone, key, off_duty)).leases == []
    assert set((await ends(job_database, world)).values()) == {"returned"}
    assert len((await get(database, world, other, key)).leases) == len(held)


async def test_a_freeze_ends_the_drawing(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    """N10: after a freeze no lease is given around that person, and the facts carry it to the phone."""
    phone = await register(job_database, world, world.mei)
    act = Act(tenant_id=world.tenant_id, actor_id=world.mei, device_id=None, at=NOW - timedelta(minutes=1))
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        stop = StopWish(id=new_id(), status=Status(kind=StatusKind.FREEZE), person=None, reason="asked")
        await raise_stop(raw, act, world.cases[0], stop)
    gate = await get(database, world, phone, key)
    frozen = [one for one in gate.contacts if one.case_id == world.cases[0]]
    assert frozen
    assert all("freeze" in str(one.situation["status"]) for one in frozen)
    assert {one.budget for one in frozen} & {one.budget for one in gate.leases} == set()
    assert gate.leases
