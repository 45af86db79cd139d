"""Are contacts counted once, with whom, and taken out again with their record?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from backend.calls import codes as call_codes
from backend.compliance.commands import close_stop, raise_stop, record_agreement
from backend.compliance.contact_schemas import AgreementWish, CloseWish, StopWish
from backend.compliance.schemas import Agreement, AgreementKind, Channel, Status, StatusKind
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.push import push
from backend.visits import codes as visit_codes
from tests.backend.sync.phone import NOW, Phone, call, register, sender, visit
from tests.world import World, make_world

EVENTS = """
SELECT channel, kind, direction, person, to_id, place, by, is_reversal FROM contact_events
WHERE tenant_id = $1 ORDER BY at, channel, is_reversal
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return open_signing_key(Path(tmp_path_factory.mktemp("keys")))


@pytest.fixture
async def phone(job_database: Database, world: World) -> Phone:
    return await register(job_database, world, world.mei)


async def rows(database: Database, world: World, sql: str) -> list[tuple[object, ...]]:
    async with database.pool.acquire() as raw:
        return [tuple(row) for row in await raw.fetch(sql, world.tenant_id)]


async def own_guarantor(jobs: Database, world: World, case: int) -> UUID:
    """Give the guarantor of a case a number; returns the person."""
    async with jobs.pool.acquire() as raw:
        person = await raw.fetchval("SELECT id FROM related_parties WHERE obligor_id = $1", world.obligors[case])
        await raw.execute(
            "INSERT INTO contact_points (id, tenant_id, obligor_id, related_party_id, kind, value, normal, status,"
            " consent, source, may_contact, row_hash)"
            " VALUES ($1, $2, $3, $4, 'mobile', $5, $5, 'unknown', 'given', 'book', true, '\\x00')",
            new_id(), world.tenant_id, world.obligors[case], person, "+8619911110000",
        )  # fmt: skip
    return UUID(str(person))


async def number_of(raw: asyncpg.Connection, person: UUID) -> UUID:
    return UUID(str(await raw.fetchval("SELECT id FROM contact_points WHERE related_party_id = $1", person)))


def test_every_result_means_something_to_the_gate() -> None:
    for codes in (call_codes, visit_codes):
        assert set(codes.MEANINGS) == set(codes.BY_CODE)
    nothing = {code for codes in (call_codes, visit_codes) for code, one in codes.MEANINGS.items() if one.event is None}
    assert nothing == {"BLOCKED_BY_POLICY", "TECHNICAL_FAILURE", "POLICY_HOURS", "SKIPPED_TIME", "SKIPPED_REJECTED"}


async def test_a_push_counts_each_contact_once_however_often_it_is_sent(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    friend = await own_guarantor(job_database, world, 0)
    async with job_database.pool.acquire() as raw:
        number = await number_of(raw, friend)
    later = NOW + timedelta(minutes=1)
    request = phone.batch(
        phone.item("visit.record", visit(world, 0)),
        phone.item("call.record", call(world, 1, started_at=NOW, ended_at=later, contact_point_id=None)),
        phone.item("call.record", call(world, 0, started_at=later, ended_at=later, contact_point_id=number)),
        phone.item("call.record", call(world, 0, started_at=later, ended_at=later, result="TECHNICAL_FAILURE")),
    )
    for _ in range(2):
        answer = await push(database, sender(world, phone, world.mei), request, key, later + timedelta(seconds=3))
        assert {one.status.value for one in answer.answers} == {"accepted"}
    kind = call_codes.MEANINGS[str(call(world, 0)["result"])].event
    assert kind is not None
    assert await rows(job_database, world, EVENTS) == [
        ("visit", "visit", "out", "obligor", world.addresses[0], "home_door", "lender", False),
        ("call", kind.value, "in", "obligor", None, None, "lender", False),
        ("call", kind.value, "out", str(friend), number, None, "lender", False),
    ]


async def test_a_record_that_is_taken_back_is_taken_out_of_the_counts(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    body = visit(world, 0)
    taken_back = {"target_kind": "visit", "target_id": body["id"]}
    request = phone.batch(phone.item("visit.record", body), phone.item("record.withdraw", taken_back))
    answer = await push(database, sender(world, phone, world.mei), request, key, NOW + timedelta(seconds=3))
    assert [one.status.value for one in answer.answers] == ["accepted", "accepted"]
    kept = [(row[0], row[-1]) for row in await rows(job_database, world, EVENTS)]
    assert kept == [("visit", False), ("visit", True)]


async def test_contacts_are_seen_by_who_sees_a_case_of_the_person(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    request = phone.batch(phone.item("visit.record", visit(world, 0)))
    await push(database, sender(world, phone, world.mei), request, key, NOW + timedelta(seconds=3))
    other = await make_world(job_database)
    seen = {}
    for name, scope in {
        "mei": world.scope(world.mei),
        "bo": world.scope(world.bo),
        "other": other.scope(other.ada),
    }.items():
        async with bare_transaction(database, scope) as raw:
            seen[name] = await raw.fetchval("SELECT count(*) FROM contact_events")
    assert seen == {"mei": 1, "bo": 0, "other": 0}


async def test_contacts_are_never_changed(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute("UPDATE contact_events SET kind = 'attempt'")


STOPS = """
SELECT person, kind, channel, until, source, closes IS NOT NULL AS closes FROM contact_stops
WHERE tenant_id = $1 ORDER BY closes, kind, source
"""


async def test_results_raise_what_stands_against_the_next_contact(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    friend = await own_guarantor(job_database, world, 0)
    async with job_database.pool.acquire() as raw:
        number = await number_of(raw, friend)
    said = {"started_at": NOW, "ended_at": NOW}
    request = phone.batch(
        phone.item("call.record", call(world, 0, result="STOP_CONTACT", party="obligor", **said)),
        phone.item(
            "call.record",
            call(world, 0, result="THIRD_PERSON_REFUSED", party="guarantor", contact_point_id=number, **said),
        ),
        phone.item(
            "visit.record", visit(world, 1, result="SENSITIVE_OCCASION", party="relative", next_on="2026-11-28")
        ),
        phone.item("call.record", call(world, 1, result="RPC_DISPUTE", party="obligor", note="paid it", **said)),
    )
    answer = await push(database, sender(world, phone, world.mei), request, key, NOW + timedelta(seconds=3))
    assert [(one.status.value, one.code) for one in answer.answers] == [("accepted", None)] * 4
    back = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    assert await rows(job_database, world, STOPS) == [
        (None, "dispute", None, None, "call", False),
        (None, "freeze", None, None, "call", False),
        (None, "freeze", None, back, "visit", False),
        (None, "occasion", None, back, "visit", False),
        ("obligor", "opt_out", "call", None, "call", False),
        (str(friend), "refused", None, None, "call", False),
    ]


async def test_what_a_record_raised_goes_when_it_is_taken_back(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    body = visit(world, 0, result="MET_COMPLAINT", party="obligor", note="too loud")
    taken_back = {"target_kind": "visit", "target_id": body["id"]}
    request = phone.batch(phone.item("visit.record", body), phone.item("record.withdraw", taken_back))
    for _ in range(2):
        await push(database, sender(world, phone, world.mei), request, key, NOW + timedelta(seconds=3))
    found = [(row[1], row[3], row[5]) for row in await rows(job_database, world, STOPS)]
    began = body["started_at"]
    stood = [("complaint", None, False), ("freeze", None, False)]
    assert found == [*stood, ("complaint", began, True), ("freeze", began, True)]


async def test_a_lead_freezes_a_case_and_lifts_it_and_both_are_told(
    database: Database, job_database: Database, world: World
) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=NOW)
    wish = StopWish(
        id=new_id(), status=Status(kind=StatusKind.FREEZE, until=NOW + timedelta(days=3)), person=None, reason="flood"
    )
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        for _ in range(2):
            await raise_stop(raw, act, world.cases[0], wish)
        await close_stop(raw, act, wish.id, CloseWish(reason="water is gone", at=NOW + timedelta(hours=1)))
        with pytest.raises(Problem):
            await close_stop(raw, act, wish.id, CloseWish(reason="again", at=None))
    found = [(row[1], row[3], row[5]) for row in await rows(job_database, world, STOPS)]
    assert found == [("freeze", NOW + timedelta(days=3), False), ("freeze", NOW + timedelta(hours=1), True)]
    told = await rows(job_database, world, "SELECT kind FROM events WHERE tenant_id = $1 ORDER BY id")
    assert told == [("contact.stopped",), ("contact.stop_closed",)]


async def test_nobody_stops_or_agrees_for_a_case_they_do_not_see(database: Database, world: World) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.bo, device_id=None, at=NOW)
    stop = StopWish(id=new_id(), status=Status(kind=StatusKind.FREEZE), person=None, reason="mine")
    hours = Agreement(kind=AgreementKind.HOURS, start="06:00", end="08:00", channels=[Channel.CALL])
    agreed = AgreementWish(id=new_id(), agreement=hours, person="obligor", reason="said so on the phone")
    async with bare_transaction(database, world.scope(world.bo)) as raw:
        with pytest.raises(Problem):
            await raise_stop(raw, act, world.cases[0], stop)
        with pytest.raises(Problem):
            await record_agreement(raw, act, world.cases[0], agreed)
        await record_agreement(raw, act, world.cases[3], agreed)


async def test_debts_that_are_no_accounts_and_photos_stop_nothing(database: Database, world: World) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=NOW)
    for status in (
        Status(kind=StatusKind.FREEZE, debts=["all"]),
        Status(kind=StatusKind.OPT_OUT, channel=Channel.PHOTO),
    ):
        async with bare_transaction(database, world.scope(world.lin)) as raw:
            with pytest.raises(Problem):
                await raise_stop(
                    raw, act, world.cases[0], StopWish(id=new_id(), status=status, person=None, reason="x")
                )


async def keep_loggers(connection: asyncpg.Connection) -> None:
    """Leave the connection as it is when it goes back to the pool."""


async def test_contacts_cost_a_push_no_statement_of_their_own(
    url: str, database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    """docs/decisions/0007: one statement loads, one writes; what contacts raise is part of the second."""
    seen: list[str] = []

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda record: seen.append(record.query))

    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=1, init=listen, reset=keep_loggers, server_settings={"role": "app_rw"}
    )
    request = phone.batch(
        phone.item("visit.record", visit(world, 0)),
        phone.item("visit.record", visit(world, 1, result="MET_COMPLAINT", party="obligor", note="too loud")),
    )
    watched = Database(engine=database.engine, pool=pool)
    answer = await push(watched, sender(world, phone, world.mei), request, key, NOW + timedelta(seconds=3))
    await pool.close()
    assert {one.status.value for one in answer.answers} == {"accepted"}
    words = [query.split()[0].rstrip(";") for query in seen]
    assert words[-3:] == ["WITH", "WITH", "COMMIT"]
    writing = seen[-2]
    assert [writing.count(f"INTO {table}") for table in ("visits", "contact_events", "contact_stops")] == [1, 1, 1]
