"""Which passkeys are there? All statements but the first run inside a transaction of one tenant."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.identity.passkey_schemas import PasskeyFacts
from backend.identity.queries.doors import NameOnFile


class PasskeyOnFile(msgspec.Struct, frozen=True):
    """A passkey as the server knows it."""

    id: UUID
    user_id: UUID
    device_id: UUID | None
    facts: PasskeyFacts


_ON_FILE = "SELECT id, user_id, device_id, credential_id, public_key, sign_count FROM passkeys WHERE credential_id = $1"


async def owner_of_passkey(raw: asyncpg.Connection | asyncpg.Pool, credential_id: bytes) -> NameOnFile | None:
    """Return whose a passkey is, asked before anybody is known; the caller must then demand its signature."""
    row = await raw.fetchrow("SELECT tenant_id, user_id FROM owner_of_passkey($1)", credential_id)
    return None if row is None else NameOnFile(row["tenant_id"], row["user_id"])


async def passkey_on_file(raw: asyncpg.Connection, credential_id: bytes) -> PasskeyOnFile | None:
    """Return a passkey of the present tenant, held until the transaction ends."""
    row = await raw.fetchrow(f"{_ON_FILE} FOR UPDATE", credential_id)
    if row is None:
        return None
    facts = PasskeyFacts(row["credential_id"], row["public_key"], row["sign_count"])
    return PasskeyOnFile(id=row["id"], user_id=row["user_id"], device_id=row["device_id"], facts=facts)


async def has_device_passkey(raw: asyncpg.Connection, device_id: UUID) -> bool:
    """Tell whether a passkey opens this device."""
    return bool(await raw.fetchval("SELECT EXISTS (SELECT 1 FROM passkeys WHERE device_id = $1)", device_id))


async def insert_passkey(
    raw: asyncpg.Connection, tenant_id: UUID, new: PasskeyOnFile, label: str, now: datetime
) -> bool:
    """Write a passkey; False when it is known already, in whatever tenant."""
    row = await raw.fetchrow(
        "INSERT INTO passkeys (id, tenant_id, user_id, device_id, credential_id, public_key, sign_count, label,"
        " made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id",
        new.id,
        tenant_id,
        new.user_id,
        new.device_id,
        new.facts.credential_id,
        new.facts.public_key,
        new.facts.sign_count,
        label,
        now,
    )
    return row is not None


async def use_passkey(raw: asyncpg.Connection, passkey_id: UUID, sign_count: int, now: datetime) -> None:
    """Note that a passkey signed."""
    await raw.execute("UPDATE passkeys SET sign_count = $2, used_at = $3 WHERE id = $1", passkey_id, sign_count, now)


async def credentials_of(raw: asyncpg.Connection, user_id: UUID) -> list[bytes]:
    """Return the ids of a person's passkeys that sign in."""
    rows = await raw.fetch("SELECT credential_id FROM passkeys WHERE user_id = $1 AND device_id IS NULL", user_id)
    return [row["credential_id"] for row in rows]


async def delete_passkey(raw: asyncpg.Connection, user_id: UUID, passkey_id: UUID) -> bool:
    """Forget a passkey that signs in; False when the person has no such one."""
    row = await raw.fetchrow(
        "DELETE FROM passkeys WHERE id = $1 AND user_id = $2 AND device_id IS NULL RETURNING id", passkey_id, user_id
    )
    return row is not None


async def delete_device_passkeys(raw: asyncpg.Connection, device_id: UUID) -> None:
    """Forget what opened a device."""
    await raw.execute("DELETE FROM passkeys WHERE device_id = $1", device_id)
