"""Which second factors has somebody, and what does the lender demand?

All statements run inside a transaction of one tenant.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from backend.identity.factor_schemas import Demand, FactorPolicy, FactorsOnFile, PasskeyView, PolicyChange, PolicyView
from backend.identity.schemas import UserRole

_FACTORS = """
SELECT users.id, users.created_at, users.factors_reset_at, policy.demand, policy.grace_days, policy.set_at,
    EXISTS (SELECT 1 FROM totp_factors WHERE user_id = users.id AND confirmed_at IS NOT NULL) AS has_totp,
    (SELECT count(*) FROM passkeys WHERE user_id = users.id AND device_id IS NULL) AS passkeys,
    (SELECT count(*) FROM recovery_codes WHERE user_id = users.id AND used_at IS NULL) AS recovery_left
FROM users LEFT JOIN second_factor_policies policy ON policy.tenant_id = users.tenant_id AND policy.role = users.role
"""
_NOT_SET = "offered"


class TotpOnFile(NamedTuple):
    """The kept secret of an app, and the newest step that was taken."""

    kept: bytes
    is_confirmed: bool
    last_step: int


async def factors_of(raw: asyncpg.Connection, user_id: UUID) -> FactorsOnFile:
    """Return what somebody could show, and what is demanded of the role; raises LookupError for nobody."""
    row = await raw.fetchrow(_FACTORS + "WHERE users.id = $1", user_id)
    if row is None:
        raise LookupError("no such person")
    return _factors(row)


async def factors_of_role(raw: asyncpg.Connection, role: UserRole) -> dict[UUID, FactorsOnFile]:
    """Return the same of all active people of a role."""
    rows = await raw.fetch(_FACTORS + "WHERE users.role = $1 AND users.is_active", role.value)
    return {row["id"]: _factors(row) for row in rows}


def _factors(row: asyncpg.Record) -> FactorsOnFile:
    return FactorsOnFile(
        has_totp=row["has_totp"],
        passkeys=row["passkeys"],
        recovery_left=row["recovery_left"],
        policy=FactorPolicy(
            demand=Demand(row["demand"] or _NOT_SET),
            grace_days=row["grace_days"] or 0,
            set_at=row["set_at"] or row["created_at"],
        ),
        made_at=row["created_at"],
        reset_at=row["factors_reset_at"],
    )


async def totp_on_file(raw: asyncpg.Connection, user_id: UUID) -> TotpOnFile | None:
    """Return the secret of a person's app, held until the transaction ends."""
    row = await raw.fetchrow(
        "SELECT secret, confirmed_at IS NOT NULL, last_step FROM totp_factors WHERE user_id = $1 FOR UPDATE", user_id
    )
    return None if row is None else TotpOnFile(*row)


async def put_totp(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, kept: bytes, now: datetime) -> bool:
    """Write an unconfirmed secret in the place of another unconfirmed one; False when one is in use."""
    row = await raw.fetchrow(
        "INSERT INTO totp_factors (tenant_id, user_id, secret, made_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, made_at = excluded.made_at"
        " WHERE totp_factors.confirmed_at IS NULL RETURNING user_id",
        tenant_id,
        user_id,
        kept,
        now,
    )
    return row is not None


async def confirm_totp(raw: asyncpg.Connection, user_id: UUID, now: datetime) -> None:
    """From now on the app's codes count."""
    await raw.execute("UPDATE totp_factors SET confirmed_at = $2 WHERE user_id = $1", user_id, now)


async def use_totp_step(raw: asyncpg.Connection, user_id: UUID, step: int) -> bool:
    """Use up a step of time and all before it; False when it was used."""
    row = await raw.fetchrow(
        "UPDATE totp_factors SET last_step = $2 WHERE user_id = $1 AND last_step < $2 RETURNING user_id", user_id, step
    )
    return row is not None


async def delete_totp(raw: asyncpg.Connection, user_id: UUID) -> bool:
    """Forget a person's app; False when there was none in use."""
    return (
        await raw.fetchval("DELETE FROM totp_factors WHERE user_id = $1 RETURNING confirmed_at IS NOT NULL", user_id)
        is True
    )


async def put_recovery_codes(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, hashes: list[str]) -> None:
    """Write new codes in the place of all before."""
    await raw.execute("DELETE FROM recovery_codes WHERE user_id = $1", user_id)
    await raw.execute(
        "INSERT INTO recovery_codes (tenant_id, user_id, slot, code_hash)"
        " SELECT $1, $2, ordinality - 1, code_hash FROM unnest($3::text[]) WITH ORDINALITY AS given (code_hash)",
        tenant_id,
        user_id,
        hashes,
    )


async def recovery_hash(raw: asyncpg.Connection, user_id: UUID, slot: int) -> str | None:
    """Return the hash of an unused code."""
    found: str | None = await raw.fetchval(
        "SELECT code_hash FROM recovery_codes WHERE user_id = $1 AND slot = $2 AND used_at IS NULL", user_id, slot
    )
    return found


async def use_recovery_code(raw: asyncpg.Connection, user_id: UUID, slot: int, now: datetime) -> bool:
    """Use up a code; False when it was used in the meantime."""
    row = await raw.fetchrow(
        "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND slot = $2 AND used_at IS NULL RETURNING slot",
        user_id,
        slot,
        now,
    )
    return row is not None


async def delete_recovery_codes(raw: asyncpg.Connection, user_id: UUID) -> None:
    """Make all codes on paper worthless."""
    await raw.execute("DELETE FROM recovery_codes WHERE user_id = $1", user_id)


async def delete_factors(raw: asyncpg.Connection, user_id: UUID, now: datetime) -> None:
    """Forget the app, the codes and the passkeys that sign in; those that open a phone stay with the phone."""
    await raw.execute("DELETE FROM totp_factors WHERE user_id = $1", user_id)
    await delete_recovery_codes(raw, user_id)
    await raw.execute("DELETE FROM passkeys WHERE user_id = $1 AND device_id IS NULL", user_id)
    await raw.execute("UPDATE users SET factors_reset_at = $2 WHERE id = $1", user_id, now)


async def passkeys_of(raw: asyncpg.Connection, user_id: UUID) -> list[PasskeyView]:
    """Return a person's passkeys, the oldest first; there are at most 20."""
    rows = await raw.fetch(
        "SELECT id, label, made_at, used_at, device_id FROM passkeys WHERE user_id = $1 ORDER BY made_at, id", user_id
    )
    return [PasskeyView(*row) for row in rows]


async def set_policy(raw: asyncpg.Connection, tenant_id: UUID, change: PolicyChange, now: datetime) -> None:
    """Write what is demanded of a role."""
    await raw.execute(
        "INSERT INTO second_factor_policies (tenant_id, role, demand, grace_days, set_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (tenant_id, role) DO UPDATE SET demand = excluded.demand, grace_days = excluded.grace_days,"
        " set_at = excluded.set_at",
        tenant_id,
        change.role.value,
        change.demand.value,
        change.grace_days,
        now,
    )


async def policies(raw: asyncpg.Connection) -> dict[UserRole, PolicyView]:
    """Return the policies that were set."""
    rows = await raw.fetch("SELECT role, demand, grace_days FROM second_factor_policies")
    found = [PolicyView(UserRole(row["role"]), Demand(row["demand"]), row["grace_days"]) for row in rows]
    return {one.role: one for one in found}
