"""All SQL of certificates: keep, revoke, list, and who must not work for want of a valid one."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from backend.identity.certificate_schemas import (
    REQUIRED,
    WARNED_DAYS,
    CertificateKind,
    CertificateView,
    CertificateWish,
)
from backend.identity.schemas import Act

LISTED_MAX = 500

INSERT = """
INSERT INTO staff_certificates (id, tenant_id, user_id, kind, number, issuer, valid_from, valid_until, made_by, made_at)
SELECT $2, $1, id, $4, $5, $6, $7, $8, $9, $10 FROM users WHERE tenant_id = $1 AND id = $3
ON CONFLICT DO NOTHING RETURNING id
"""
OWNER = "SELECT user_id FROM staff_certificates WHERE tenant_id = $1 AND id = $2"
REVOKE = """
UPDATE staff_certificates SET revoked_by = $3, revoked_at = $4, revoke_reason = $5
WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING user_id
"""
# Days are those of the holder's own clock. What a newer one of its kind has taken the place of is no news.
LIST = f"""
SELECT s.id, s.user_id, u.name AS user_name, s.kind, s.number, s.issuer, s.valid_from, s.valid_until,
    s.revoked_at IS NOT NULL AS is_revoked, s.valid_until - ($2 AT TIME ZONE u.zone)::date AS days_left
FROM staff_certificates s JOIN users u ON u.id = s.user_id
WHERE s.tenant_id = $1 AND ($3::uuid IS NULL OR s.user_id = $3)
    AND ($4::int IS NULL OR (s.revoked_at IS NULL AND u.is_active
        AND s.valid_until - ($2 AT TIME ZONE u.zone)::date <= $4
        AND NOT EXISTS (SELECT 1 FROM staff_certificates newer WHERE newer.tenant_id = $1 AND newer.user_id = s.user_id
            AND newer.kind = s.kind AND newer.revoked_at IS NULL AND newer.valid_until > s.valid_until)))
ORDER BY s.valid_until, s.id LIMIT {LISTED_MAX}
"""
LAPSED = """
SELECT s.user_id, s.kind FROM staff_certificates s JOIN users u ON u.id = s.user_id
WHERE s.tenant_id = $1 AND s.user_id = ANY($2::uuid[])
GROUP BY s.user_id, s.kind, u.zone
HAVING NOT bool_or(s.revoked_at IS NULL
    AND s.valid_from <= coalesce($4::date, ($3::timestamptz AT TIME ZONE u.zone)::date)
    AND s.valid_until > coalesce($4::date, ($3::timestamptz AT TIME ZONE u.zone)::date))
"""


async def insert_certificate(raw: asyncpg.Connection, act: Act, user_id: UUID, wish: CertificateWish) -> bool:
    """Write a certificate; False when there is no such person or the id is taken."""
    found = await raw.fetchval(
        INSERT, act.tenant_id, wish.id, user_id, wish.kind.value, wish.number, wish.issuer, wish.valid_from,
        wish.valid_until, act.actor_id, act.at,
    )  # fmt: skip
    return found is not None


async def owner_of(raw: asyncpg.Connection, tenant_id: UUID, certificate_id: UUID) -> UUID | None:
    """Return whose certificate it is."""
    found: UUID | None = await raw.fetchval(OWNER, tenant_id, certificate_id)
    return found


async def revoke(raw: asyncpg.Connection, act: Act, certificate_id: UUID, reason: str) -> UUID | None:
    """Revoke a certificate; returns whose it is, None when none of that id is worth anything."""
    found: UUID | None = await raw.fetchval(REVOKE, act.tenant_id, certificate_id, act.actor_id, act.at, reason)
    return found


async def certificates(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    now: datetime,
    *,
    user_id: UUID | None = None,
    within_days: int | None = None,
) -> list[CertificateView]:
    """Return certificates of one person or of all; with `within_days` those that are over or soon will be."""
    rows = await raw.fetch(LIST, tenant_id, now, user_id, within_days)
    return [
        CertificateView(
            **{**dict(row), "kind": CertificateKind(row["kind"])}, is_warned=row["days_left"] <= WARNED_DAYS
        )
        for row in rows
    ]


async def lapsed_kinds(
    raw: asyncpg.Connection, tenant_id: UUID, user_ids: Sequence[UUID], now: datetime, on: date | None = None
) -> dict[UUID, set[CertificateKind]]:
    """Return of which kinds people have certificates on file and none that is valid, now or on a day."""
    found: dict[UUID, set[CertificateKind]] = {}
    for row in await raw.fetch(LAPSED, tenant_id, user_ids, now, on):
        found.setdefault(row["user_id"], set()).add(CertificateKind(row["kind"]))
    return found


async def uncertified(
    raw: asyncpg.Connection, tenant_id: UUID, user_ids: Sequence[UUID], now: datetime, on: date | None = None
) -> set[UUID]:
    """Return who must not get cases: somebody whose required certificate has lapsed. Who has none on file may."""
    lapsed = await lapsed_kinds(raw, tenant_id, user_ids, now, on)
    return {user_id for user_id, kinds in lapsed.items() if kinds & set(REQUIRED)}
