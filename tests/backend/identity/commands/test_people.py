"""Does a change of somebody's rights act at once, and does the house never lose its last administrator?"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import problems
from backend.identity.commands import people as acts
from backend.identity.commands.sign_in import make_sign_in_link, sign_in_by_link
from backend.identity.principal import Principal
from backend.identity.queries import doors, people
from backend.identity.schemas import Act, NewTeam, NewTenant, NewUser, Profile, TeamKind, UserRole, UserView
from backend.kernel.db import Database, Reach, Scope, bare, transaction
from backend.kernel.geo import Point
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, Kind, Problem
from tests.backend.identity.journal import kinds_of
from tests.world import World, make_world

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PROFILE = Profile(
    name="Nora", language="en", zone="Europe/Helsinki", shift_start_minute=480, shift_end_minute=960,
    start_point=Point(lat=30.25, lon=120.15), end_point=None,
)  # fmt: skip
Change = Callable[[AsyncConnection, Act, UUID], Awaitable[None]]


def act(world: World) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=NOW)


def new_user(world: World, login: str = "", role: UserRole = UserRole.COLLECTOR) -> NewUser:
    chosen = login or f"nora-{uuid4().hex[:10]}"
    return NewUser(login=chosen, role=role, team_ids=[world.field_team_id], profile=PROFILE)


async def create(database: Database, world: World, new: NewUser) -> UUID:
    async with transaction(database, world.scope(world.ada)) as tx:
        return await acts.create_user(tx, act(world), new, None)


async def refusal(database: Database, world: World, change: Change, user_id: UUID) -> Kind:
    with pytest.raises(Problem) as caught:
        async with transaction(database, world.scope(world.ada)) as tx:
            await change(tx, act(world), user_id)
    return caught.value.kind


async def do(database: Database, world: World, change: Change, user_id: UUID) -> None:
    async with transaction(database, world.scope(world.ada)) as tx:
        await change(tx, act(world), user_id)


async def view(database: Database, world: World, user_id: UUID) -> UserView:
    async with transaction(database, world.scope(world.ada)) as tx:
        found = await people.user_of(await bare(tx), user_id)
    assert found is not None
    return found


async def session(database: Database, world: World, user_id: UUID) -> Principal:
    async with transaction(database, world.scope(world.ada)) as tx:
        made = await make_sign_in_link(tx, act(world), user_id)
    return (await sign_in_by_link(database, made.token, NOW)).who


async def is_in(database: Database, who: Principal) -> bool:
    return await doors.principal_of(database.pool, who.token_hash, NOW) is not None


def to_role(role: UserRole) -> Change:
    async def change(tx: AsyncConnection, by: Act, user_id: UUID) -> None:
        await acts.set_role(tx, by, user_id, role)

    return change


def to_teams(*team_ids: UUID) -> Change:
    async def change(tx: AsyncConnection, by: Act, user_id: UUID) -> None:
        await acts.put_in_teams(tx, by, user_id, team_ids)

    return change


async def new_password(tx: AsyncConnection, by: Act, user_id: UUID) -> None:
    await acts.set_password(tx, by, user_id, "$argon2id$made-up", spare=None)


async def new_profile(tx: AsyncConnection, by: Act, user_id: UUID) -> None:
    await acts.change_profile(tx, by, user_id, PROFILE)


async def test_a_new_person_is_on_file_with_teams_and_in_the_journal(database: Database, world: World) -> None:
    new = new_user(world)
    user_id = await create(database, world, new)
    found = await view(database, world, user_id)
    assert (found.login, found.name, found.role, found.is_active) == (new.login, "Nora", UserRole.COLLECTOR, True)
    assert (found.zone, found.shift_start_minute, found.shift_end_minute) == ("Europe/Helsinki", 480, 960)
    assert found.team_ids == [world.field_team_id]
    assert await kinds_of(database, world, user_id) == ["user.created"]


async def test_a_sign_in_name_is_taken_in_all_tenants(database: Database, world: World, job_database: Database) -> None:
    new = new_user(world)
    await create(database, world, new)
    abroad = await make_world(job_database)
    with pytest.raises(Problem) as caught:
        await create(database, abroad, new_user(abroad, new.login))
    assert caught.value.kind is problems.LOGIN_TAKEN


async def test_a_team_of_another_tenant_is_no_team(database: Database, world: World, job_database: Database) -> None:
    abroad = await make_world(job_database)
    with pytest.raises(Problem) as caught:
        await create(database, world, new_user(abroad))
    assert caught.value.kind is problems.UNKNOWN_TEAM
    assert await refusal(database, world, to_teams(abroad.field_team_id), world.mei) is problems.UNKNOWN_TEAM


@pytest.mark.parametrize("login", ["", "a", "Nora", "no ra", "x" * 81])
async def test_an_unfit_name_is_refused_before_the_database_sees_it(
    database: Database, world: World, login: str
) -> None:
    with pytest.raises(Problem) as caught:
        await create(database, world, NewUser(login=login, role=UserRole.LEAD, team_ids=[], profile=PROFILE))
    assert caught.value.kind is problems.LOGIN_UNFIT


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (to_role(UserRole.LEAD), "user.role_changed"),
        (to_teams(), "user.teams_changed"),
        (new_password, "user.password_changed"),
        (acts.deactivate_user, "user.deactivated"),
    ],
)
async def test_a_change_of_rights_ends_the_sessions_and_links(
    database: Database, world: World, change: Change, kind: str
) -> None:
    mei, bo = await session(database, world, world.mei), await session(database, world, world.bo)
    await do(database, world, change, world.mei)
    assert not await is_in(database, mei)
    assert await is_in(database, bo)
    assert (await kinds_of(database, world, world.mei))[-1] == kind


async def test_what_does_not_change_anything_ends_nothing(database: Database, world: World) -> None:
    mei = await session(database, world, world.mei)
    before = await kinds_of(database, world, world.mei)
    for change in (to_role(UserRole.COLLECTOR), to_teams(world.field_team_id), acts.activate_user):
        await do(database, world, change, world.mei)
    assert await is_in(database, mei)
    assert await kinds_of(database, world, world.mei) == before


async def test_a_new_profile_leaves_the_person_signed_in(database: Database, world: World) -> None:
    mei = await session(database, world, world.mei)
    await do(database, world, new_profile, world.mei)
    assert await is_in(database, mei)
    assert (await view(database, world, world.mei)).name == "Nora"


async def test_who_was_shut_out_comes_back_with_the_old_teams(database: Database, world: World) -> None:
    await do(database, world, acts.deactivate_user, world.mei)
    assert not (await view(database, world, world.mei)).is_active
    await do(database, world, acts.activate_user, world.mei)
    mei = await session(database, world, world.mei)
    assert (mei.reach, mei.team_ids) == (Reach.OWN, (world.field_team_id,))


async def test_a_new_role_and_team_are_in_the_next_session(database: Database, world: World) -> None:
    await do(database, world, to_role(UserRole.LEAD), world.mei)
    await do(database, world, to_teams(world.field_team_id, world.desk_team_id), world.mei)
    mei = await session(database, world, world.mei)
    assert (mei.role, mei.reach) == (UserRole.LEAD, Reach.TEAM)
    assert set(mei.team_ids) == {world.field_team_id, world.desk_team_id}


@pytest.mark.parametrize("change", [acts.deactivate_user, to_role(UserRole.LEAD)])
async def test_the_last_administrator_stays(database: Database, world: World, change: Change) -> None:
    assert await refusal(database, world, change, world.ada) is problems.LAST_ADMIN
    second = await create(database, world, new_user(world, role=UserRole.ADMIN))
    await do(database, world, change, world.ada)
    assert await refusal(database, world, change, second) is problems.LAST_ADMIN


async def test_two_administrators_cannot_dismiss_each_other_at_once(database: Database, world: World) -> None:
    second = await create(database, world, new_user(world, role=UserRole.ADMIN))
    results = await asyncio.gather(
        do(database, world, acts.deactivate_user, world.ada),
        do(database, world, acts.deactivate_user, second),
        return_exceptions=True,
    )
    assert [result.kind for result in results if isinstance(result, Problem)] == [problems.LAST_ADMIN]


@pytest.mark.parametrize("change", [acts.deactivate_user, acts.activate_user, to_teams(), new_password, new_profile])
async def test_somebody_of_another_tenant_is_nobody(
    database: Database, world: World, job_database: Database, change: Change
) -> None:
    abroad = await make_world(job_database)
    assert await refusal(database, world, change, abroad.mei) is NOT_FOUND
    assert await refusal(database, world, change, new_id()) is NOT_FOUND


async def test_a_new_password_spares_the_session_that_asks(database: Database, world: World) -> None:
    here, there = await session(database, world, world.mei), await session(database, world, world.mei)
    async with transaction(database, here.scope()) as tx:
        await acts.set_password(tx, here.act(NOW), here.user_id, "$argon2id$made-up", spare=here.token_hash)
    assert (await is_in(database, here), await is_in(database, there)) == (True, False)


async def test_a_new_tenant_begins_empty(database: Database) -> None:
    tenant_id = new_id()
    scope = Scope(tenant_id=tenant_id, user_id=new_id(), reach=Reach.TENANT, team_ids=())
    by = Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=NOW + timedelta(hours=1))
    new = NewTenant(code=f"t-{tenant_id.hex[-12:]}", name="South", zone="Asia/Shanghai", currency="CNY", language="en")
    async with transaction(database, scope) as tx:
        await acts.create_tenant(tx, by, new)
        await acts.create_team(tx, by, NewTeam(name="Field", kind=TeamKind.FIELD))
    async with transaction(database, scope) as tx:
        teams = await people.teams_seen_by(await bare(tx), scope)
        users = await people.users_seen_by(await bare(tx), scope, None)
    assert ([team.name for team in teams], users) == (["Field"], [])
