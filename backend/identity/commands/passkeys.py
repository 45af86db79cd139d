"""What can be done about passkeys? Register one to sign in with, or one that opens a phone; come in by it; remove it.

One passkey is two factors: something one has, and the finger, face or screen lock that it asks for.
"""

from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import factor_problems, passkey_rules
from backend.identity.commands.devices import make_challenge
from backend.identity.commands.factors import Asker, after_removal, first_codes, prove
from backend.identity.commands.openings import check_may_lock_anew, put_under_lock
from backend.identity.commands.second_step import complete
from backend.identity.commands.sign_in import Opened, hash_of, open_session, scope_of
from backend.identity.events import event
from backend.identity.factor_schemas import PASSKEYS_A_USER_MAX, Demand, Proving, RecoveryCodes, StepKind, Strength
from backend.identity.passkey_schemas import (
    AssertionMade,
    NewPasskey,
    PasskeyFacts,
    PasskeyOptions,
    RegistrationMade,
    Site,
)
from backend.identity.principal import Principal
from backend.identity.queries import doors, factors, locks, passkeys, people
from backend.identity.queries.passkeys import PasskeyOnFile
from backend.journal.commands import append
from backend.kernel.db import Database, bare, transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, NOT_SIGNED_IN, TOO_MANY, Problem
from backend.kernel.throttle import Bucket, wait_for_token_s

ANYBODY = UUID(int=0)
"""For whom the nonce of a sign-in is made: nobody is known yet."""


async def begin(database: Database, asker: Asker, site: Site, proving: Proving) -> PasskeyOptions:
    """Give the browser what it needs to make a passkey.

    Raises FACTORS_OFF, TOO_MANY_PASSKEYS, and what prove raises.
    """
    await prove(database, asker, proving)
    who, now = asker
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        person = await people.person_on_file(raw, who.user_id)
        known = await passkeys.credentials_of(raw, who.user_id)
        demand = (await factors.factors_of(raw, who.user_id)).policy.demand
    if person is None:
        raise Problem(NOT_SIGNED_IN)
    if demand is Demand.OFF:
        raise Problem(factor_problems.FACTORS_OFF)
    if len(known) >= PASSKEYS_A_USER_MAX:
        raise Problem(factor_problems.TOO_MANY_PASSKEYS, most=PASSKEYS_A_USER_MAX)
    challenge = await make_challenge(database.pool, who.user_id, now)
    return PasskeyOptions(
        nonce=challenge.nonce,
        rp_id=site.rp_id,
        user_handle=passkey_rules.base64url_text(who.user_id.bytes),
        user_name=person.login,
        exclude=[passkey_rules.base64url_text(one) for one in known],
    )


async def add(database: Database, asker: Asker, site: Site, new: NewPasskey) -> RecoveryCodes:
    """Take a passkey into use that was made for a nonce of `begin`; raises PASSKEY_UNFIT, TOO_MANY_PASSKEYS."""
    who, now = asker
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        await people.person_on_file(raw, who.user_id, lock=True)
        if len(await passkeys.credentials_of(raw, who.user_id)) >= PASSKEYS_A_USER_MAX:
            raise Problem(factor_problems.TOO_MANY_PASSKEYS, most=PASSKEYS_A_USER_MAX)
        made = await _made(raw, site, new.made, who.user_id, now)
        one = PasskeyOnFile(id=new_id(), user_id=who.user_id, device_id=None, facts=made)
        await _keep(tx, asker, one, new.label)
        return await first_codes(tx, asker)


async def add_for_device(database: Database, asker: Asker, site: Site, device_id: UUID, new: NewPasskey) -> None:
    """Let a passkey open the asker's phone, in the place of whatever opened it before.

    Whoever copied the cookie could else put a passkey of their own. Raises NOT_FOUND, PASSKEY_UNFIT, SIGN_IN_AGAIN.
    """
    who, now = asker
    if who.device_id != device_id:
        raise Problem(NOT_FOUND)
    async with transaction(database, who.scope()) as tx:
        raw = await bare(tx)
        await check_may_lock_anew(raw, who, device_id)
        made = await _made(raw, site, new.made, device_id, now)
        await locks.remove_lock(raw, device_id)
        await passkeys.delete_device_passkeys(raw, device_id)
        one = PasskeyOnFile(id=new_id(), user_id=who.user_id, device_id=device_id, facts=made)
        await _keep(tx, asker, one, new.label)
        await put_under_lock(raw, device_id, now)


async def _made(
    raw: asyncpg.Connection, site: Site, made: RegistrationMade, subject_id: UUID, now: datetime
) -> PasskeyFacts:
    nonce = passkey_rules.nonce_of(made.client_data)
    if nonce is None or not await doors.take_challenge(raw, hash_of(nonce), subject_id, now):
        raise Problem(factor_problems.PASSKEY_UNFIT)
    facts = passkey_rules.read_registration(made, nonce, site)
    if facts is None:
        raise Problem(factor_problems.PASSKEY_UNFIT)
    return facts


async def _keep(tx: AsyncConnection, asker: Asker, one: PasskeyOnFile, label: str) -> None:
    if not await passkeys.insert_passkey(await bare(tx), asker.who.tenant_id, one, label, asker.now):
        raise Problem(factor_problems.PASSKEY_UNFIT)
    kind = "user.passkey_added" if one.device_id is None else "device.passkey_made"
    subject_id = one.user_id if one.device_id is None else one.device_id
    await append(tx, [event(asker.who.act(asker.now), kind, subject_id, label=label)])


async def remove(database: Database, asker: Asker, passkey_id: UUID, proving: Proving) -> None:
    """Forget a passkey that signs in; raises FACTOR_ABSENT, LAST_FACTOR, and what prove raises."""
    await prove(database, asker, proving)
    who, now = asker
    async with transaction(database, who.scope()) as tx:
        if not await passkeys.delete_passkey(await bare(tx), who.user_id, passkey_id):
            raise Problem(factor_problems.FACTOR_ABSENT)
        await after_removal(tx, asker)
        await append(tx, [event(who.act(now), "user.passkey_removed", who.user_id)])


async def sign_in(database: Database, attempts: Bucket, site: Site, shown: AssertionMade, now: datetime) -> Opened:
    """Open a whole session for a passkey; raises TOO_MANY, or PASSKEY_REFUSED whatever is wrong."""
    wait_s = wait_for_token_s(attempts, now.timestamp())
    if wait_s > 0:
        raise Problem(TOO_MANY, retry_after_s=int(wait_s) + 1)
    credential_id = passkey_rules.read_base64url(shown.id)
    owner = None if credential_id is None else await passkeys.owner_of_passkey(database.pool, credential_id)
    if owner is None:
        raise Problem(factor_problems.PASSKEY_REFUSED)
    async with transaction(database, scope_of(owner)) as tx:
        raw = await bare(tx)
        one = await _shown(raw, site, shown, ANYBODY, now)
        person = None if one is None else await people.person_on_file(raw, one.user_id)
        if person is None or not person.is_active:
            raise Problem(factor_problems.PASSKEY_REFUSED)
        await doors.forget_failures(raw, [hash_of(f"login:{person.login}")])
        return await open_session(tx, owner.tenant_id, person, None, Strength.TWO, now)


async def show(database: Database, site: Site, who: Principal, shown: AssertionMade, now: datetime) -> Opened:
    """Take a passkey as the second step; raises NOTHING_OWED, PASSKEY_REFUSED."""
    if not who.owes_code:
        raise Problem(factor_problems.NOTHING_OWED)
    async with transaction(database, who.scope()) as tx:
        one = await _shown(await bare(tx), site, shown, ANYBODY, now)
        if one is None or one.user_id != who.user_id:
            raise Problem(factor_problems.PASSKEY_REFUSED)
        return await complete(tx, who, StepKind.PASSKEY, now)


async def check_opens_device(
    raw: asyncpg.Connection, site: Site, shown: AssertionMade, device_id: UUID, now: datetime
) -> None:
    """Make sure that the passkey of this very phone signed a nonce of the phone; raises PASSKEY_REFUSED."""
    one = await _shown(raw, site, shown, device_id, now)
    if one is None or one.device_id != device_id:
        raise Problem(factor_problems.PASSKEY_REFUSED)


async def _shown(
    raw: asyncpg.Connection, site: Site, shown: AssertionMade, subject_id: UUID, now: datetime
) -> PasskeyOnFile | None:
    """Return the passkey that signed a nonce for this subject, which is used up by it; None when anything is wrong."""
    nonce, credential_id = passkey_rules.nonce_of(shown.client_data), passkey_rules.read_base64url(shown.id)
    if nonce is None or credential_id is None or not await doors.take_challenge(raw, hash_of(nonce), subject_id, now):
        return None
    one = await passkeys.passkey_on_file(raw, credential_id)
    sign_count = None if one is None else passkey_rules.read_assertion(shown, nonce, site, one.facts)
    if one is None or sign_count is None:
        return None
    await passkeys.use_passkey(raw, one.id, sign_count, now)
    return one
