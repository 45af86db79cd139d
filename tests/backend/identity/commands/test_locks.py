"""Does the server's half of a phone's key go to who knows the PIN only, and is it gone after the eighth wrong one?"""

import asyncio
from base64 import b64encode
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from backend.identity import problems
from backend.identity.commands import locks
from backend.identity.principal import Principal
from backend.identity.queries.locks import owner_of_device
from backend.identity.schemas import NewLock
from backend.kernel.db import Database
from backend.kernel.problems import NOT_FOUND, Kind, Problem
from tests.backend.identity.journal import kinds_of
from tests.backend.identity.locking import NOW, OTHER, RIGHT, WRONG, device_of, make, refusal, signed_in_again
from tests.world import World


async def test_the_half_is_made_once_and_given_to_who_knows_the_pin(database: Database, mei: Principal) -> None:
    """OF-8, N7: twelve hours by the lender's default, and not on the phone's storage."""
    made = await make(database, mei, RIGHT)
    given = await locks.unlock(database, mei, device_of(mei), RIGHT, NOW + timedelta(hours=3))
    assert given.share == made.share
    assert (given.lease_until, given.may_start_cold) == (NOW + timedelta(hours=15), False)


async def test_a_new_pin_makes_a_new_half(database: Database, mei: Principal) -> None:
    first = await make(database, mei, RIGHT)
    second = await make(database, mei, WRONG, RIGHT)
    assert first.share != second.share
    assert (await refusal(database, mei, RIGHT))[0] is problems.PIN_WRONG


async def test_the_eighth_wrong_pin_destroys_the_half_for_good(
    database: Database, job_database: Database, world: World, mei: Principal
) -> None:
    await make(database, mei, RIGHT)
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
    await make(database, mei, RIGHT)
    for _ in range(7):
        await refusal(database, mei, WRONG)
    await locks.unlock(database, mei, device_of(mei), RIGHT, NOW)
    assert await refusal(database, mei, WRONG) == (problems.PIN_WRONG, {"tries_left": 7})


async def test_many_wrong_pins_at_once_are_many(database: Database, mei: Principal) -> None:
    await make(database, mei, RIGHT)
    found = await asyncio.gather(*(refusal(database, mei, WRONG) for _ in range(12)))
    assert [kind for kind, _ in found].count(problems.PIN_WRONG) == 7


async def test_only_the_devices_own_session_may_ask(database: Database, mei: Principal) -> None:
    await make(database, mei, RIGHT)
    elsewhere = msgspec.structs.replace(mei, device_id=None)
    with pytest.raises(Problem) as caught:
        await locks.unlock(database, elsewhere, device_of(mei), RIGHT, NOW)
    assert caught.value.kind is NOT_FOUND
    with pytest.raises(Problem) as caught:
        await locks.make_lock(database, elsewhere, device_of(mei), NewLock(verifier=RIGHT), NOW)
    assert caught.value.kind is NOT_FOUND


@pytest.mark.parametrize("verifier", ["", "?" * 44, b64encode(bytes(31)).decode(), b64encode(bytes(33)).decode()])
async def test_a_proof_has_32_bytes(database: Database, mei: Principal, verifier: str) -> None:
    with pytest.raises(Problem) as caught:
        await make(database, mei, verifier)
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
    made = await make(database, mei, RIGHT)
    assert (made.lease_until, made.may_start_cold) == (NOW + timedelta(hours=8), True)


async def refused(database: Database, who: Principal, verifier: str, old: str | None = None) -> Kind:
    with pytest.raises(Problem) as caught:
        await make(database, who, verifier, old, at=NOW + timedelta(hours=2))
    return caught.value.kind


async def test_the_session_alone_sets_no_other_pin(database: Database, mei: Principal) -> None:
    """OF-9: the cookie lies on the phone, where a thief finds it."""
    await make(database, mei, RIGHT)
    assert await refused(database, mei, OTHER) is problems.SIGN_IN_AGAIN
    again = await signed_in_again(database, mei, NOW + timedelta(minutes=5))
    assert (await make(database, again, OTHER, at=NOW + timedelta(minutes=6))).share
    # That session has made a lock, and lies on the disk like the other.
    assert await refused(database, again, RIGHT) is problems.SIGN_IN_AGAIN


async def test_a_session_that_has_opened_the_lock_sets_no_other_pin_either(database: Database, mei: Principal) -> None:
    await make(database, mei, RIGHT)
    again = await signed_in_again(database, mei, NOW + timedelta(minutes=5))
    await locks.unlock(database, again, device_of(mei), RIGHT, NOW + timedelta(minutes=6))
    assert await refused(database, again, OTHER) is problems.SIGN_IN_AGAIN


async def test_after_the_eighth_wrong_pin_only_a_new_sign_in_sets_one(database: Database, mei: Principal) -> None:
    await make(database, mei, RIGHT)
    for _ in range(8):
        await refusal(database, mei, WRONG)
    assert await refused(database, mei, OTHER) is problems.SIGN_IN_AGAIN
    assert await refused(database, mei, OTHER, RIGHT) is problems.PIN_SPENT
    again = await signed_in_again(database, mei, NOW + timedelta(hours=3))
    assert (await make(database, again, OTHER, at=NOW + timedelta(hours=3))).share


async def test_a_wrong_old_pin_is_counted_as_any_other(database: Database, mei: Principal) -> None:
    await make(database, mei, RIGHT)
    for _ in range(7):
        assert await refused(database, mei, OTHER, WRONG) is problems.PIN_WRONG
    assert await refused(database, mei, OTHER, WRONG) is problems.PIN_SPENT


async def test_the_same_pin_once_more_is_taken_because_the_answer_may_have_been_lost(
    database: Database, mei: Principal
) -> None:
    await make(database, mei, RIGHT)
    assert (await make(database, mei, RIGHT, at=NOW + timedelta(minutes=1))).share


async def test_whose_a_device_is_is_found_before_anybody_is_known(
    database: Database, world: World, mei: Principal
) -> None:
    assert await owner_of_device(database.pool, device_of(mei)) == (world.tenant_id, world.mei)
    assert await owner_of_device(database.pool, uuid4()) is None
