"""What does the server do to open a phone? It keeps one half of the key, and gives it to whoever knows the PIN.

The phone derives the other half from the PIN. A copy of the phone's storage is worth nothing without this half, and
this half is destroyed at the eighth wrong PIN. Nothing here reads or loses unsent work: that is sealed for the server.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from backend.identity import problems, rules
from backend.identity.events import event
from backend.identity.principal import Principal
from backend.identity.queries import locks
from backend.identity.queries.locks import LeaseTerms, LockOnFile
from backend.identity.schemas import Lease, LockShare
from backend.journal.commands import append
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import NOT_FOUND, Problem

SHARE_BYTES = 32


async def make_lock(database: Database, who: Principal, device_id: UUID, verifier: str, now: datetime) -> LockShare:
    """Make a new half for a device, after which the old one opens nothing; raises NOT_FOUND or LOCK_UNFIT."""
    _check_own(who, device_id)
    expected = _read(verifier)
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        lock = LockOnFile(share=secrets.token_bytes(SHARE_BYTES), verifier=expected, tries_left=rules.PIN_TRIES)
        await locks.put_lock(raw, who.tenant_id, device_id, lock, now)
        await append(tx, [event(who.act(now), "device.lock_made", device_id)])
        return _share(lock, await locks.lease_terms(raw, who.tenant_id), now)


async def unlock(database: Database, who: Principal, device_id: UUID, verifier: str, now: datetime) -> LockShare:
    """Give the half to who knows the PIN; a wrong one is counted though the request is refused.

    Raises NOT_FOUND, LOCK_UNFIT, NO_LOCK, PIN_WRONG (with `tries_left`), PIN_SPENT.
    """
    _check_own(who, device_id)
    given = _read(verifier)
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        lock = await locks.lock_on_file(raw, device_id)
        if lock is None:
            raise Problem(problems.NO_LOCK)
        if lock.share is None or lock.verifier is None:
            raise Problem(problems.PIN_SPENT)
        if hmac.compare_digest(lock.verifier, given):
            await locks.give_tries(raw, device_id, rules.PIN_TRIES)
            await append(tx, [event(who.act(now), "device.unlocked", device_id)])
            return _share(lock, await locks.lease_terms(raw, who.tenant_id), now)
        left = await locks.count_wrong(raw, device_id, now)
        kind = "device.pin_wrong" if left else "device.pin_spent"
        await append(tx, [event(who.act(now), kind, device_id, tries_left=left)])
    raise Problem(problems.PIN_WRONG, tries_left=left) if left else Problem(problems.PIN_SPENT)


async def renew_lease(database: Database, who: Principal, device_id: UUID, now: datetime) -> Lease:
    """Say until when a phone that a passkey opens may be read without asking again; raises NOT_FOUND."""
    _check_own(who, device_id)
    async with transaction(database, who.scope()) as tx:
        terms = await locks.lease_terms(await bare(tx), who.tenant_id)
    return Lease(lease_until=_lease_end(terms, now), may_start_cold=terms.may_start_cold)


def _check_own(who: Principal, device_id: UUID) -> None:
    if who.device_id != device_id:
        raise Problem(NOT_FOUND)


def _read(verifier: str) -> bytes:
    read = rules.read_base64(verifier)
    if read is None or len(read) != SHARE_BYTES:
        raise Problem(problems.LOCK_UNFIT)
    return read


def _share(lock: LockOnFile, terms: LeaseTerms, now: datetime) -> LockShare:
    if lock.share is None:
        raise ValueError("a spent lock has no half to give")
    return LockShare(
        share=rules.base64_text(lock.share), lease_until=_lease_end(terms, now), may_start_cold=terms.may_start_cold
    )


def _lease_end(terms: LeaseTerms, now: datetime) -> datetime:
    return now + timedelta(hours=terms.hours)
