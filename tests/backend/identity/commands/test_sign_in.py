"""Does somebody get in by the right password or link only, and can strangers keep nobody out for good?"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.identity import passwords, problems
from backend.identity.commands import devices as device_acts
from backend.identity.commands import people as acts
from backend.identity.commands import sign_in as coming_in
from backend.identity.commands.sign_in import Opened
from backend.identity.queries import doors
from backend.identity.schemas import Act, PasswordChange, SignIn, UserRole
from backend.kernel.db import Database, Reach, transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import TOO_MANY, Kind, Problem
from backend.kernel.throttle import Bucket, full_bucket
from tests.backend.identity.journal import kinds_of
from tests.backend.identity.phone import Phone, new_phone
from tests.world import World

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PASSWORD = "harbour-lantern-29"


def wide() -> Bucket:
    return full_bucket(1000, 1000)


def act(world: World, at: datetime = NOW) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=at)


def login(world: World, name: str = "mei") -> str:
    return f"{name}-{world.tenant_id.hex[-12:]}"


@pytest.fixture
async def known(database: Database, world: World) -> World:
    """Give Mei of the world a password."""
    hashed = await passwords.hash_password(PASSWORD)
    async with transaction(database, world.scope(world.ada)) as tx:
        await acts.set_password(tx, act(world), world.mei, hashed, spare=None)
    return world


async def enter(database: Database, world: World, password: str, at: datetime = NOW) -> Opened:
    return await coming_in.sign_in(database, wide(), SignIn(login=login(world), password=password), at)


async def refused(database: Database, attempt: SignIn, at: datetime, bucket: Bucket | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        await coming_in.sign_in(database, bucket or wide(), attempt, at)
    return caught.value


async def enter_from(database: Database, world: World, phone: Phone, password: str, at: datetime) -> Opened:
    challenge = await device_acts.make_challenge(database.pool, phone.id, at)
    attempt = SignIn(login=login(world), password=password, device_id=phone.id, proof=phone.proof(challenge.nonce))
    return await coming_in.sign_in(database, wide(), attempt, at)


async def registered(database: Database, world: World, at: datetime = NOW) -> Phone:
    phone, opened = new_phone(), await enter(database, world, PASSWORD, at)
    async with transaction(database, opened.who.scope()) as tx:
        await device_acts.register_device(tx, opened.who, phone.registration(), at)
    return phone


async def test_the_right_password_opens_a_session_that_knows_its_scope(database: Database, known: World) -> None:
    opened = await enter(database, known, PASSWORD)
    found = await doors.principal_of(database.pool, coming_in.hash_of(opened.token), NOW)

    assert found == opened.who
    assert (found.role, found.reach, found.team_ids) == (UserRole.COLLECTOR, Reach.OWN, (known.field_team_id,))
    assert found.expires_at == NOW + timedelta(hours=12)
    assert await kinds_of(database, known, known.mei) == ["user.password_changed", "session.opened"]


async def test_the_database_keeps_no_token(database: Database, known: World) -> None:
    opened = await enter(database, known, PASSWORD)
    async with database.pool.acquire() as raw:
        kept = await raw.fetchval("SELECT token_hash FROM sessions WHERE user_id = $1", known.mei)
    assert len(opened.token) == 43
    assert kept == coming_in.hash_of(opened.token)


async def test_a_wrong_password_an_unknown_name_and_an_inactive_person_are_answered_alike(
    database: Database, known: World
) -> None:
    async with transaction(database, known.scope(known.ada)) as tx:
        await acts.deactivate_user(tx, act(known), known.bo)
    answers = [
        await refused(database, SignIn(login=name, password=password), NOW)
        for name, password in (
            (login(known), "wrong"),
            (f"nobody-{new_id()}", PASSWORD),
            (login(known, "bo"), PASSWORD),
            (login(known, "lin"), PASSWORD),
        )
    ]
    assert {(problem.kind, str(problem.data)) for problem in answers} == {(problems.WRONG_PASSWORD, "{}")}
    assert "session.refused" in await kinds_of(database, known, known.mei)


@pytest.mark.parametrize("is_known", [True, False])
async def test_after_three_failures_one_waits_whether_the_name_is_known_or_not(
    database: Database, known: World, *, is_known: bool
) -> None:
    """AD-3: the delay must not tell which names exist either."""
    attempt = SignIn(login=login(known) if is_known else f"nobody-{new_id()}", password="wrong")
    kinds: list[tuple[Kind, object]] = []
    for _ in range(5):
        problem = await refused(database, attempt, NOW)
        kinds.append((problem.kind, problem.data.get("retry_after_s")))
    assert kinds == [(problems.WRONG_PASSWORD, None)] * 3 + [(problems.WAIT, 2)] * 2


async def test_waiting_does_not_count_as_failing_and_the_right_password_then_opens(
    database: Database, known: World
) -> None:
    wrong = SignIn(login=login(known), password="wrong")
    for _ in range(10):
        await refused(database, wrong, NOW)
    opened = await enter(database, known, PASSWORD, NOW + timedelta(seconds=2))
    assert opened.who.user_id == known.mei
    assert (await refused(database, wrong, NOW + timedelta(seconds=2))).kind is problems.WRONG_PASSWORD


async def test_a_hundred_attempts_at_once_are_not_a_hundred_guesses(database: Database, known: World) -> None:
    """The attempt is counted before it is tried, under a lock of the name."""
    wrong = SignIn(login=login(known), password="wrong")
    answers = await asyncio.gather(*(refused(database, wrong, NOW) for _ in range(100)))
    assert sum(problem.kind is problems.WRONG_PASSWORD for problem in answers) == 3


async def test_strangers_cannot_lock_out_a_registered_phone(database: Database, known: World) -> None:
    """AD-3: the name waits a quarter of an hour, its own phone does not wait at all."""
    phone = await registered(database, known)
    wrong, at = SignIn(login=login(known), password="wrong"), NOW
    for _ in range(20):
        at += timedelta(seconds=901)
        await refused(database, wrong, at)
    assert (await refused(database, SignIn(login=login(known), password=PASSWORD), at)).kind is problems.WAIT

    opened = await enter_from(database, known, phone, PASSWORD, at)

    assert opened.who.device_id == phone.id
    assert opened.who.expires_at == at + timedelta(days=30)


async def test_a_lost_phone_is_no_free_place_to_guess(database: Database, known: World) -> None:
    phone = await registered(database, known)
    kinds = []
    for _ in range(5):
        with pytest.raises(Problem) as caught:
            await enter_from(database, known, phone, "wrong", NOW)
        kinds.append(caught.value.kind)
    assert kinds == [problems.WRONG_PASSWORD] * 3 + [problems.WAIT] * 2
    opened = await enter_from(database, known, phone, PASSWORD, NOW + timedelta(seconds=60))
    assert opened.who.device_id == phone.id


async def test_a_challenge_is_good_once_and_for_two_minutes(database: Database, known: World) -> None:
    phone = await registered(database, known)
    challenge = await device_acts.make_challenge(database.pool, phone.id, NOW)
    proof = phone.proof(challenge.nonce)
    attempt = SignIn(login=login(known), password=PASSWORD, device_id=phone.id, proof=proof)

    first = await coming_in.sign_in(database, wide(), attempt, NOW + timedelta(seconds=119))
    again = await refused(database, attempt, NOW + timedelta(seconds=119))
    old = await device_acts.make_challenge(database.pool, phone.id, NOW)
    late = SignIn(login=login(known), password=PASSWORD, device_id=phone.id, proof=phone.proof(old.nonce))

    assert first.who.device_id == phone.id
    assert again.kind is problems.DEVICE_NOT_PROVEN
    assert (await refused(database, late, NOW + timedelta(seconds=120))).kind is problems.DEVICE_NOT_PROVEN


async def test_a_device_that_is_unknown_or_somebody_elses_signs_in_as_no_device(
    database: Database, known: World
) -> None:
    """Two people share a browser, or the server was made anew: the page then registers a device again."""
    opened = await enter_from(database, known, new_phone(), PASSWORD, NOW)
    assert opened.who.device_id is None


async def test_a_revoked_phone_hears_so_only_with_the_right_password(database: Database, known: World) -> None:
    """OF-10."""
    phone = await registered(database, known)
    opened = await enter(database, known, PASSWORD)
    async with transaction(database, opened.who.scope()) as tx:
        await device_acts.revoke_device(tx, opened.who, phone.id, "lost", NOW)

    for password, kind in (("wrong", problems.WRONG_PASSWORD), (PASSWORD, problems.DEVICE_REVOKED)):
        with pytest.raises(Problem) as caught:
            await enter_from(database, known, phone, password, NOW)
        assert caught.value.kind is kind


async def test_a_flood_of_names_waits_but_a_proven_phone_passes_it(database: Database, known: World) -> None:
    phone, dry = await registered(database, known), full_bucket(0.001, 1)
    flood = SignIn(login=f"nobody-{new_id()}", password="wrong")
    await refused(database, flood, NOW, dry)
    assert (await refused(database, flood, NOW, dry)).kind is TOO_MANY

    challenge = await device_acts.make_challenge(database.pool, phone.id, NOW)
    attempt = SignIn(login=login(known), password=PASSWORD, device_id=phone.id, proof=phone.proof(challenge.nonce))
    assert (await coming_in.sign_in(database, dry, attempt, NOW)).who.user_id == known.mei


async def make_link(database: Database, world: World, user_id: UUID, at: datetime = NOW) -> str:
    async with transaction(database, world.scope(world.ada)) as tx:
        return (await coming_in.make_sign_in_link(tx, act(world, at), user_id)).token


async def link_refusal(database: Database, token: str, at: datetime) -> Kind:
    with pytest.raises(Problem) as caught:
        await coming_in.sign_in_by_link(database, token, at)
    return caught.value.kind


async def test_a_link_signs_in_once(database: Database, world: World) -> None:
    token = await make_link(database, world, world.lin)
    opened = await coming_in.sign_in_by_link(database, token, NOW)
    assert (opened.who.user_id, opened.who.reach) == (world.lin, Reach.TEAM)
    assert await link_refusal(database, token, NOW) is problems.LINK_SPENT


async def test_two_at_once_with_one_link_are_one(database: Database, world: World) -> None:
    token = await make_link(database, world, world.lin)
    results = await asyncio.gather(
        *(coming_in.sign_in_by_link(database, token, NOW) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, Opened) for result in results) == 1


async def test_a_link_lives_a_day_and_a_newer_one_takes_its_place(database: Database, world: World) -> None:
    older, newer = await make_link(database, world, world.lin), await make_link(database, world, world.lin)
    assert await link_refusal(database, older, NOW) is problems.LINK_SPENT
    assert await link_refusal(database, newer, NOW + timedelta(hours=24)) is problems.LINK_SPENT
    opened = await coming_in.sign_in_by_link(database, newer, NOW + timedelta(hours=24) - timedelta(seconds=1))
    assert opened.who.user_id == world.lin


async def test_a_link_ends_the_wait_of_its_person(database: Database, known: World) -> None:
    """AD-3: whoever waits asks the lead for a link, and is in."""
    for _ in range(4):
        await refused(database, SignIn(login=login(known), password="wrong"), NOW)
    await coming_in.sign_in_by_link(database, await make_link(database, known, known.mei), NOW)
    assert (await enter(database, known, PASSWORD)).who.user_id == known.mei


async def test_somebody_inactive_gets_no_link(database: Database, world: World) -> None:
    async with transaction(database, world.scope(world.ada)) as tx:
        await acts.deactivate_user(tx, act(world), world.bo)
    with pytest.raises(Problem) as caught:
        await make_link(database, world, world.bo)
    assert caught.value.kind is problems.USER_INACTIVE


async def test_signing_out_ends_this_session_only(database: Database, known: World) -> None:
    here, there = await enter(database, known, PASSWORD), await enter(database, known, PASSWORD)
    async with transaction(database, here.who.scope()) as tx:
        await coming_in.sign_out(tx, here.who, NOW)
    assert await doors.principal_of(database.pool, here.who.token_hash, NOW) is None
    assert await doors.principal_of(database.pool, there.who.token_hash, NOW) == there.who


async def test_a_session_ends_by_itself(database: Database, known: World) -> None:
    opened = await enter(database, known, PASSWORD)
    end = NOW + timedelta(hours=12)
    assert await doors.principal_of(database.pool, opened.who.token_hash, end - timedelta(seconds=1)) is not None
    assert await doors.principal_of(database.pool, opened.who.token_hash, end) is None


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("wrong", "another-harbour-3", problems.WRONG_PASSWORD),
        (PASSWORD, "short", problems.PASSWORD_WEAK),
        (PASSWORD, "another-harbour-3", None),
    ],
)
async def test_the_own_password_changes_by_the_old_one(
    database: Database, known: World, old: str, new: str, kind: Kind | None
) -> None:
    who = (await enter(database, known, PASSWORD)).who
    change = PasswordChange(old_password=old, new_password=new)
    if kind is None:
        hashed = await coming_in.fitting_hash(database, who, change, NOW)
        assert await passwords.is_password(hashed, new)
        return
    with pytest.raises(Problem) as caught:
        await coming_in.fitting_hash(database, who, change, NOW)
    assert caught.value.kind is kind


async def test_who_came_by_link_and_has_no_password_needs_no_old_one(database: Database, world: World) -> None:
    who = (await coming_in.sign_in_by_link(database, await make_link(database, world, world.lin), NOW)).who
    change = PasswordChange(old_password="", new_password="another-harbour-3")
    assert await passwords.is_password(await coming_in.fitting_hash(database, who, change, NOW), "another-harbour-3")
