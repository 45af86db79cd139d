"""Does the server's half of a phone's key go to who knows the PIN only, and is it gone after the eighth wrong one?"""

import asyncio
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.identity import problems
from backend.identity.commands import devices, locks
from backend.identity.permissions import REACH_OF
from backend.identity.principal import Principal
from backend.identity.queries import doors
from backend.identity.queries.locks import owner_of_device
from backend.identity.schemas import UserRole
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import NOT_FOUND, Kind, Problem
from tests.backend.identity.journal import kinds_of
from tests.backend.identity.phone import new_phone
from tests.world import World

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def proof(pin: int) -> str:
    return b64encode(bytes([pin]) * 32).decode()


RIGHT, WRONG = proof(1), proof(2)


@pytest.fixture
async def mei(database: Database, world: World) -> Principal:
    """Sign Mei in on a registered phone."""
    role, phone = UserRole.COLLECTOR, new_phone()
    scope = world.scope(world.mei)
    who = Principal(
        user_id=world.mei, tenant_id=world.tenant_id, role=role, reach=REACH_OF[role], team_ids=scope.team_ids,
        device_id=None, token_hash=uuid4().bytes * 2, expires_at=NOW + timedelta(hours=12),
    )  # fmt: skip
    async with transaction(database, scope) as tx:
        await doors.insert_session(await bare(tx), who, NOW)
        await devices.register_device(tx, who, phone.registration(), NOW)
    return msgspec.structs.replace(who, device_id=phone.id)


def device_of(who: Principal) -> UUID:
    assert who.device_id is not None
    return who.device_id


async def refusal(database: Database, who: Principal, verifier: str) -> tuple[Kind, dict[str, object]]:
    with pytest.raises(Problem) as caught:
        await locks.unlock(database, who, device_of(who), verifier, NOW)
    return caught.value.kind, dict(caught.value.data)


async def test_the_half_is_made_once_and_given_to_who_knows_the_pin(database: Database, mei: Principal) -> None:
    """OF-8, N7: twelve hours by the lender's default, and not on the phone's storage."""
    made = await locks.make_lock(database, mei, device_of(mei), RIGHT, NOW)
    given = await locks.unlock(database, mei, device_of(mei), RIGHT, NOW + timedelta(hours=3))
    assert given.share == made.share
    assert (given.lease_until, given.may_start_cold) == (NOW + timedelta(hours=15), False)


async def test_a_new_pin_makes_a_new_half(database: Database, mei: Principal) -> None:
    first = await locks.make_lock(database, mei, device_of(mei), RIGHT, NOW)
    second = await locks.make_lock(database, mei, device_of(mei), WRONG, NOW)
    assert first.share != second.share
    assert (await refusal(database, mei, RIGHT))[0] is problems.PIN_WRONG


async def test_the_eighth_wrong_pin_destroys_the_half_for_good(
    database: Database, job_database: Database, world: World, mei: Principal
) -> None:
    await locks.make_lock(database, mei, device_of(mei), RIGHT, NOW)
    for left in range(7, 0, -1):
        assert await refusal(database, mei, WRONG) == (problems.PIN_WRONG, {"tries_left": left})
    assert (await refusal(database, mei, WRONG))[0] is problems.PIN_SPENT
    assert (await refusal(database, mei, RIGHT))[0] is problems.PIN_SPENT
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow("SELECT share, verifier FROM device_locks WHERE device_id = $1", device_of(mei))
    assert row is not None
    assert tuple(row) == (None, None)
    kinds = await kinds_of(database, world, device_of(mei))
    assert kinds[1:] == ["device.lock_made", *["device.pin_wrong"] * 7, "device.pin_spent"]


async def test_a_right_pin_gives_all_tries_back(database: Database, mei: Principal) -> None:
    await locks.make_lock(database, mei, device_of(mei), RIGHT, NOW)
    for _ in range(7):
        await refusal(database, mei, WRONG)
    await locks.unlock(database, mei, device_of(mei), RIGHT, NOW)
    assert await refusal(database, mei, WRONG) == (problems.PIN_WRONG, {"tries_left": 7})


async def test_many_wrong_pins_at_once_are_many(database: Database, mei: Principal) -> None:
    await locks.make_lock(database, mei, device_of(mei), RIGHT, NOW)
    found = await asyncio.gather(*(refusal(database, mei, WRONG) for _ in range(12)))
    assert [kind for kind, _ in found].count(problems.PIN_WRONG) == 7


async def test_only_the_devices_own_session_may_ask(database: Database, mei: Principal) -> None:
    await locks.make_lock(database, mei, device_of(mei), RIGHT, NOW)
    elsewhere = msgspec.structs.replace(mei, device_id=None)
    for act in (locks.unlock, locks.make_lock):
        with pytest.raises(Problem) as caught:
            await act(database, elsewhere, device_of(mei), RIGHT, NOW)
        assert caught.value.kind is NOT_FOUND


@pytest.mark.parametrize("verifier", ["", "?" * 44, b64encode(bytes(31)).decode(), b64encode(bytes(33)).decode()])
async def test_a_proof_has_32_bytes(database: Database, mei: Principal, verifier: str) -> None:
    with pytest.raises(Problem) as caught:
        await locks.make_lock(database, mei, device_of(mei), verifier, NOW)
    assert caught.value.kind is problems.LOCK_UNFIT


async def test_without_a_pin_there_is_nothing_to_open(database: Database, mei: Principal) -> None:
    assert (await refusal(database, mei, RIGHT))[0] is problems.NO_LOCK


async def test_a_lender_sets_the_lease_and_may_allow_a_cold_start(
    database: Database, job_database: Database, world: World, mei: Principal
) -> None:
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "UPDATE tenants SET phone_lease_hours = 8, may_start_cold = true WHERE id = $1", world.tenant_id
        )
    lease = await locks.renew_lease(database, mei, device_of(mei), NOW)
    assert (lease.lease_until, lease.may_start_cold) == (NOW + timedelta(hours=8), True)


async def test_whose_a_device_is_is_found_before_anybody_is_known(
    database: Database, world: World, mei: Principal
) -> None:
    assert await owner_of_device(database.pool, device_of(mei)) == (world.tenant_id, world.mei)
    assert await owner_of_device(database.pool, uuid4()) is None
