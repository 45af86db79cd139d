"""What lets a session read that belongs to a locked phone? A secret that only the open page holds, in its memory.

The cookie lies on the disk with everything else of a browser's profile. So a copy of the profile has the session, and
may send what waits there; to read anything it would have to prove the PIN or passkey, like the phone itself.
"""

import secrets
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.identity import problems, rules
from backend.identity.commands.sign_in import hash_of
from backend.identity.principal import Principal
from backend.identity.queries import devices, doors
from backend.kernel.problems import Problem

OPENINGS_A_SESSION_MAX = 8
"""Tabs of one browser that are open at a time; the oldest must ask for its PIN again."""

_SECRET_BYTES = 32


async def grant_opening(
    raw: asyncpg.Connection, who: Principal, device_id: UUID, now: datetime, open_until: datetime
) -> str:
    """Let the asker's session read until then, for whoever holds the secret that is returned; the lock is in use now.

    The caller has seen the proof of a PIN or passkey.
    """
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    await doors.insert_opening(raw, hash_of(secret), who.token_hash, now, open_until)
    await doors.drop_openings_beyond(raw, who.token_hash, now, OPENINGS_A_SESSION_MAX)
    await devices.settle_lock(raw, device_id, now)
    return secret


async def put_under_lock(raw: asyncpg.Connection, device_id: UUID, now: datetime) -> None:
    """Mark the sessions of a device as locked, and let none of them read any more."""
    await devices.settle_lock(raw, device_id, now)
    await doors.lock_sessions(raw, device_id)


async def check_may_lock_anew(raw: asyncpg.Connection, who: Principal, device_id: UUID) -> None:
    """Raise Problem (device.sign_in_again) when whoever asks has shown nothing but the session of a locked device."""
    settled_at = await devices.lock_settled_at(raw, device_id)
    began_at = await doors.session_began_at(raw, who.token_hash)
    if not rules.may_lock_anew(settled_at, began_at):
        raise Problem(problems.SIGN_IN_AGAIN)
