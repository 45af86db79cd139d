"""Is each item of a phone answered once, written once, and never dropped?"""

import asyncio
import base64
import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.push import push
from backend.sync.schemas import AnswerStatus, PushAnswer, PushRequest
from tests.backend.evidence.phones import name
from tests.backend.sync.phone import NOW, Phone, call, promise, register, sender, visit
from tests.world import World


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return open_signing_key(Path(tmp_path_factory.mktemp("keys")))


@pytest.fixture
async def phone(job_database: Database, world: World) -> Phone:
    return await register(job_database, world, world.mei)


async def send(database: Database, world: World, phone: Phone, key: SigningKey, request: PushRequest) -> PushAnswer:
    return await push(database, sender(world, phone, world.mei), request, key, NOW + timedelta(seconds=3))


async def count(jobs: Database, world: World, table: str, where: str = "true") -> int:
    async with jobs.pool.acquire() as raw:
        found = await raw.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1 AND {where}", world.tenant_id)  # noqa: S608
    return int(found)


def told(answer: PushAnswer) -> list[tuple[str, str | None]]:
    return [(one.status.value, one.code) for one in answer.answers]


async def test_a_day_s_items_are_accepted_and_stand_in_their_tables(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    """PP-1 (recording), EV-1: a visit with promise and photo, a call, a reveal, an edit, duty; one transaction."""
    photo = {
        "id": new_id(), "sha256": "ab" * 32, "size_bytes": 300_000, "media_type": "image/jpeg",
        "original_sha256": "cd" * 32, "original_size_bytes": 3_000_000, "original_kept": True, "taken_at": NOW,
        "scope": "outside", "consent_by": None, "manifest": None, "signature": None,
    }  # fmt: skip
    met = visit(world, 0, result="MET_PROMISE", party="obligor", promise=promise(), photos=[photo])
    reveal = {"case_id": world.cases[1], "contact_point_id": world.contacts[1], "reason": "call_now"}
    edit = {"case_id": world.cases[1], "field": "visit_hint", "base_ids": [], "value": "after 18:00"}
    answer = await send(
        database, world, phone, key,
        phone.batch(
            phone.item("duty.start", {"place": None}, at=NOW - timedelta(hours=7)),
            phone.item("visit.record", met),
            phone.item("call.record", call(world, 1)),
            phone.item("contact.reveal", reveal),
            phone.item("case.edit", edit),
        ),
    )  # fmt: skip
    assert told(answer) == [("accepted", None)] * 5
    assert [await count(job_database, world, table) for table in ("visits", "calls", "promises", "evidence")] == [1] * 4
    assert await count(job_database, world, "case_facts", "version = 1") == 1
    assert await count(job_database, world, "duties", "ended_at IS NULL") == 1
    kinds = {"visit.recorded", "call.recorded", "promise.recorded", "evidence.named", "contact.revealed",
             "case.fact_edited", "duty.started"}  # fmt: skip
    async with job_database.pool.acquire() as raw:
        rows = await raw.fetch("SELECT kind FROM events WHERE tenant_id = $1", world.tenant_id)
        case = await raw.fetchrow("SELECT attempts, last_result, state FROM cases WHERE id = $1", world.cases[0])
    assert {row["kind"] for row in rows} == kinds
    assert tuple(case) == (1, "MET_PROMISE", "promise")


async def test_fifty_parallel_replays_leave_one_record_each_and_get_the_same_answer(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    """OF-4."""
    request = phone.batch(
        phone.item("visit.record", visit(world, 0)),
        phone.item("visit.record", visit(world, 1, result="MET_PROMISE", party="obligor", promise=promise())),
        phone.item("visit.record", visit(world, 3)),
    )
    answers = await asyncio.gather(*(send(database, world, phone, key, request) for _ in range(50)))
    assert {json.dumps(told(answer)) for answer in answers} == {
        json.dumps([("accepted", None), ("accepted", None), ("refused", "case.not_yours")])
    }
    tables = ("visits", "promises", "mutations", "quarantine")
    assert [await count(job_database, world, table) for table in tables] == [2, 1, 3, 1]
    assert await count(job_database, world, "events", "kind = 'visit.recorded'") == 2
    assert await count(job_database, world, "cases", "attempts = 1") == 2


async def test_the_same_id_with_other_content_is_refused_and_both_contents_are_kept(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    first = phone.item("visit.record", visit(world, 0))
    second = phone.item("visit.record", visit(world, 0, note="another"), item_id=first.id)
    await send(database, world, phone, key, phone.batch(first))
    answer = await send(database, world, phone, key, phone.batch(second))
    assert told(answer) == [("refused", "sync.id_reused")]
    assert await count(job_database, world, "visits") == 1
    assert await count(job_database, world, "quarantine", "body::jsonb->>'note' = 'another'") == 1


async def test_two_contents_under_one_id_in_one_batch_are_told_apart(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    first = phone.item("visit.record", visit(world, 0))
    second = phone.item("visit.record", visit(world, 1), item_id=first.id)
    answer = await send(database, world, phone, key, phone.batch(first, second))
    assert sorted(told(answer)) == [("accepted", None), ("refused", "sync.id_reused")]
    assert await count(job_database, world, "visits") == 1
    assert await count(job_database, world, "quarantine") == 1


async def test_one_item_that_the_database_refuses_does_not_block_the_rest(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    """The second visit carries the id of the first: a unique violation that no rule foresees."""
    one = visit(world, 0)
    same_id = visit(world, 1, id=one["id"])
    answer = await send(
        database, world, phone, key,
        phone.batch(
            phone.item("visit.record", one),
            phone.item("visit.record", same_id),
            phone.item("call.record", call(world, 2))
        ),
    )  # fmt: skip
    assert told(answer) == [("accepted", None), ("refused", "sync.not_storable"), ("accepted", None)]
    assert [await count(job_database, world, table) for table in ("visits", "calls", "quarantine")] == [1, 1, 1]


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("visit.record", {"result": "NO_SUCH"}, "visit.unknown_result"),
        ("visit.record", {"party": "obligor"}, "visit.party_not_with_result"),
        ("visit.record", {"started_at": NOW + timedelta(seconds=1)}, "visit.times_reversed"),
        ("visit.record", {"result": "MET_PROMISE", "party": "obligor"}, "promise.missing"),
        ("visit.record", {"promise": promise()}, "promise.not_with_result"),
        ("visit.record", {"surprise": 1}, "sync.malformed"),
        ("visit.record", {"note": 7}, "sync.malformed"),
        ("visit.record", {"started_at": "2026-11-24T08:00:00"}, "sync.malformed"),
        ("visit.imagined", {}, "sync.unknown_kind"),
    ],
)
async def test_a_refused_item_stays_visible_on_the_server(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey,
    kind: str, changes: dict[str, object], code: str,
) -> None:  # fmt: skip
    """OF-6: refused and why; the quarantine keeps the whole body."""
    answer = await send(database, world, phone, key, phone.batch(phone.item(kind, visit(world, 0, **changes))))
    assert told(answer) == [("refused", code)]
    assert await count(job_database, world, "visits") == 0
    assert await count(job_database, world, "quarantine", f"code = '{code}' AND body::jsonb ? 'case_id'") == 1


async def test_a_visit_made_before_the_case_was_taken_away_stands_and_a_later_one_is_refused_with_the_name(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    """AL-2."""
    taken = NOW - timedelta(minutes=30)
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE assignments SET released_at = $2 WHERE case_id = $1", world.cases[0], taken)
        await raw.execute(
            "INSERT INTO assignments (id, tenant_id, case_id, user_id, assigned_at, reason)"
            " VALUES ($1, $2, $3, $4, $5, 'manual')",
            new_id(), world.tenant_id, world.cases[0], world.bo, taken,
        )  # fmt: skip
        await raw.execute("UPDATE cases SET assignee_id = $2 WHERE id = $1", world.cases[0], world.bo)
    early = visit(world, 0, started_at=taken - timedelta(minutes=9), ended_at=taken - timedelta(seconds=1))
    answer = await send(
        database, world, phone, key,
        phone.batch(
            phone.item("visit.record", early, at=taken - timedelta(seconds=1)),
            phone.item("visit.record", visit(world, 0), at=taken + timedelta(seconds=1)),
        ),
    )  # fmt: skip
    assert told(answer) == [("accepted", None), ("refused", "case.reassigned")]
    assert answer.answers[1].detail == {"at": taken.isoformat(), "to": "Bo"}


@pytest.mark.parametrize(("seconds", "code"), [(0, None), (5, None), (5.001, "withdraw.too_late")])
async def test_a_record_can_be_taken_back_for_five_seconds(
    database: Database,
    job_database: Database,
    world: World,
    phone: Phone,
    key: SigningKey,
    seconds: float,
    code: str | None,
) -> None:
    met = visit(world, 0, result="MET_PROMISE", party="obligor", promise=promise())
    undo = {"target_kind": "visit", "target_id": met["id"]}
    answer = await send(
        database, world, phone, key,
        phone.batch(
            phone.item("visit.record", met),
            phone.item("record.withdraw", undo, at=NOW + timedelta(seconds=seconds)),
        ),
    )  # fmt: skip
    assert told(answer)[1] == ("refused" if code else "accepted", code)
    withdrawn = code is None
    assert await count(job_database, world, "visits", "withdrawn_at IS NOT NULL") == withdrawn
    assert await count(job_database, world, "promises", "state = 'cancelled'") == withdrawn
    assert await count(job_database, world, "cases", "attempts = 1") == (not withdrawn)
    assert await count(job_database, world, "events", "kind = 'visit.recorded'") == 1


async def test_the_receipt_signs_what_the_server_has(
    database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    """OF-6: accepted only with a server receipt."""
    item = phone.item("visit.record", visit(world, 0))
    answer = await send(database, world, phone, key, phone.batch(item))
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key))
    public.verify(base64.b64decode(answer.receipt.signature), answer.receipt.signed.encode())
    signed = json.loads(answer.receipt.signed)
    assert [(row[0], row[2]) for row in signed["items"]] == [(str(item.id), AnswerStatus.ACCEPTED.value)]
    assert signed["device"] == str(phone.device_id)


async def test_a_device_of_somebody_else_is_turned_away(
    database: Database, job_database: Database, world: World, key: SigningKey
) -> None:
    foreign = await register(job_database, world, world.bo)
    with pytest.raises(Problem, match=r"sync\.not_your_device"):
        await send(database, world, foreign, key, foreign.batch(foreign.item("visit.record", visit(world, 0))))


@pytest.mark.parametrize(
    ("offset", "code"),
    [
        (timedelta(minutes=10, seconds=3), None),
        (timedelta(minutes=10, seconds=4), "sync.in_the_future"),
        (timedelta(seconds=3) - timedelta(days=90), None),
        (timedelta(seconds=2) - timedelta(days=90), "sync.too_old"),
    ],
)
async def test_items_from_the_future_or_the_far_past_are_refused(
    database: Database,
    job_database: Database,
    world: World,
    phone: Phone,
    key: SigningKey,
    offset: timedelta,
    code: str | None,
) -> None:
    at = NOW + offset
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "UPDATE assignments SET assigned_at = $2 WHERE case_id = $1", world.cases[0], NOW - timedelta(days=99)
        )
    body = visit(world, 0, started_at=at - timedelta(minutes=5), ended_at=at)
    answer = await send(database, world, phone, key, phone.batch(phone.item("visit.record", body, at=at)))
    assert told(answer) == [("refused" if code else "accepted", code)]


async def test_an_item_of_another_tenant_s_case_is_refused(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    from tests.world import make_world  # noqa: PLC0415 - a second world only here

    other = await make_world(job_database)
    answer = await send(database, world, phone, key, phone.batch(phone.item("visit.record", visit(other, 0))))
    assert told(answer) == [("refused", "case.not_yours")]
    assert isinstance(other.tenant_id, UUID)


@pytest.mark.parametrize("note", ["a\0b", "\0"])
async def test_a_text_that_the_database_cannot_hold_is_one_refused_item_and_blocks_nothing(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey, note: str
) -> None:
    """A bug that was: U+0000 in one note answered the whole batch with 422, at every try, for ever."""
    answer = await send(
        database, world, phone, key,
        phone.batch(
            phone.item("visit.record", visit(world, 0, note=note)), phone.item("visit.record", visit(world, 1))
        ),
    )  # fmt: skip
    assert told(answer) == [("refused", "sync.not_storable"), ("accepted", None)]
    assert await count(job_database, world, "quarantine", "body LIKE '%\\\\u0000%'") == 1


async def test_a_kind_that_nobody_knows_and_no_database_can_hold_is_refused(
    database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    answer = await send(database, world, phone, key, phone.batch(phone.item("odd\0kind", visit(world, 0))))
    assert told(answer) == [("refused", "sync.unknown_kind")]


async def test_a_card_number_is_hidden_everywhere_and_the_item_stays_the_same_item(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    """E.3: in the row and in the journal; sent again, it is a replay."""
    request = phone.batch(phone.item("visit.record", visit(world, 0, note="pays by 4111 1111 1111 1111")))
    for _ in range(2):
        assert told(await send(database, world, phone, key, request)) == [("accepted", None)]
    hidden = "%4111 11** **** 1111%"
    assert await count(job_database, world, "visits", f"note LIKE '{hidden}'") == 1
    assert await count(job_database, world, "events", f"payload::text LIKE '{hidden}'") == 1
    assert await count(job_database, world, "events", "payload::text LIKE '%1111 1111%'") == 0


async def test_an_answer_about_one_s_own_evidence_is_kept_and_nobody_else_s(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    """EV-8: kept when the case has gone to somebody else; cards are hidden, replays change nothing."""
    own, other = [await name(database, world, b"%d" % n, user_id=user) for n, user in enumerate((world.mei, world.bo))]
    await job_database.pool.execute("UPDATE cases SET assignee_id = $2 WHERE id = $1", world.cases[0], world.bo)
    words = [(own, "card 4111 1111 1111 1111 lay there"), (other, "not mine"), (new_id(), "nobody's")]
    request = phone.batch(
        *(
            phone.item("evidence.answer", {"evidence_id": one, "case_id": world.cases[0], "text": text})
            for one, text in words
        )
    )
    answers = [told(await send(database, world, phone, key, request)) for _ in range(2)]
    assert answers == [[("accepted", None), ("refused", "evidence.not_yours"), ("refused", "evidence.not_yours")]] * 2
    rows = await job_database.pool.fetch("SELECT * FROM evidence_answers WHERE tenant_id = $1", world.tenant_id)
    assert [(row["id"], row["evidence_id"], row["user_id"], row["at"]) for row in rows] == [
        (request.mutations[0].id, own, world.mei, NOW)
    ]
    assert rows[0]["text"] == "card 4111 11** **** 1111 lay there"
    assert await count(job_database, world, "events", "kind = 'evidence.answered' AND case_id IS NOT NULL") == 1


async def test_the_twenty_first_answer_of_a_batch_is_refused(
    database: Database, job_database: Database, world: World, phone: Phone, key: SigningKey
) -> None:
    own = await name(database, world, b"1")
    body = {"evidence_id": own, "case_id": world.cases[0], "text": "again"}
    answer = await send(
        database, world, phone, key, phone.batch(*(phone.item("evidence.answer", body) for _ in range(21)))
    )
    assert told(answer) == [("accepted", None)] * 20 + [("refused", "evidence.too_many_answers")]
    assert await count(job_database, world, "evidence_answers") == 20
