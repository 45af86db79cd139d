"""Is a secret that opens a session good for that session only, for its time, and gone when the lock is spent?"""

from datetime import timedelta

from backend.identity.commands import locks, openings
from backend.identity.commands.sign_in import hash_of
from backend.identity.principal import Principal
from backend.identity.queries import doors
from backend.kernel.db import Database, bare, transaction
from tests.backend.identity.locking import NOW, OTHER, RIGHT, WRONG, device_of, make, refusal, signed_in_again

SOON = NOW + timedelta(minutes=1)


async def is_locked(database: Database, who: Principal, opening: str, minutes: int = 1) -> bool:
    now = NOW + timedelta(minutes=minutes)
    found = await doors.principal_of(database.pool, who.token_hash, now, opening_hash=hash_of(opening))
    assert found is not None
    return found.is_locked


async def test_a_lock_locks_the_sessions_of_its_device_and_its_maker_holds_the_opening(
    database: Database, mei: Principal
) -> None:
    """OF-9: the cookie is not enough; the secret is, for as long as the lease says."""
    assert not await is_locked(database, mei, "nothing")
    made = await make(database, mei, RIGHT)
    assert await is_locked(database, mei, "nothing")
    assert not await is_locked(database, mei, made.opening)
    assert not await is_locked(database, mei, made.opening, minutes=12 * 60 - 1)
    assert await is_locked(database, mei, made.opening, minutes=12 * 60)


async def test_an_opening_opens_no_other_session(database: Database, mei: Principal) -> None:
    made = await make(database, mei, RIGHT)
    again = await signed_in_again(database, mei, SOON)
    assert await is_locked(database, again, made.opening)


async def test_a_new_pin_and_the_eighth_wrong_one_close_what_was_open(database: Database, mei: Principal) -> None:
    first = await make(database, mei, RIGHT)
    second = await make(database, mei, OTHER, RIGHT)
    assert await is_locked(database, mei, first.opening)
    assert not await is_locked(database, mei, second.opening)
    for _ in range(8):
        await refusal(database, mei, WRONG)
    assert await is_locked(database, mei, second.opening)


async def test_tabs_have_openings_of_their_own_up_to_a_limit(database: Database, mei: Principal) -> None:
    await make(database, mei, RIGHT)
    given = [
        (await locks.unlock(database, mei, device_of(mei), RIGHT, NOW + timedelta(seconds=one))).opening
        for one in range(openings.OPENINGS_A_SESSION_MAX + 1)
    ]
    assert [await is_locked(database, mei, one) for one in given] == [True, *[False] * openings.OPENINGS_A_SESSION_MAX]


async def test_a_session_that_is_bound_to_a_locked_device_begins_locked(database: Database, mei: Principal) -> None:
    await make(database, mei, RIGHT)
    async with transaction(database, mei.scope()) as tx:
        await doors.bind_session(await bare(tx), mei.token_hash, device_of(mei), mei.expires_at)
    assert await is_locked(database, mei, "nothing")
