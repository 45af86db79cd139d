"""Whose was a device that may not come in any more, and does it prove that it is that device?

A revoked phone has no session. What its owner did before must not die with it, and who found it must not be able to
put anything into the record: the batch is taken into the quarantine, for the lead, and then the photos that it named.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from backend.cases.schemas import Worker
from backend.evidence.queries import awaited_of_device
from backend.identity import rules
from backend.identity.principal import Principal
from backend.identity.problems import DEVICE_NOT_PROVEN
from backend.identity.queries import devices, doors, people
from backend.identity.queries.locks import owner_of_device
from backend.identity.queries.people import PersonOnFile
from backend.identity.schemas import DeviceProof
from backend.kernel.db import Database, Reach, Scope, bare_transaction
from backend.kernel.problems import Problem
from backend.sync import queries
from backend.sync.problems import SIGN_IN_FIRST
from backend.sync.push import Sender
from backend.sync.schemas import LeavingGrant, LeavingProof, LeftBehind

PURPOSE = "left-behind"
PHOTOS_PURPOSE = "left-photos"
GRANT_LIFE = timedelta(minutes=15)
FILES_MAX = 1000

_HASHES = re.compile(r'"(?:original_)?sha256":\s*"([0-9a-f]{64})"')


async def sender_of_left(database: Database, left: LeftBehind, now: datetime) -> Sender:
    """Return in whose name the batch is kept.

    Raises Problem: identity.device_not_proven (also for a device that nobody knows), or sync.sign_in_first when the
    device is in service and its person active.
    """
    device_id, proof = left.batch.device_id, DeviceProof(nonce=left.nonce, signature=left.signature)
    scope, _ = await _out_of_service(database, device_id, proof, PURPOSE, now)
    worker = Worker(user_id=scope.user_id, team_ids=(), sees_tenant=False)
    return Sender(tenant_id=scope.tenant_id, device_id=device_id, worker=worker, is_left_behind=True)


async def grant_leaving(database: Database, shown: LeavingProof, now: datetime) -> LeavingGrant:
    """Let a device out of service bring the files that its items name, and do nothing else, for a quarter of an hour.

    Raises the same as `sender_of_left`.
    """
    proof = DeviceProof(nonce=shown.nonce, signature=shown.signature)
    scope, person = await _out_of_service(database, shown.device_id, proof, PHOTOS_PURPOSE, now)
    secret, expires_at = secrets.token_urlsafe(32), now + GRANT_LIFE
    async with bare_transaction(database, scope) as raw:
        who = Principal(
            user_id=person.id, tenant_id=scope.tenant_id, role=person.role, reach=Reach.OWN, team_ids=(),
            device_id=shown.device_id, token_hash=hashlib.sha256(secret.encode()).digest(), expires_at=expires_at,
            may_leave=await _files_named(raw, scope.tenant_id, shown.device_id),
        )  # fmt: skip
        await doors.delete_sessions_of_device(raw, scope.tenant_id, shown.device_id)
        await doors.insert_session(raw, who, now)
    return LeavingGrant(grant=secret, expires_at=expires_at)


async def _files_named(raw: asyncpg.Connection, tenant_id: UUID, device_id: UUID) -> tuple[bytes, ...]:
    """Return the hashes of files that the device named and that are not here: by what it left, and by what came before.

    At most 1,000: when those are here, another grant names the next.
    """
    bodies = await queries.bodies_left(raw, tenant_id, device_id)
    named = {bytes.fromhex(digest) for body in bodies for digest in _HASHES.findall(body)}
    return tuple(sorted(named | set(await awaited_of_device(raw, tenant_id, device_id, FILES_MAX)))[:FILES_MAX])


async def _out_of_service(
    database: Database, device_id: UUID, proof: DeviceProof, purpose: str, now: datetime
) -> tuple[Scope, PersonOnFile]:
    """Return in whose name a device may leave something; raises Problem when it proves nothing, or is in service."""
    owner = await owner_of_device(database.pool, device_id)
    if owner is None:
        raise Problem(DEVICE_NOT_PROVEN)
    tenant_id, user_id = owner
    scope = Scope(tenant_id=tenant_id, user_id=user_id, reach=Reach.OWN, team_ids=())
    async with bare_transaction(database, scope) as raw:
        device = await devices.device_on_file(raw, device_id)
        person = await people.person_on_file(raw, user_id)
        is_fresh = await doors.take_challenge(raw, hashlib.sha256(proof.nonce.encode()).digest(), device_id, now)
    if device is None or person is None or not is_fresh or not rules.is_proven(device, proof, purpose):
        raise Problem(DEVICE_NOT_PROVEN)
    if device.revoked_at is None and person.is_active:
        raise Problem(SIGN_IN_FIRST)
    return scope, person
