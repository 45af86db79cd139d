"""What does the server do to open a phone? It keeps one half of the key, and gives it to whoever knows the PIN.

The phone derives the other half from the PIN. A copy of the phone's storage is worth nothing without this half, and
this half is destroyed at the eighth wrong PIN. Nothing here reads or loses unsent work: that is sealed for the server.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import problems, rules
from backend.identity.commands.openings import check_may_lock_anew, grant_opening, put_under_lock
from backend.identity.commands.passkeys import check_opens_device
from backend.identity.events import event
from backend.identity.passkey_schemas import AssertionMade, Site
from backend.identity.principal import Principal
from backend.identity.queries import locks, passkeys
from backend.identity.queries.locks import LeaseTerms, LockOnFile
from backend.identity.schemas import Lease, LockShare, NewLock
from backend.journal.commands import append
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import NOT_FOUND, Kind, Problem

SHARE_BYTES = 32


class Shown(NamedTuple):
    """A nonce of a phone, signed by a passkey, and the site where that must have happened."""

    site: Site
    assertion: AssertionMade


async def make_lock(database: Database, who: Principal, device_id: UUID, new: NewLock, now: datetime) -> LockShare:
    """Make a new half for a device, after which the old one opens nothing.

    A device that has a lock asks for its old PIN or for a session that was signed in since: else whoever copied the
    cookie could put a PIN of their own. Raises NOT_FOUND, LOCK_UNFIT, SIGN_IN_AGAIN, or of the old PIN PIN_WRONG and
    PIN_SPENT.
    """
    _check_own(who, device_id)
    expected = _read(new.verifier)
    # The same PIN once more, because the answer was lost, proves itself.
    old = expected if new.old_verifier is None else _read(new.old_verifier)
    async with transaction(database, who.scope()) as tx:
        present = await locks.lock_on_file(await bare(tx), device_id)
        is_known = present is not None and _is_right(present, old)
        if is_known or present is None or new.old_verifier is None:
            if not is_known:
                await check_may_lock_anew(await bare(tx), who, device_id)
            return await _put_new(tx, who, device_id, expected, now)
        left = await _count_wrong(tx, who, present, device_id, now)
    raise _refused(left)


async def _put_new(tx: AsyncConnection, who: Principal, device_id: UUID, verifier: bytes, now: datetime) -> LockShare:
    raw = await bare(tx)
    await passkeys.delete_device_passkeys(raw, device_id)
    lock = LockOnFile(share=secrets.token_bytes(SHARE_BYTES), verifier=verifier, tries_left=rules.PIN_TRIES)
    await locks.put_lock(raw, who.tenant_id, device_id, lock, now)
    await put_under_lock(raw, device_id, now)
    await append(tx, [event(who.act(now), "device.lock_made", device_id)])
    return await _share(raw, who, device_id, lock, now)


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
        if lock.share is None:
            raise Problem(problems.PIN_SPENT)
        if _is_right(lock, given):
            await locks.give_tries(raw, device_id, rules.PIN_TRIES)
            await append(tx, [event(who.act(now), "device.unlocked", device_id)])
            return await _share(raw, who, device_id, lock, now)
        left = await _count_wrong(tx, who, lock, device_id, now)
    raise _refused(left)


async def renew_lease(database: Database, who: Principal, device_id: UUID, shown: Shown, now: datetime) -> Lease:
    """Say until when a phone may be read without asking again, to who shows the passkey that opens it.

    A copied profile has the cookie and not the passkey. Raises NOT_FOUND, NO_LOCK, PASSKEY_REFUSED.
    """
    _check_own(who, device_id)
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        if not await passkeys.has_device_passkey(raw, device_id):
            raise Problem(problems.NO_LOCK)
        await check_opens_device(raw, shown.site, shown.assertion, device_id, now)
        terms = await locks.lease_terms(raw, who.tenant_id)
        until = _lease_end(terms, now)
        opening = await grant_opening(raw, who, device_id, now, until)
    return Lease(lease_until=until, may_start_cold=terms.may_start_cold, opening=opening)


def _check_own(who: Principal, device_id: UUID) -> None:
    if who.device_id != device_id:
        raise Problem(NOT_FOUND)


def _read(verifier: str) -> bytes:
    read = rules.read_base64(verifier)
    if read is None or len(read) != SHARE_BYTES:
        raise Problem(problems.LOCK_UNFIT)
    return read


def _is_right(lock: LockOnFile, given: bytes) -> bool:
    return lock.verifier is not None and hmac.compare_digest(lock.verifier, given)


async def _count_wrong(tx: AsyncConnection, who: Principal, lock: LockOnFile, device_id: UUID, now: datetime) -> int:
    """Take a try away; the last one takes the half with it, and whatever was open by it."""
    raw = await bare(tx)
    left = 0 if lock.share is None else await locks.count_wrong(raw, device_id, now)
    if not left:
        await put_under_lock(raw, device_id, now)
    await append(tx, [event(who.act(now), _wrong(left).code, device_id, tries_left=left)])
    return left


def _wrong(left: int) -> Kind:
    return problems.PIN_WRONG if left else problems.PIN_SPENT


def _refused(left: int) -> Problem:
    return Problem(_wrong(left), tries_left=left) if left else Problem(_wrong(left))


async def _share(
    raw: asyncpg.Connection, who: Principal, device_id: UUID, lock: LockOnFile, now: datetime
) -> LockShare:
    if lock.share is None:
        raise ValueError("a spent lock has no half to give")
    terms = await locks.lease_terms(raw, who.tenant_id)
    until = _lease_end(terms, now)
    opening = await grant_opening(raw, who, device_id, now, until)
    return LockShare(
        share=rules.base64_text(lock.share), lease_until=until, may_start_cold=terms.may_start_cold, opening=opening
    )


def _lease_end(terms: LeaseTerms, now: datetime) -> datetime:
    return now + timedelta(hours=terms.hours)
