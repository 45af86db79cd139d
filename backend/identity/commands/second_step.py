"""How is the second step shown? The session that owes it becomes a whole one, under a new token.

Guesses wait like passwords do, under a count of their own: only who knows the password or link can make it grow.
"""

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import factor_problems, factor_rules, passwords, rules
from backend.identity.commands.factors import place_of
from backend.identity.commands.sign_in import Opened, count_attempt, hash_of, new_token
from backend.identity.events import event
from backend.identity.factor_schemas import StepKind
from backend.identity.principal import Principal
from backend.identity.queries import doors, factors
from backend.journal.commands import append
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import Problem
from backend.kernel.vault import Vault


async def show_code(database: Database, vault: Vault, who: Principal, code: str, now: datetime) -> Opened:
    """Take a code of the app, or one from paper, which is then used up. Raises NOTHING_OWED, CODE_WRONG, WAIT."""
    if not who.owes_code:
        raise Problem(factor_problems.NOTHING_OWED)
    key = hash_of(f"step:{who.user_id}")
    await count_attempt(database, key, rules.LOGIN_WAIT_MAX_S, now)
    async with transaction(database, who.scope()) as tx:
        kind = await _use(tx, vault, who, code, now)
        if kind is None:
            await append(tx, [event(who.act(now), "session.step_refused", who.user_id)])
        else:
            opened = await complete(tx, who, kind, now)
    if kind is None:
        raise Problem(factor_problems.CODE_WRONG)
    await doors.forget_failures(database.pool, [key])
    return opened


async def _use(tx: AsyncConnection, vault: Vault, who: Principal, code: str, now: datetime) -> StepKind | None:
    """Use up what was typed; None when it is not right."""
    raw = await bare(tx)
    written = factor_rules.normal_recovery_code(code)
    if written is not None:
        slot, letters = written
        kept = await factors.recovery_hash(raw, who.user_id, slot)
        is_right = await passwords.is_password(kept, letters)
        return StepKind.RECOVERY if is_right and await factors.use_recovery_code(raw, who.user_id, slot, now) else None
    found = await factors.totp_on_file(raw, who.user_id)
    if found is None or not found.is_confirmed:
        return None
    step = factor_rules.totp_step(vault.give(found.kept, place_of(who.user_id)).decode(), code, now)
    return StepKind.TOTP if step is not None and await factors.use_totp_step(raw, who.user_id, step) else None


async def complete(tx: AsyncConnection, who: Principal, kind: StepKind, now: datetime) -> Opened:
    """Put a whole session in the place of the one that owed a step."""
    raw, token = await bare(tx), new_token()
    ends_at = rules.session_end(now, has_device=who.device_id is not None)
    whole = msgspec.structs.replace(who, token_hash=hash_of(token), owes_code=False, expires_at=ends_at)
    await doors.delete_session(raw, who.token_hash)
    await doors.insert_session(raw, whole, now)
    await append(tx, [event(whole.act(now), "session.step_shown", who.user_id, by=kind.value)])
    return Opened(token, whole)
