"""Whose was a device that may not come in any more, and does it prove that it is that device?

A revoked phone has no session. What its owner did before must not die with it, and who found it must not be able to
put anything into the record: the batch is taken into the quarantine, for the lead.
"""

import hashlib
from datetime import datetime

from backend.cases.schemas import Worker
from backend.identity import rules
from backend.identity.problems import DEVICE_NOT_PROVEN
from backend.identity.queries import devices, doors, people
from backend.identity.queries.locks import owner_of_device
from backend.identity.schemas import DeviceProof
from backend.kernel.db import Database, Reach, Scope, bare_transaction
from backend.kernel.problems import Problem
from backend.sync.problems import SIGN_IN_FIRST
from backend.sync.push import Sender
from backend.sync.schemas import LeftBehind

PURPOSE = "left-behind"


async def sender_of_left(database: Database, left: LeftBehind, now: datetime) -> Sender:
    """Return in whose name the batch is kept.

    Raises Problem: identity.device_not_proven (also for a device that nobody knows), or sync.sign_in_first when the
    device is in service and its person active.
    """
    device_id = left.batch.device_id
    owner = await owner_of_device(database.pool, device_id)
    if owner is None:
        raise Problem(DEVICE_NOT_PROVEN)
    tenant_id, user_id = owner
    scope = Scope(tenant_id=tenant_id, user_id=user_id, reach=Reach.OWN, team_ids=())
    async with bare_transaction(database, scope) as raw:
        device = await devices.device_on_file(raw, device_id)
        person = await people.person_on_file(raw, user_id)
        is_fresh = await doors.take_challenge(raw, hashlib.sha256(left.nonce.encode()).digest(), device_id, now)
    proof = DeviceProof(nonce=left.nonce, signature=left.signature)
    if device is None or person is None or not is_fresh or not rules.is_proven(device, proof, PURPOSE):
        raise Problem(DEVICE_NOT_PROVEN)
    if device.revoked_at is None and person.is_active:
        raise Problem(SIGN_IN_FIRST)
    worker = Worker(user_id=user_id, team_ids=(), sees_tenant=False)
    return Sender(tenant_id=tenant_id, device_id=device_id, worker=worker, is_left_behind=True)
