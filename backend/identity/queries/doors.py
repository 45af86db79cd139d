"""Which rows are read before a tenant is known? Names, failures, challenges, links and sessions, by hash or by name.

These tables have no policy (tests/backend/identity/test_isolation.py lists them with the reason): each statement names
one row by a secret's hash, a login, or one user of one tenant.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from backend.identity.principal import Principal
from backend.identity.schemas import UserRole
from backend.kernel.db import Reach

READ_SESSION = """
SELECT tenant_id, user_id, role, reach, team_ids, device_id, expires_at, owes_code, enrol_by, may_leave,
    is_locked AND NOT EXISTS (SELECT 1 FROM session_openings WHERE session_openings.token_hash = $3
        AND session_hash = sessions.token_hash AND open_until > $2) AS is_locked
FROM sessions WHERE token_hash = $1 AND expires_at > $2
"""
# A session of a device with a lock begins locked.
INSERT_SESSION = """
INSERT INTO sessions (token_hash, tenant_id, user_id, role, reach, team_ids, device_id, created_at, expires_at,
    owes_code, enrol_by, may_leave, is_locked)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
    EXISTS (SELECT 1 FROM devices WHERE devices.id = $7 AND lock_settled_at IS NOT NULL))
"""
BIND_SESSION = """
UPDATE sessions SET device_id = $2, expires_at = $3,
    is_locked = EXISTS (SELECT 1 FROM devices WHERE devices.id = $2 AND lock_settled_at IS NOT NULL)
WHERE token_hash = $1
"""


class NameOnFile(NamedTuple):
    """Which user a login name means."""

    tenant_id: UUID
    user_id: UUID


class Failures(NamedTuple):
    """How often an attempt under one key failed, and when last."""

    failed_count: int
    failed_at: datetime


async def principal_of(
    pool: asyncpg.Pool, token_hash: bytes, now: datetime, *, opening_hash: bytes | None = None
) -> Principal | None:
    """Return who has the session, and whether it may read with this opening.

    One statement, because it stands before every request that is not cached.
    """
    row = await pool.fetchrow(READ_SESSION, token_hash, now, opening_hash)
    if row is None:
        return None
    return Principal(
        user_id=row["user_id"],
        tenant_id=row["tenant_id"],
        role=UserRole(row["role"]),
        reach=Reach(row["reach"]),
        team_ids=tuple(row["team_ids"]),
        device_id=row["device_id"],
        token_hash=token_hash,
        expires_at=row["expires_at"],
        is_locked=row["is_locked"],
        owes_code=row["owes_code"],
        enrol_by=row["enrol_by"],
        may_leave=None if row["may_leave"] is None else tuple(row["may_leave"]),
    )


async def insert_session(raw: asyncpg.Connection, who: Principal, now: datetime) -> None:
    """Write a session and sweep out what has expired."""
    await raw.execute(
        INSERT_SESSION,
        who.token_hash,
        who.tenant_id,
        who.user_id,
        who.role.value,
        who.reach.value,
        list(who.team_ids),
        who.device_id,
        now,
        who.expires_at,
        who.owes_code,
        who.enrol_by,
        None if who.may_leave is None else list(who.may_leave),
    )
    await raw.execute("DELETE FROM sessions WHERE expires_at < $1", now)


async def prolong_session(pool: asyncpg.Pool, token_hash: bytes, expires_at: datetime) -> None:
    """Move the end of a session."""
    await pool.execute("UPDATE sessions SET expires_at = $2 WHERE token_hash = $1", token_hash, expires_at)


async def bind_session(raw: asyncpg.Connection, token_hash: bytes, device_id: UUID, expires_at: datetime) -> None:
    """Make a session the session of a device."""
    await raw.execute(BIND_SESSION, token_hash, device_id, expires_at)


async def session_began_at(raw: asyncpg.Connection, token_hash: bytes) -> datetime | None:
    """Return when a session was signed in; None when it has ended meanwhile."""
    found: datetime | None = await raw.fetchval("SELECT created_at FROM sessions WHERE token_hash = $1", token_hash)
    return found


async def lock_sessions(raw: asyncpg.Connection, device_id: UUID) -> None:
    """Mark the sessions of a device as locked, and take away what opened them."""
    await raw.execute(
        "WITH held AS (UPDATE sessions SET is_locked = true WHERE device_id = $1 RETURNING token_hash)"
        " DELETE FROM session_openings WHERE session_hash IN (SELECT token_hash FROM held)",
        device_id,
    )


async def insert_opening(
    raw: asyncpg.Connection, opening_hash: bytes, token_hash: bytes, now: datetime, open_until: datetime
) -> None:
    """Write what lets a session read until then."""
    await raw.execute(
        "INSERT INTO session_openings (token_hash, session_hash, opened_at, open_until) VALUES ($1, $2, $3, $4)",
        opening_hash,
        token_hash,
        now,
        open_until,
    )


async def drop_openings_beyond(raw: asyncpg.Connection, token_hash: bytes, now: datetime, most: int) -> None:
    """Forget the openings of a session that are over, and all but the newest."""
    await raw.execute(
        "DELETE FROM session_openings WHERE session_hash = $1 AND (open_until <= $2 OR token_hash NOT IN"
        " (SELECT token_hash FROM session_openings WHERE session_hash = $1 ORDER BY opened_at DESC LIMIT $3))",
        token_hash,
        now,
        most,
    )


async def set_enrol_by(raw: asyncpg.Connection, tenant_id: UUID, ends: Mapping[UUID, datetime | None]) -> None:
    """Say from when on the sessions of these people wait for a second factor; None is never."""
    await raw.execute(
        "UPDATE sessions SET enrol_by = given.enrol_by"
        " FROM unnest($2::uuid[], $3::timestamptz[]) AS given (user_id, enrol_by)"
        " WHERE sessions.tenant_id = $1 AND sessions.user_id = given.user_id",
        tenant_id,
        list(ends),
        list(ends.values()),
    )


async def delete_session(raw: asyncpg.Connection | asyncpg.Pool, token_hash: bytes) -> None:
    """End one session."""
    await raw.execute("DELETE FROM sessions WHERE token_hash = $1", token_hash)


async def delete_sessions_of_user(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, *, spare: bytes | None = None
) -> None:
    """End all sessions of a person, except perhaps the one that asks for it."""
    await raw.execute(
        "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND token_hash IS DISTINCT FROM $3",
        tenant_id,
        user_id,
        spare,
    )


async def delete_sessions_of_device(raw: asyncpg.Connection, tenant_id: UUID, device_id: UUID) -> None:
    """End all sessions of a device."""
    await raw.execute("DELETE FROM sessions WHERE tenant_id = $1 AND device_id = $2", tenant_id, device_id)


async def name_on_file(raw: asyncpg.Connection | asyncpg.Pool, login: str) -> NameOnFile | None:
    """Return which user a login means."""
    row = await raw.fetchrow("SELECT tenant_id, user_id FROM sign_in_names WHERE login = $1", login)
    return None if row is None else NameOnFile(row["tenant_id"], row["user_id"])


async def insert_name(raw: asyncpg.Connection, login: str, tenant_id: UUID, user_id: UUID) -> bool:
    """Take a login name; False when somebody, in whatever tenant, has it."""
    row = await raw.fetchrow(
        "INSERT INTO sign_in_names (login, tenant_id, user_id) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING RETURNING login",
        login,
        tenant_id,
        user_id,
    )
    return row is not None


async def lock_failures(raw: asyncpg.Connection, key: bytes, now: datetime) -> Failures:
    """Return the failures under a key and hold them until the transaction ends: attempts under one key queue up."""
    await raw.execute(
        "DELETE FROM sign_in_failures WHERE failed_at < $1::timestamptz - interval '1 day' AND key <> $2", now, key
    )
    await raw.execute(
        "INSERT INTO sign_in_failures (key, failed_count, failed_at) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
        key,
        now,
    )
    row = await raw.fetchrow("SELECT failed_count, failed_at FROM sign_in_failures WHERE key = $1 FOR UPDATE", key)
    return Failures(row["failed_count"], row["failed_at"]) if row else Failures(0, now)


async def count_failure(raw: asyncpg.Connection, key: bytes, now: datetime) -> None:
    """Count an attempt as failed; success takes it back."""
    await raw.execute(
        "UPDATE sign_in_failures SET failed_count = failed_count + 1, failed_at = $2 WHERE key = $1", key, now
    )


async def forget_failures(raw: asyncpg.Connection | asyncpg.Pool, keys: list[bytes]) -> None:
    """Begin afresh: somebody proved to be who they said."""
    await raw.execute("DELETE FROM sign_in_failures WHERE key = ANY ($1::bytea[])", keys)


async def insert_challenge(pool: asyncpg.Pool, nonce_hash: bytes, device_id: UUID, expires_at: datetime) -> None:
    """Keep a nonce until it is signed or old, and sweep out the old ones."""
    await pool.execute(
        "WITH old AS (DELETE FROM device_challenges WHERE expires_at < now())"
        " INSERT INTO device_challenges (nonce_hash, device_id, expires_at) VALUES ($1, $2, $3)",
        nonce_hash,
        device_id,
        expires_at,
    )


async def take_challenge(raw: asyncpg.Connection, nonce_hash: bytes, device_id: UUID, now: datetime) -> bool:
    """Use up a nonce of that device; False when it was used, is old, or was never given."""
    row = await raw.fetchrow(
        "DELETE FROM device_challenges WHERE nonce_hash = $1 AND device_id = $2 AND expires_at > $3 RETURNING 1",
        nonce_hash,
        device_id,
        now,
    )
    return row is not None


async def insert_link(
    raw: asyncpg.Connection, token_hash: bytes, tenant_id: UUID, user_id: UUID, expires_at: datetime
) -> None:
    """Write a one-time link; older unused ones of the same person stop working."""
    await raw.execute(
        "DELETE FROM sign_in_links WHERE tenant_id = $1 AND user_id = $2 AND used_at IS NULL", tenant_id, user_id
    )
    await raw.execute(
        "INSERT INTO sign_in_links (token_hash, tenant_id, user_id, expires_at) VALUES ($1, $2, $3, $4)",
        token_hash,
        tenant_id,
        user_id,
        expires_at,
    )


async def take_link(raw: asyncpg.Connection, token_hash: bytes, now: datetime) -> NameOnFile | None:
    """Use up a link; None when it was used, is old, or was never made."""
    row = await raw.fetchrow(
        "UPDATE sign_in_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2"
        " RETURNING tenant_id, user_id",
        token_hash,
        now,
    )
    return None if row is None else NameOnFile(row["tenant_id"], row["user_id"])


async def delete_links_of_user(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID) -> None:
    """Make the unused links of a person worthless."""
    await raw.execute(
        "DELETE FROM sign_in_links WHERE tenant_id = $1 AND user_id = $2 AND used_at IS NULL", tenant_id, user_id
    )


async def insert_tenant(raw: asyncpg.Connection, tenant_id: UUID, row: tuple[str, str, str, str, str]) -> bool:
    """Write a tenant (code, name, zone, currency, language); False when the code is taken."""
    found = await raw.fetchrow(
        "INSERT INTO tenants (id, code, name, zone, currency, language) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT DO NOTHING RETURNING id",
        tenant_id,
        *row,
    )
    return found is not None


async def tenant_by_code(raw: asyncpg.Connection | asyncpg.Pool, code: str) -> UUID | None:
    """Return the tenant of that code."""
    row = await raw.fetchrow("SELECT id FROM tenants WHERE code = $1", code)
    return None if row is None else UUID(int=row["id"].int)
