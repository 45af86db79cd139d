"""AD-9: is the newest word of a phone kept, and nothing that cannot be read?"""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from backend.identity import health
from backend.identity.health_schemas import PhoneView, Worry
from backend.identity.principal import Principal
from backend.kernel.db import Database, bare_transaction
from tests.backend.identity.commands.conftest import mei
from tests.backend.identity.locking import NOW
from tests.world import World

__all__ = ["mei"]
TOLD = {
    "app_version": "0.1.0", "sent_at": (NOW - timedelta(minutes=9)).isoformat(), "unsent_items": 3, "unsent_photos": 1,
    "oldest_unsent_at": (NOW - timedelta(hours=5)).isoformat(), "used_bytes": 9_000, "quota_bytes": 10_000,
    "is_persistent": False, "lock_method": "pin", "push": "denied",
}  # fmt: skip


def text(**changes: object) -> str:
    return msgspec.json.encode(TOLD | changes).decode()


async def phones(database: Database, world: World, now: datetime = NOW) -> list[PhoneView]:
    scope = world.scope(world.lin)
    async with bare_transaction(database, scope) as raw:
        return (await health.phones_of(raw, scope, None, now)).phones


async def test_a_lead_hears_what_the_phone_said_last(database: Database, world: World, mei: Principal) -> None:
    await health.hear(database, mei, text(), NOW)
    [phone] = await phones(database, world)
    assert phone.health is not None
    assert (phone.user_name, phone.health.unsent_items, phone.health.is_persistent) == ("Mei", 3, False)
    assert phone.health.clock_offset_ms == 9 * 60_000
    assert phone.worries == [Worry.UNSENT_OLD, Worry.STORAGE_FULL, Worry.CLOCK_OFF]

    later = NOW + timedelta(minutes=1)
    fine = {"sent_at": later.isoformat(), "oldest_unsent_at": None, "unsent_items": 0, "unsent_photos": 0}
    await health.hear(database, mei, text(**fine, used_bytes=None, quota_bytes=None), later)
    # A word that comes late, from a slow line, does not take the place of a newer one.
    await health.hear(database, mei, text(), NOW)
    [phone] = await phones(database, world)
    assert phone.health is not None
    assert (phone.last_seen_at, phone.health.unsent_items, phone.worries) == (later, 0, [])


@pytest.mark.parametrize(
    "header",
    ["", "[]", "{", text(unsent_items=-1), text(lock_method="hope"), text(app_version="a\0b"), text() + " " * 600],
)
async def test_what_cannot_be_read_changes_nothing(
    database: Database, world: World, mei: Principal, header: str
) -> None:
    await health.hear(database, mei, header, NOW)
    [phone] = await phones(database, world)
    assert phone.health is None


async def test_a_session_without_a_device_and_a_foreign_one_tell_nothing(
    database: Database, world: World, mei: Principal
) -> None:
    for who in (msgspec.structs.replace(mei, device_id=None), msgspec.structs.replace(mei, user_id=world.bo)):
        await health.hear(database, who, text(), NOW)
    [phone] = await phones(database, world)
    assert phone.health is None


async def test_a_clock_at_the_end_of_time_is_no_reason_to_fail(
    database: Database, world: World, mei: Principal
) -> None:
    await health.hear(database, mei, text(sent_at=datetime(9999, 12, 31, tzinfo=UTC).isoformat()), NOW)
    [phone] = await phones(database, world)
    assert phone.worries[-1] is Worry.CLOCK_OFF
