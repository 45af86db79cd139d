"""Does a passkey let in whom it belongs to, open the phone it was made on, and nothing else?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.identity import factor_problems, problems
from backend.identity.commands import devices, factors, locks, passkeys
from backend.identity.commands import people as acts
from backend.identity.commands.factors import Asker
from backend.identity.commands.sign_in import Opened
from backend.identity.factor_schemas import Demand, PolicyChange, Proving
from backend.identity.passkey_rules import base64url_text
from backend.identity.passkey_schemas import AssertionMade, NewPasskey
from backend.identity.principal import Principal
from backend.identity.queries import factors as on_file
from backend.identity.schemas import Act, UserRole
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import NOT_FOUND, Kind, Problem
from backend.kernel.throttle import full_bucket
from tests.backend.identity.authenticator import SITE, Authenticator, new_authenticator
from tests.backend.identity.entering import enter, give_password
from tests.backend.identity.journal import kinds_of
from tests.backend.identity.locking import NOW as LOCK_NOW
from tests.backend.identity.locking import RIGHT, device_of, make, signed_in_again
from tests.world import World

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
SOON = timedelta(minutes=1)
JUST_SIGNED_IN = Proving(password=None)


@pytest.fixture
async def opened(database: Database, world: World) -> Opened:
    """Let Mei in by her password."""
    await give_password(database, world, world.mei, NOW)
    return await enter(database, world, "mei", NOW)


async def kind_of(work: object) -> Kind:
    with pytest.raises(Problem) as caught:
        await work  # type: ignore[misc]  # whatever is awaited must raise
    return caught.value.kind


async def with_passkey(database: Database, opened: Opened, at: datetime = NOW) -> tuple[Authenticator, list[str]]:
    one, asker = new_authenticator(), Asker(opened.who, at)
    options = await passkeys.begin(database, asker, SITE, JUST_SIGNED_IN)
    new = NewPasskey(label="key ring", made=one.register(options.nonce))
    return one, (await passkeys.add(database, asker, SITE, new)).codes


async def nonce(database: Database, subject_id: UUID = passkeys.ANYBODY, at: datetime = NOW) -> str:
    return (await devices.make_challenge(database.pool, subject_id, at)).nonce


async def come_in(database: Database, shown: AssertionMade, at: datetime = NOW) -> Opened:
    return await passkeys.sign_in(database, full_bucket(100, 100), SITE, shown, at)


async def test_a_passkey_is_made_for_the_person_and_lets_in_without_a_code(
    database: Database, world: World, opened: Opened
) -> None:
    """AD-3."""
    options = await passkeys.begin(database, Asker(opened.who, NOW), SITE, JUST_SIGNED_IN)
    assert (options.rp_id, options.user_handle) == ("localhost", base64url_text(world.mei.bytes))
    one, codes = await with_passkey(database, opened)
    assert len(codes) == 10
    again = await passkeys.begin(database, Asker(opened.who, NOW), SITE, JUST_SIGNED_IN)
    assert again.exclude == [base64url_text(one.credential_id)]
    whole = await come_in(database, one.sign(await nonce(database)))
    assert (whole.who.user_id, whole.who.owes_code) == (world.mei, False)
    assert (await enter(database, world, "mei", NOW)).who.owes_code is True
    assert "user.passkey_added" in await kinds_of(database, world, world.mei)


async def test_a_nonce_is_good_once_for_two_minutes_and_for_what_it_was_given(
    database: Database, world: World, opened: Opened
) -> None:
    one, _ = await with_passkey(database, opened)
    shown = one.sign(await nonce(database))
    await come_in(database, shown)
    for wrong, at in (
        (shown, NOW),
        (one.sign(await nonce(database)), NOW + timedelta(minutes=2)),
        (one.sign(await nonce(database, world.mei)), NOW),
        (one.sign("made up"), NOW),
        (new_authenticator().sign(await nonce(database)), NOW),
    ):
        assert await kind_of(come_in(database, wrong, at)) is factor_problems.PASSKEY_REFUSED


async def test_somebody_inactive_has_no_way_in(database: Database, world: World, opened: Opened) -> None:
    one, _ = await with_passkey(database, opened)
    act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=NOW)
    async with transaction(database, world.scope(world.ada)) as tx:
        await acts.deactivate_user(tx, act, world.mei)
    assert await kind_of(come_in(database, one.sign(await nonce(database)))) is factor_problems.PASSKEY_REFUSED


async def test_a_passkey_is_the_second_step_of_its_own_person_only(
    database: Database, world: World, opened: Opened
) -> None:
    one, _ = await with_passkey(database, opened)
    await give_password(database, world, world.bo, NOW)
    other, _ = await with_passkey(database, await enter(database, world, "bo", NOW))
    half = await enter(database, world, "mei", NOW)
    stranger = other.sign(await nonce(database))
    assert await kind_of(passkeys.show(database, SITE, half.who, stranger, NOW)) is factor_problems.PASSKEY_REFUSED
    whole = await passkeys.show(database, SITE, half.who, one.sign(await nonce(database)), NOW)
    assert whole.who.owes_code is False
    assert await kind_of(passkeys.show(database, SITE, whole.who, stranger, NOW)) is factor_problems.NOTHING_OWED


async def test_a_passkey_is_removed_by_the_person_and_not_the_last_one_of_who_must_have_one(
    database: Database, world: World, opened: Opened
) -> None:
    one, _ = await with_passkey(database, opened)
    asker = Asker(opened.who, NOW)
    async with transaction(database, opened.who.scope()) as tx:
        (listed,) = await on_file.passkeys_of(await bare(tx), world.mei)
    assert (listed.label, listed.opens_device) == ("key ring", None)
    act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=NOW)
    async with transaction(database, world.scope(world.ada)) as tx:
        change = PolicyChange(role=UserRole.COLLECTOR, demand=Demand.REQUIRED, grace_days=0)
        await factors.set_policy(tx, act, change)
    removed = passkeys.remove(database, asker, listed.id, JUST_SIGNED_IN)
    assert await kind_of(removed) is factor_problems.LAST_FACTOR
    await with_passkey(database, opened)
    await passkeys.remove(database, asker, listed.id, JUST_SIGNED_IN)
    assert await kind_of(come_in(database, one.sign(await nonce(database)))) is factor_problems.PASSKEY_REFUSED
    absent = passkeys.remove(database, asker, listed.id, JUST_SIGNED_IN)
    assert await kind_of(absent) is factor_problems.FACTOR_ABSENT


async def test_what_was_not_made_for_a_nonce_of_the_person_is_unfit(
    database: Database, world: World, opened: Opened
) -> None:
    asker = Asker(opened.who, NOW)
    for made_for in ("made up", await nonce(database), await nonce(database, world.bo)):
        new = NewPasskey(label="x", made=new_authenticator().register(made_for))
        assert await kind_of(passkeys.add(database, asker, SITE, new)) is factor_problems.PASSKEY_UNFIT


async def lock_by_passkey(database: Database, who: Principal, at: datetime = LOCK_NOW) -> Authenticator:
    one, device_id = new_authenticator(), device_of(who)
    made = one.register(await nonce(database, device_id, at))
    await passkeys.add_for_device(database, Asker(who, at), SITE, device_id, NewPasskey(label="phone", made=made))
    return one


async def lease(database: Database, who: Principal, shown: AssertionMade, at: datetime = LOCK_NOW) -> datetime:
    given = await locks.renew_lease(database, who, device_of(who), locks.Shown(SITE, shown), at)
    return given.lease_until


async def test_a_lease_is_prolonged_by_the_phones_passkey_alone(database: Database, mei: Principal) -> None:
    """N7: a copied profile has the session and the phone's key, and not the passkey."""
    device_id = device_of(mei)
    stranger = new_authenticator()
    unknown = lease(database, mei, stranger.sign(await nonce(database, device_id, LOCK_NOW)))
    assert await kind_of(unknown) is problems.NO_LOCK
    one = await lock_by_passkey(database, mei)
    shown = one.sign(await nonce(database, device_id, LOCK_NOW))
    assert await lease(database, mei, shown) == LOCK_NOW + timedelta(hours=12)
    assert await kind_of(lease(database, mei, shown)) is factor_problems.PASSKEY_REFUSED
    for wrong in (
        stranger.sign(await nonce(database, device_id, LOCK_NOW)),
        one.sign(await nonce(database, passkeys.ANYBODY, LOCK_NOW)),
        one.sign("made up"),
    ):
        assert await kind_of(lease(database, mei, wrong)) is factor_problems.PASSKEY_REFUSED


async def test_the_cookie_alone_puts_no_passkey_of_its_own(database: Database, mei: Principal) -> None:
    """Neither in the place of a passkey nor of a PIN: it takes a new sign-in, and the old way is gone then."""
    first = await lock_by_passkey(database, mei)
    assert await kind_of(lock_by_passkey(database, mei, LOCK_NOW + SOON)) is problems.SIGN_IN_AGAIN
    again = await signed_in_again(database, mei, LOCK_NOW + SOON)
    second = await lock_by_passkey(database, again, LOCK_NOW + SOON)
    device_id, at = device_of(mei), LOCK_NOW + SOON
    old = first.sign(await nonce(database, device_id, at))
    assert await kind_of(lease(database, again, old, at)) is factor_problems.PASSKEY_REFUSED
    assert await lease(database, again, second.sign(await nonce(database, device_id, at)), at) > at


async def test_a_pin_takes_the_place_of_a_passkey_and_the_other_way_round(database: Database, mei: Principal) -> None:
    one, device_id = await lock_by_passkey(database, mei), device_of(mei)
    at = LOCK_NOW + SOON
    again = await signed_in_again(database, mei, at)
    await make(database, again, RIGHT, at=at)
    shown = one.sign(await nonce(database, device_id, at))
    assert await kind_of(lease(database, again, shown, at)) is problems.NO_LOCK
    later = at + SOON
    third = await signed_in_again(database, mei, later)
    await lock_by_passkey(database, third, later)
    assert await kind_of(locks.unlock(database, third, device_id, RIGHT, later)) is problems.NO_LOCK


async def test_only_the_devices_own_session_may_ask(database: Database, mei: Principal, opened: Opened) -> None:
    made = new_authenticator().register(await nonce(database, device_of(mei)))
    new = NewPasskey(label="phone", made=made)
    work = passkeys.add_for_device(database, Asker(opened.who, NOW), SITE, device_of(mei), new)
    assert await kind_of(work) is NOT_FOUND
