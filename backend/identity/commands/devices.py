"""What can be done to devices? Register one, challenge it to prove itself, revoke it."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import problems, rules
from backend.identity.events import event
from backend.identity.principal import Principal
from backend.identity.queries import devices, doors, people
from backend.identity.schemas import DEVICES_A_USER_MAX, Challenge, DeviceOnFile, NewDevice, UserRole
from backend.journal.commands import append
from backend.kernel.db import Reach, bare
from backend.kernel.ids import is_time_ordered
from backend.kernel.problems import NOT_FOUND, Problem

_NONCE_BYTES = 32


async def register_device(tx: AsyncConnection, who: Principal, new: NewDevice, now: datetime) -> datetime:
    """Register a device for the asker and make this session its own; returns the session's new end.

    The same registration again changes nothing; the session of a locked phone cannot move to another. Raises
    DEVICE_ID_TAKEN, DEVICE_KEY_UNFIT, TOO_MANY_DEVICES, DEVICE_REVOKED or LOCKED.
    """
    raw = await bare(tx)
    if who.is_locked and new.id != who.device_id:
        raise Problem(problems.LOCKED)
    key = rules.read_base64(new.public_key)
    if not is_time_ordered(new.id) or key is None or rules.read_public_key(key) is None:
        raise Problem(problems.DEVICE_KEY_UNFIT)
    device = DeviceOnFile(id=new.id, user_id=who.user_id, public_key=key, revoked_at=None)
    present = await devices.device_on_file(raw, new.id)
    if present is None:
        await _insert(raw, who, device, new.label, now)
        await append(tx, [event(who.act(now), "device.registered", new.id, label=new.label)])
    elif present.revoked_at is not None:
        raise Problem(problems.DEVICE_REVOKED)
    elif present != device:
        raise Problem(problems.DEVICE_ID_TAKEN)
    expires_at = rules.session_end(now, has_device=True)
    await doors.bind_session(raw, who.token_hash, new.id, expires_at)
    return expires_at


async def _insert(raw: asyncpg.Connection, who: Principal, device: DeviceOnFile, label: str, now: datetime) -> None:
    # The person's row is held, so that two registrations at once cannot pass the limit together.
    await people.person_on_file(raw, who.user_id, lock=True)
    if await devices.count_devices(raw, who.user_id) >= DEVICES_A_USER_MAX:
        raise Problem(problems.TOO_MANY_DEVICES, most=DEVICES_A_USER_MAX)
    if not await devices.insert_device(raw, who.tenant_id, device, label, now):
        raise Problem(problems.DEVICE_ID_TAKEN)


async def make_challenge(pool: asyncpg.Pool, device_id: UUID, now: datetime) -> Challenge:
    """Give a nonce to sign, to whoever asks: whether there is such a device is not told."""
    nonce = secrets.token_urlsafe(_NONCE_BYTES)
    expires_at = now + rules.CHALLENGE_LIFE
    await doors.insert_challenge(pool, hashlib.sha256(nonce.encode()).digest(), device_id, expires_at)
    return Challenge(nonce=nonce, expires_at=expires_at)


async def revoke_device(tx: AsyncConnection, who: Principal, device_id: UUID, reason: str, now: datetime) -> None:
    """Revoke a device of one's own, of the own team (lead) or of the tenant (admin); its sessions end."""
    raw = await bare(tx)
    device = await devices.device_on_file(raw, device_id)
    if device is None or not await _may_revoke(raw, who, device):
        raise Problem(NOT_FOUND)
    if who.is_locked and device.user_id != who.user_id:
        raise Problem(problems.LOCKED)
    if not await devices.revoke_device(raw, device_id, now):
        return
    await doors.delete_sessions_of_device(raw, who.tenant_id, device_id)
    await append(tx, [event(who.act(now), "device.revoked", device_id, reason=reason, user_id=str(device.user_id))])


async def _may_revoke(raw: asyncpg.Connection, who: Principal, device: DeviceOnFile) -> bool:
    if device.user_id == who.user_id or who.role is UserRole.ADMIN:
        return True
    if who.role is not UserRole.LEAD or who.reach is not Reach.TEAM:
        return False
    owner = await people.person_on_file(raw, device.user_id)
    return owner is not None and not set(owner.team_ids).isdisjoint(who.team_ids)
