"""What can be done about second factors? Set up an app, make codes for paper, take factors away, demand them of a role.

Changing them asks for the password again, unless the person has just signed in (OWASP ASVS 7.5.1).
"""

import asyncio
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import factor_problems, factor_rules, passwords, problems, rules
from backend.identity.commands.sign_in import count_attempt, hash_of
from backend.identity.events import event
from backend.identity.factor_schemas import Demand, PolicyChange, Proving, RecoveryCodes, TotpSeed
from backend.identity.principal import Principal
from backend.identity.queries import doors, factors, people
from backend.identity.schemas import Act
from backend.journal.commands import append
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import NOT_FOUND, NOT_SIGNED_IN, Problem
from backend.kernel.vault import Vault

ISSUER = "Rounds"


class Asker(NamedTuple):
    """Who changes the own factors, and when."""

    who: Principal
    now: datetime


def place_of(user_id: UUID) -> str:
    """Return to what a kept secret of an app is bound."""
    return f"totp {user_id}"


async def prove(database: Database, asker: Asker, proving: Proving) -> None:
    """Make sure that it is the person: just signed in, or the right password.

    Raises PROVE_AGAIN, WRONG_PASSWORD, WAIT.
    """
    who, now = asker
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        began_at = await doors.session_began_at(raw, who.token_hash)
        person = await people.person_on_file(raw, who.user_id)
    if began_at is None or person is None:
        raise Problem(NOT_SIGNED_IN)
    if factor_rules.is_fresh(began_at, now):
        return
    if proving.password is None or person.password_hash is None:
        raise Problem(factor_problems.PROVE_AGAIN)
    key = hash_of(f"prove:{who.user_id}")
    await count_attempt(database, key, rules.LOGIN_WAIT_MAX_S, now)
    if not await passwords.is_password(person.password_hash, proving.password):
        raise Problem(problems.WRONG_PASSWORD)
    await doors.forget_failures(database.pool, [key])


async def begin_totp(database: Database, vault: Vault, asker: Asker, proving: Proving) -> TotpSeed:
    """Make a secret for an app; it counts once a code of it was shown.

    Raises FACTOR_PRESENT, FACTORS_OFF, and what prove raises.
    """
    await prove(database, asker, proving)
    who, now = asker
    secret = factor_rules.new_totp_secret()
    kept = vault.keep(secret.encode(), place_of(who.user_id))
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        person = await people.person_on_file(raw, who.user_id)
        if person is None:
            raise Problem(NOT_SIGNED_IN)
        await _refuse_when_off(raw, who)
        if not await factors.put_totp(raw, who.tenant_id, who.user_id, kept, now):
            raise Problem(factor_problems.FACTOR_PRESENT)
    return TotpSeed(secret=secret, uri=factor_rules.totp_uri(secret, person.login, ISSUER))


async def confirm_totp(database: Database, vault: Vault, asker: Asker, code: str) -> RecoveryCodes:
    """Take an app into use by its first code; the first factor of somebody comes with ten codes for paper.

    Raises FACTOR_ABSENT, CODE_WRONG, WAIT.
    """
    who, now = asker
    key = hash_of(f"confirm:{who.user_id}")
    await count_attempt(database, key, rules.LOGIN_WAIT_MAX_S, now)
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        found = await factors.totp_on_file(raw, who.user_id)
        if found is None:
            raise Problem(factor_problems.FACTOR_ABSENT)
        secret = vault.give(found.kept, place_of(who.user_id)).decode()
        step = factor_rules.totp_step(secret, code, now)
        if step is None or not await factors.use_totp_step(raw, who.user_id, step):
            raise Problem(factor_problems.CODE_WRONG)
        await factors.confirm_totp(raw, who.user_id, now)
        await append(tx, [event(who.act(now), "user.totp_added", who.user_id)])
        codes = await first_codes(tx, asker)
    await doors.forget_failures(database.pool, [key])
    return codes


async def first_codes(tx: AsyncConnection, asker: Asker) -> RecoveryCodes:
    """After a factor was added: give codes for paper where there are none, and let the person's sessions go on."""
    who, _ = asker
    raw = await bare(tx)
    await doors.set_enrol_by(raw, who.tenant_id, {who.user_id: None})
    if (await factors.factors_of(raw, who.user_id)).recovery_left:
        return RecoveryCodes(codes=[])
    return await _new_codes(tx, asker)


async def renew_codes(database: Database, asker: Asker, proving: Proving) -> RecoveryCodes:
    """Make ten new codes for paper; the old ones are worthless. Raises FACTOR_ABSENT, and what prove raises."""
    await prove(database, asker, proving)
    async with transaction(database, asker.who.scope()) as tx:
        if not factor_rules.has_factor(await factors.factors_of(await bare(tx), asker.who.user_id)):
            raise Problem(factor_problems.FACTOR_ABSENT)
        return await _new_codes(tx, asker)


async def _new_codes(tx: AsyncConnection, asker: Asker) -> RecoveryCodes:
    who, now = asker
    codes = factor_rules.new_recovery_codes()
    hashes = await asyncio.gather(*(passwords.hash_password(code) for code in codes))
    await factors.put_recovery_codes(await bare(tx), who.tenant_id, who.user_id, list(hashes))
    await append(tx, [event(who.act(now), "user.recovery_codes_made", who.user_id)])
    return RecoveryCodes(codes=codes)


async def remove_totp(database: Database, asker: Asker, proving: Proving) -> None:
    """Take an app out of use; raises FACTOR_ABSENT, LAST_FACTOR, and what prove raises."""
    await prove(database, asker, proving)
    async with transaction(database, asker.who.scope()) as tx:
        if not await factors.delete_totp(await bare(tx), asker.who.user_id):
            raise Problem(factor_problems.FACTOR_ABSENT)
        await after_removal(tx, asker)
        await append(tx, [event(asker.who.act(asker.now), "user.totp_removed", asker.who.user_id)])


async def after_removal(tx: AsyncConnection, asker: Asker) -> None:
    """Refuse what would leave somebody without a factor that the role must have; without any, the codes go too."""
    raw, user_id = await bare(tx), asker.who.user_id
    left = await factors.factors_of(raw, user_id)
    if factor_rules.has_factor(left):
        return
    if left.policy.demand is Demand.REQUIRED:
        raise Problem(factor_problems.LAST_FACTOR)
    await factors.delete_recovery_codes(raw, user_id)


async def reset_factors(tx: AsyncConnection, act: Act, user_id: UUID, reason: str) -> None:
    """Take all second factors of somebody away who lost them; there is one day to set up others. Raises NOT_FOUND."""
    raw = await bare(tx)
    person = await people.person_on_file(raw, user_id, lock=True)
    if person is None:
        raise Problem(NOT_FOUND)
    await factors.delete_factors(raw, user_id, act.at)
    await doors.forget_failures(raw, [hash_of(f"step:{user_id}"), hash_of(f"prove:{user_id}")])
    await append(tx, [event(act, "user.factors_reset", user_id, reason=reason)])


async def set_policy(tx: AsyncConnection, act: Act, change: PolicyChange) -> None:
    """Demand something else of a role, of those who are signed in too, after the days of grace."""
    raw = await bare(tx)
    await factors.set_policy(raw, act.tenant_id, change, act.at)
    found = await factors.factors_of_role(raw, change.role)
    ends = {user_id: factor_rules.enrol_by(one) for user_id, one in found.items()}
    await doors.set_enrol_by(raw, act.tenant_id, ends)
    told = {"role": change.role.value, "demand": change.demand.value, "grace_days": change.grace_days}
    await append(tx, [event(act, "tenant.second_factor_set", act.tenant_id, **told)])


async def _refuse_when_off(raw: asyncpg.Connection, who: Principal) -> None:
    if (await factors.factors_of(raw, who.user_id)).policy.demand is Demand.OFF:
        raise Problem(factor_problems.FACTORS_OFF)
