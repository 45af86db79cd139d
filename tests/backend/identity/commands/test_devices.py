"""Does a device belong to one person, and can those above, and nobody else, shut it out?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.identity import problems
from backend.identity.commands import devices as acts
from backend.identity.permissions import REACH_OF
from backend.identity.principal import Principal
from backend.identity.queries import devices, doors
from backend.identity.schemas import DEVICES_A_USER_MAX, NewDevice, UserRole
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import NOT_FOUND, Kind, Problem
from tests.backend.identity.journal import kinds_of
from tests.backend.identity.phone import new_phone
from tests.world import World, make_world

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


async def principal(database: Database, world: World, user_id: UUID, role: UserRole) -> Principal:
    """Open a session and return who has it."""
    scope = world.scope(user_id)
    who = Principal(
        user_id=user_id,
        tenant_id=world.tenant_id,
        role=role,
        reach=REACH_OF[role],
        team_ids=scope.team_ids,
        device_id=None,
        token_hash=uuid4().bytes * 2,
        expires_at=NOW + timedelta(hours=12),
    )
    async with transaction(database, scope) as tx:
        await doors.insert_session(await bare(tx), who, NOW)
    return who


async def register(database: Database, who: Principal, new: NewDevice) -> datetime:
    async with transaction(database, who.scope()) as tx:
        return await acts.register_device(tx, who, new, NOW)


async def refusal(database: Database, who: Principal, new: NewDevice) -> Kind:
    with pytest.raises(Problem) as caught:
        await register(database, who, new)
    return caught.value.kind


async def revoke(database: Database, who: Principal, device_id: UUID) -> None:
    async with transaction(database, who.scope()) as tx:
        await acts.revoke_device(tx, who, device_id, "lost on the bus", NOW)


async def test_registering_makes_the_session_the_devices_own(database: Database, world: World) -> None:
    mei, phone = await principal(database, world, world.mei, UserRole.COLLECTOR), new_phone()
    expires_at = await register(database, mei, phone.registration())
    found = await doors.principal_of(database.pool, mei.token_hash, NOW)
    assert found == msgspec.structs.replace(mei, device_id=phone.id, expires_at=NOW + timedelta(days=30))
    assert expires_at == found.expires_at


async def test_registering_again_changes_nothing(database: Database, world: World) -> None:
    """A phone that did not hear the answer asks again."""
    mei, phone = await principal(database, world, world.mei, UserRole.COLLECTOR), new_phone()
    for _ in range(3):
        await register(database, mei, phone.registration())
    assert await kinds_of(database, world, phone.id) == ["device.registered"]


async def test_an_id_belongs_to_one_person_and_one_key(
    database: Database, world: World, job_database: Database
) -> None:
    mei, bo = [await principal(database, world, one, UserRole.COLLECTOR) for one in (world.mei, world.bo)]
    abroad = await make_world(job_database)
    stranger = await principal(database, abroad, abroad.mei, UserRole.COLLECTOR)
    phone = new_phone()
    await register(database, mei, phone.registration())
    other_key = msgspec.structs.replace(new_phone(), id=phone.id).registration()

    assert await refusal(database, bo, phone.registration()) is problems.DEVICE_ID_TAKEN
    assert await refusal(database, mei, other_key) is problems.DEVICE_ID_TAKEN
    assert await refusal(database, stranger, phone.registration()) is problems.DEVICE_ID_TAKEN


async def test_a_key_or_id_of_another_kind_is_refused(database: Database, world: World) -> None:
    mei, good = await principal(database, world, world.mei, UserRole.COLLECTOR), new_phone().registration()
    for bad in (
        msgspec.structs.replace(good, public_key="A" * 120),
        msgspec.structs.replace(good, public_key="%" * 120),
        msgspec.structs.replace(good, id=uuid4()),
    ):
        assert await refusal(database, mei, bad) is problems.DEVICE_KEY_UNFIT


async def test_a_person_has_a_limit_of_devices_and_a_revoked_one_makes_room(database: Database, world: World) -> None:
    mei = await principal(database, world, world.mei, UserRole.COLLECTOR)
    phones = [new_phone() for _ in range(DEVICES_A_USER_MAX)]
    for phone in phones:
        await register(database, mei, phone.registration())
    assert await refusal(database, mei, new_phone().registration()) is problems.TOO_MANY_DEVICES
    await revoke(database, mei, phones[0].id)
    await register(database, mei, new_phone().registration())


async def test_revoking_ends_the_devices_sessions_and_its_registration(database: Database, world: World) -> None:
    """OF-10."""
    mei, phone = await principal(database, world, world.mei, UserRole.COLLECTOR), new_phone()
    desk = await principal(database, world, world.mei, UserRole.COLLECTOR)
    await register(database, mei, phone.registration())

    await revoke(database, desk, phone.id)

    assert await doors.principal_of(database.pool, mei.token_hash, NOW) is None
    assert await doors.principal_of(database.pool, desk.token_hash, NOW) == desk
    assert await refusal(database, desk, phone.registration()) is problems.DEVICE_REVOKED
    assert await kinds_of(database, world, phone.id) == ["device.registered", "device.revoked"]


@pytest.mark.parametrize(
    ("name", "role", "may"),
    [
        ("lin", UserRole.LEAD, True),
        ("ada", UserRole.ADMIN, True),
        ("bo", UserRole.COLLECTOR, False),
        ("cai", UserRole.CALLER, False),
        ("cai", UserRole.LEAD, False),
        ("ada", UserRole.AUDITOR, False),
    ],
)
async def test_the_own_lead_and_administrators_revoke_and_nobody_else(
    database: Database, world: World, name: str, role: UserRole, *, may: bool
) -> None:
    mei, phone = await principal(database, world, world.mei, UserRole.COLLECTOR), new_phone()
    await register(database, mei, phone.registration())
    asker = await principal(database, world, getattr(world, name), role)
    if may:
        await revoke(database, asker, phone.id)
    else:
        with pytest.raises(Problem) as caught:
            await revoke(database, asker, phone.id)
        assert caught.value.kind is NOT_FOUND
    async with transaction(database, mei.scope()) as tx:
        device = await devices.device_on_file(await bare(tx), phone.id)
    assert device is not None
    assert (device.revoked_at is not None) is may


async def test_an_administrator_of_another_tenant_finds_no_such_device(
    database: Database, world: World, job_database: Database
) -> None:
    mei, phone = await principal(database, world, world.mei, UserRole.COLLECTOR), new_phone()
    await register(database, mei, phone.registration())
    abroad = await make_world(job_database)
    stranger = await principal(database, abroad, abroad.ada, UserRole.ADMIN)
    with pytest.raises(Problem) as caught:
        await revoke(database, stranger, phone.id)
    assert caught.value.kind is NOT_FOUND
