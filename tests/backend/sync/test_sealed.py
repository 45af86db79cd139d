"""Can the server open what a locked phone sends, and is what it cannot open kept?"""

import base64
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from backend.kernel.boxes import Boxes, open_boxes
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.push import push
from backend.sync.schemas import Mutation, PushAnswer, PushRequest
from backend.sync.sealed import is_sealed, opened
from tests.backend.sync.phone import NOW, Phone, register, sender, visit
from tests.backend.sync.sealing import OutboxKey
from tests.world import World


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[SigningKey, Boxes]:
    folder = Path(tmp_path_factory.mktemp("keys"))
    return open_signing_key(folder), open_boxes(folder)


@pytest.fixture
async def phone(job_database: Database, world: World) -> Phone:
    return await register(job_database, world, world.mei)


Keys = tuple[SigningKey, Boxes]


async def send(database: Database, world: World, phone: Phone, keys: Keys, request: PushRequest) -> PushAnswer:
    signing, boxes = keys
    at = NOW + timedelta(seconds=3)
    return await push(database, sender(world, phone, world.mei), opened(request, boxes), signing, at)


def batch(phone: Phone, key: OutboxKey, *items: Mutation) -> PushRequest:
    return msgspec.structs.replace(phone.batch(*items), envelopes=[key.envelope])


def told(answer: PushAnswer) -> list[tuple[str, str | None, bool]]:
    return [(one.status.value, one.code, one.is_replay) for one in answer.answers]


async def test_a_sealed_item_is_recorded_as_a_plain_one(
    database: Database, job_database: Database, world: World, phone: Phone, keys: Keys
) -> None:
    """OF-9: what waits on the phone can be read by the server only."""
    key = OutboxKey(keys[1].keys[0], phone.device_id)
    plain = phone.item("visit.record", visit(world, 0, note="门口 the red gate"))
    item = key.seal(plain)
    assert b"red gate" not in msgspec.json.encode(batch(phone, key, item))
    assert told(await send(database, world, phone, keys, batch(phone, key, item))) == [("accepted", None, False)]
    async with job_database.pool.acquire() as raw:
        notes = await raw.fetch("SELECT note FROM visits WHERE tenant_id = $1", world.tenant_id)
    assert [row["note"] for row in notes] == ["门口 the red gate"]


async def test_the_same_item_sealed_anew_or_sent_plain_is_a_replay(
    database: Database, world: World, phone: Phone, keys: Keys
) -> None:
    """OF-4: the fingerprint is of the plain body, so no way of sealing makes a second record."""
    plain = phone.item("visit.record", visit(world, 0))
    for again, key in enumerate(
        (OutboxKey(keys[1].keys[0], phone.device_id), OutboxKey(keys[1].keys[0], phone.device_id))
    ):
        answer = await send(database, world, phone, keys, batch(phone, key, key.seal(plain)))
        assert told(answer) == [("accepted", None, again == 1)]
    assert told(await send(database, world, phone, keys, phone.batch(plain))) == [("accepted", None, True)]


async def test_what_cannot_be_opened_is_refused_and_kept_and_holds_nobody_back(
    database: Database, job_database: Database, world: World, phone: Phone, keys: Keys, tmp_path: Path
) -> None:
    """OF-6: sealed for another server; the good one beside it is taken."""
    ours = OutboxKey(keys[1].keys[0], phone.device_id)
    foreign = OutboxKey(open_boxes(tmp_path).keys[0], phone.device_id)
    good = ours.seal(phone.item("visit.record", visit(world, 0)))
    bad = foreign.seal(phone.item("visit.record", visit(world, 1)))
    request = msgspec.structs.replace(phone.batch(good, bad), envelopes=[ours.envelope, foreign.envelope])
    answer = await send(database, world, phone, keys, request)
    assert told(answer) == [("accepted", None, False), ("refused", "sync.unreadable", False)]
    async with job_database.pool.acquire() as raw:
        kept = await raw.fetchval("SELECT body FROM quarantine WHERE mutation_id = $1", bad.id)
    assert kept == bytes(bad.body).decode()


def changed(item: Mutation, part: str) -> Mutation:
    body = msgspec.json.decode(item.body)
    data = bytearray(base64.b64decode(body["sealed"][part]))
    data[-1] ^= 1
    body["sealed"][part] = base64.b64encode(data).decode()
    return msgspec.structs.replace(item, body=msgspec.Raw(msgspec.json.encode(body)))


@pytest.mark.parametrize(
    "what", ["data", "iv", "kind", "id", "schema", "device", "envelope", "not base64", "no envelope"]
)
def test_nothing_of_a_sealed_item_can_be_changed_or_moved(keys: Keys, what: str) -> None:
    phone, other = Phone(new_id()), Phone(new_id())
    key = OutboxKey(keys[1].keys[0], phone.device_id)
    item = key.seal(phone.item("duty.end", {}))
    request = batch(other if what == "device" else phone, key, item)
    assert not is_sealed(opened(batch(phone, key, item), keys[1]).mutations[0])
    replace = msgspec.structs.replace
    attack = {
        "data": lambda: replace(request, mutations=[changed(item, "data")]),
        "iv": lambda: replace(request, mutations=[changed(item, "iv")]),
        "kind": lambda: replace(request, mutations=[replace(item, kind="duty.start")]),
        "id": lambda: replace(request, mutations=[replace(item, id=new_id())]),
        "schema": lambda: replace(request, mutations=[replace(item, schema=2)]),
        "device": lambda: request,
        "envelope": lambda: replace(request, envelopes=[replace(key.envelope, epk=key.envelope.iv)]),
        "not base64": lambda: replace(request, envelopes=[replace(key.envelope, wrapped="?")]),
        "no envelope": lambda: replace(request, envelopes=[]),
    }[what]()
    assert is_sealed(opened(attack, keys[1]).mutations[0])


def test_a_batch_of_plain_items_is_left_as_it_is(keys: Keys) -> None:
    phone = Phone(new_id())
    request = phone.batch(phone.item("duty.end", {}))
    assert opened(request, keys[1]) is request
