"""Mei on a registered phone, as the commands see her."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from backend.identity.commands import devices
from backend.identity.permissions import REACH_OF
from backend.identity.principal import Principal
from backend.identity.queries import doors
from backend.identity.schemas import UserRole
from backend.kernel.db import Database, bare, transaction
from tests.backend.identity.locking import NOW
from tests.backend.identity.phone import new_phone
from tests.world import World


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
