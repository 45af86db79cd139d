"""How do phones fare? Each says it in a header of its rounds; the newest word stands, the journal hears nothing."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.identity import health_rules
from backend.identity.health_schemas import HEALTH_LENGTH_MAX, HealthTold, PhonePage, PhoneView
from backend.identity.principal import Principal
from backend.identity.queries import health
from backend.kernel.db import Database, Scope, bare_transaction
from backend.kernel.limits import PAGE_SIZE_MAX

log = logging.getLogger(__name__)

HEADER = "x-rounds-health"
REVOKED_SHOWN = timedelta(days=30)

_TOLD = msgspec.json.Decoder(HealthTold)


async def hear(database: Database, who: Principal, header: str | None, now: datetime) -> None:
    """Keep what the asker's device says of itself.

    What cannot be read is logged and left: a phone must not fail to send its work because of what it says of its disk.
    """
    if header is None or who.device_id is None:
        return
    told = read_health(header)
    if told is None:
        log.warning("device %s tells its health in a form that we cannot read", who.device_id)
        return
    offset_ms = round((now - told.sent_at).total_seconds() * 1000)
    async with bare_transaction(database, who.scope()) as raw:
        await health.tell(raw, (who.tenant_id, who.device_id, who.user_id), told, offset_ms, now)


def read_health(header: str) -> HealthTold | None:
    """Read the header; None when it is too long or not of its form."""
    if len(header) > HEALTH_LENGTH_MAX:
        return None
    try:
        told = _TOLD.decode(header.encode("latin-1"))
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return None if "\0" in told.app_version else told


async def phones_of(raw: asyncpg.Connection, scope: Scope, after: UUID | None, now: datetime) -> PhonePage:
    """Return a page of the phones that the asker looks after, with what is worth a word about each."""
    rows = await health.phones_seen_by(raw, scope, after, now - REVOKED_SHOWN)
    newest = health_rules.newest_of(row.on_file.health.app_version for row in rows if row.on_file.health is not None)
    phones = [
        PhoneView(
            id=row.id,
            user_id=row.user_id,
            user_name=row.user_name,
            label=row.label,
            registered_at=row.registered_at,
            revoked_at=row.revoked_at,
            last_seen_at=row.on_file.last_seen_at,
            is_on_duty=row.on_file.is_on_duty,
            has_lock=row.has_lock,
            health=row.on_file.health,
            worries=health_rules.worries_of(row.on_file, newest, now),
        )
        for row in rows
    ]
    return PhonePage(phones=phones, next=rows[-1].id if len(rows) == PAGE_SIZE_MAX else None)
