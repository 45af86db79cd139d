"""How does somebody come in and leave? By password or one-time link, throttled but never locked out for good.

Nobody is known yet when this begins, so these acts run their own transactions: a failed attempt must stay counted
though the request is refused. Strangers can only make a name wait (15 minutes at most), and a registered device that
signs the server's nonce does not wait for what strangers did.
"""

import hashlib
import logging
import secrets
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import factor_rules, passwords, problems, rules
from backend.identity.events import event
from backend.identity.factor_schemas import Strength
from backend.identity.permissions import REACH_OF
from backend.identity.principal import Principal
from backend.identity.queries import devices, doors, factors, people
from backend.identity.queries.doors import NameOnFile
from backend.identity.queries.people import PersonOnFile
from backend.identity.schemas import Act, PasswordChange, SignIn
from backend.journal.commands import append
from backend.kernel.db import SET_SCOPE, Database, Reach, Scope, bare, transaction
from backend.kernel.problems import NOT_FOUND, NOT_SIGNED_IN, TOO_MANY, Problem
from backend.kernel.throttle import Bucket, wait_for_token_s

log = logging.getLogger(__name__)

_TOKEN_BYTES = 32


class Opened(NamedTuple):
    """A new session: the token for the cookie, which is nowhere else, and who has it."""

    token: str
    who: Principal


class MadeLink(NamedTuple):
    """A new one-time link: the token for its fragment, which is nowhere else, and its end."""

    token: str
    expires_at: datetime


class Standing(Enum):
    """What is known of the device that somebody signs in with."""

    NONE = "none"
    PROVEN = "proven"
    NOT_PROVEN = "not proven"
    REVOKED = "revoked"


def hash_of(token: str) -> bytes:
    """Return under which hash a token is kept."""
    return hashlib.sha256(token.encode()).digest()


async def sign_in(database: Database, attempts: Bucket, attempt: SignIn, now: datetime) -> Opened:
    """Open a session for name and password.

    Raises WRONG_PASSWORD (whatever is wrong with name, password or person), WAIT, TOO_MANY; and, once the password
    fits, DEVICE_REVOKED or DEVICE_NOT_PROVEN.
    """
    login = rules.normal_login(attempt.login)
    name = await doors.name_on_file(database.pool, login)
    standing = await _standing(database, name, attempt, now)
    keys = await _begin_attempt(
        database, attempts, login, attempt.device_id if standing is Standing.PROVEN else None, now
    )

    person = await _person(database, name)
    usable_hash = person.password_hash if person is not None and person.is_active else None
    if not await passwords.is_password(usable_hash, attempt.password) or name is None or person is None:
        await _note_failure(database, name, now)
        raise Problem(problems.WRONG_PASSWORD)

    await doors.forget_failures(database.pool, keys)
    if standing is Standing.REVOKED:
        raise Problem(problems.DEVICE_REVOKED)
    if standing is Standing.NOT_PROVEN:
        raise Problem(problems.DEVICE_NOT_PROVEN)
    device_id = attempt.device_id if standing is Standing.PROVEN else None
    async with transaction(database, scope_of(name)) as tx:
        return await open_session(tx, name.tenant_id, person, device_id, Strength.ONE, now)


async def _standing(database: Database, name: NameOnFile | None, attempt: SignIn, now: datetime) -> Standing:
    """Say how the device stands; one that is unknown here, or somebody else's, signs in like no device at all."""
    if name is None or attempt.device_id is None:
        return Standing.NONE
    async with transaction(database, scope_of(name)) as tx:
        raw = await bare(tx)
        device = await devices.device_on_file(raw, attempt.device_id)
        if device is None or device.user_id != name.user_id or attempt.proof is None:
            return Standing.NONE
        if device.revoked_at is not None:
            return Standing.REVOKED
        is_fresh = await doors.take_challenge(raw, hash_of(attempt.proof.nonce), device.id, now)
    return Standing.PROVEN if is_fresh and rules.is_proven(device, attempt.proof) else Standing.NOT_PROVEN


async def _begin_attempt(
    database: Database, attempts: Bucket, login: str, proven_device: UUID | None, now: datetime
) -> list[bytes]:
    """Count the attempt as failed before it is tried, so that many at once are many; returns what success forgets."""
    by_login = hash_of(f"login:{login}")
    if proven_device is not None:
        by_device = hash_of(f"device:{proven_device}")
        await count_attempt(database, by_device, rules.DEVICE_WAIT_MAX_S, now)
        return [by_login, by_device]
    wait_s = wait_for_token_s(attempts, now.timestamp())
    if wait_s > 0:
        raise Problem(TOO_MANY, retry_after_s=int(wait_s) + 1)
    await count_attempt(database, by_login, rules.LOGIN_WAIT_MAX_S, now)
    return [by_login]


async def count_attempt(database: Database, key: bytes, longest_s: int, now: datetime) -> None:
    """Count an attempt under a key as failed, in a transaction of its own; raises WAIT. Success forgets the count."""
    async with database.pool.acquire() as raw, raw.transaction():
        failures = await doors.lock_failures(raw, key, now)
        wait_s = rules.wait_s(failures.failed_count, failures.failed_at, now, longest_s=longest_s)
        if wait_s == 0:
            await doors.count_failure(raw, key, now)
    if wait_s > 0:
        raise Problem(problems.WAIT, retry_after_s=wait_s)


def scope_of(name: NameOnFile) -> Scope:
    """Return for whom the database acts while somebody is coming in."""
    return Scope(tenant_id=name.tenant_id, user_id=name.user_id, reach=Reach.OWN, team_ids=())


async def _person(database: Database, name: NameOnFile | None) -> PersonOnFile | None:
    if name is None:
        return None
    async with transaction(database, scope_of(name)) as tx:
        return await people.person_on_file(await bare(tx), name.user_id)


async def _note_failure(database: Database, name: NameOnFile | None, now: datetime) -> None:
    # People type passwords into the field for the name: an unknown name is not written down anywhere.
    log.warning("sign-in failed: %s", name.user_id if name else "unknown name")
    if name is None:
        return
    act = Act(tenant_id=name.tenant_id, actor_id=None, device_id=None, at=now)
    async with transaction(database, scope_of(name)) as tx:
        await append(tx, [event(act, "session.refused", name.user_id)])


async def sign_in_by_link(database: Database, token: str, now: datetime) -> Opened:
    """Open a session for a one-time link and use it up; raises LINK_SPENT."""
    async with database.engine.begin() as tx:
        raw = await bare(tx)
        link = await doors.take_link(raw, hash_of(token), now)
        if link is None:
            raise Problem(problems.LINK_SPENT)
        await raw.execute(SET_SCOPE, *scope_of(link).settings())
        person = await people.person_on_file(raw, link.user_id)
        if person is None or not person.is_active:
            raise Problem(problems.LINK_SPENT)
        await doors.forget_failures(raw, [hash_of(f"login:{person.login}")])
        return await open_session(tx, link.tenant_id, person, None, Strength.ONE, now)


async def open_session(
    tx: AsyncConnection, tenant_id: UUID, person: PersonOnFile, device_id: UUID | None, shown: Strength, now: datetime
) -> Opened:
    """Open a session for what was shown; it owes the second step when the person has one and did not show it."""
    raw, token = await bare(tx), new_token()
    found = await factors.factors_of(raw, person.id)
    owes_code = factor_rules.owes_code(found, shown)
    has_device = device_id is not None
    who = Principal(
        user_id=person.id,
        tenant_id=tenant_id,
        role=person.role,
        reach=REACH_OF[person.role],
        team_ids=person.team_ids,
        device_id=device_id,
        token_hash=hash_of(token),
        expires_at=factor_rules.session_end(now, has_device=has_device, owes_code=owes_code),
        owes_code=owes_code,
        enrol_by=factor_rules.enrol_by(found),
    )
    await doors.insert_session(raw, who, now)
    if device_id is not None:
        await devices.touch_device(raw, device_id, now)
    await append(tx, [event(who.act(now), "session.opened", person.id)])
    return Opened(token, who)


def new_token() -> str:
    """Return a new secret for a cookie, link or code (256 bits)."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


async def replace_session(database: Database, token: str) -> None:
    """End the session that a browser had when it signed in anew (OWASP ASVS 7.2.4); an unknown token ends none."""
    await doors.delete_session(database.pool, hash_of(token))


async def sign_out(tx: AsyncConnection, who: Principal, now: datetime) -> None:
    """End the session of the asker."""
    await doors.delete_session(await bare(tx), who.token_hash)
    await append(tx, [event(who.act(now), "session.closed", who.user_id)])


async def make_sign_in_link(tx: AsyncConnection, act: Act, user_id: UUID) -> MadeLink:
    """Make a link that signs a person in once within 24 hours; older unused ones stop working."""
    raw, token = await bare(tx), new_token()
    person = await people.person_on_file(raw, user_id)
    if person is None:
        raise Problem(NOT_FOUND)
    if not person.is_active:
        raise Problem(problems.USER_INACTIVE)
    expires_at = act.at + rules.LINK_LIFE
    await doors.insert_link(raw, hash_of(token), act.tenant_id, user_id, expires_at)
    await append(tx, [event(act, "user.link_made", user_id)])
    return MadeLink(token, expires_at)


async def fitting_hash(database: Database, who: Principal, change: PasswordChange, now: datetime) -> str:
    """Try the old password, as throttled as a sign-in, and return the hash of the new one.

    Who came by a link and never had a password needs no old one. Raises WRONG_PASSWORD, WAIT, PASSWORD_WEAK.
    """
    person = await _person(database, NameOnFile(who.tenant_id, who.user_id))
    if person is None:
        raise Problem(NOT_SIGNED_IN)
    refusal = rules.password_refusal(change.new_password, person.login)
    if refusal:
        raise Problem(refusal)
    if person.password_hash is not None:
        key = hash_of(f"change:{who.user_id}")
        await count_attempt(database, key, rules.LOGIN_WAIT_MAX_S, now)
        if not await passwords.is_password(person.password_hash, change.old_password):
            raise Problem(problems.WRONG_PASSWORD)
        await doors.forget_failures(database.pool, [key])
    return await passwords.hash_password(change.new_password)
