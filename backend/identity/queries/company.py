"""Which company sign-ins are there, and who came in by one? The first three statements run before a tenant is known."""

from datetime import datetime
from uuid import UUID

import asyncpg

from backend.identity.company_schemas import CompanyOnFile, FlowOnFile


async def lenders_with_company(raw: asyncpg.Connection | asyncpg.Pool, lender: str) -> list[UUID]:
    """Return the lender of that code when it has a sign-in of its own; of no code at most two of all that have one."""
    rows = await raw.fetch("SELECT tenant_id FROM lenders_with_company_sign_in($1)", lender)
    return [row["tenant_id"] for row in rows]


async def insert_flow(
    pool: asyncpg.Pool, state_hash: bytes, browser_hash: bytes, flow: FlowOnFile, expires_at: datetime
) -> None:
    """Remember a way there until it comes back."""
    await pool.execute(
        "INSERT INTO company_flows (state_hash, browser_hash, tenant_id, nonce, verifier, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        state_hash,
        browser_hash,
        flow.tenant_id,
        flow.nonce,
        flow.verifier,
        expires_at,
    )


async def take_flow(pool: asyncpg.Pool, state_hash: bytes, browser_hash: bytes, now: datetime) -> FlowOnFile | None:
    """Use up a way there; None when it was used, is old, or began in another browser."""
    row = await pool.fetchrow(
        "DELETE FROM company_flows WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3"
        " RETURNING tenant_id, nonce, verifier",
        state_hash,
        browser_hash,
        now,
    )
    return None if row is None else FlowOnFile(row["tenant_id"], row["nonce"], row["verifier"])


async def company_of(raw: asyncpg.Connection, tenant_id: UUID) -> CompanyOnFile | None:
    """Return the provider of a lender."""
    row = await raw.fetchrow(
        "SELECT issuer, client_id, client_secret, claim, counts_as_second FROM company_sign_ins WHERE tenant_id = $1",
        tenant_id,
    )
    return None if row is None else CompanyOnFile(*row)


async def put_company(raw: asyncpg.Connection, tenant_id: UUID, company: CompanyOnFile, now: datetime) -> None:
    """Write the provider of a lender in the place of the one before."""
    await raw.execute(
        "INSERT INTO company_sign_ins (tenant_id, issuer, client_id, client_secret, claim, counts_as_second, set_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id) DO UPDATE SET issuer = excluded.issuer,"
        " client_id = excluded.client_id, client_secret = excluded.client_secret, claim = excluded.claim,"
        " counts_as_second = excluded.counts_as_second, set_at = excluded.set_at",
        tenant_id,
        company.issuer,
        company.client_id,
        company.kept_secret,
        company.claim,
        company.counts_as_second,
        now,
    )


async def delete_company(raw: asyncpg.Connection, tenant_id: UUID) -> bool:
    """Forget the provider of a lender; False when there was none."""
    status: str = await raw.execute("DELETE FROM company_sign_ins WHERE tenant_id = $1", tenant_id)
    return status != "DELETE 0"


async def user_of_subject(raw: asyncpg.Connection, issuer: str, subject: str) -> UUID | None:
    """Return whom a subject of the provider is here, from an earlier sign-in."""
    found: UUID | None = await raw.fetchval(
        "SELECT user_id FROM company_subjects WHERE issuer = $1 AND subject = $2", issuer, subject
    )
    return found


async def bind_subject(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, issuer: str, subject: str, now: datetime
) -> bool:  # fmt: skip
    """Say whom a subject is from now on; False when the person is another subject already."""
    row = await raw.fetchrow(
        "INSERT INTO company_subjects (tenant_id, issuer, subject, user_id, bound_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING RETURNING user_id",
        tenant_id,
        issuer,
        subject,
        user_id,
        now,
    )
    return row is not None
