"""All SQL of what phones take along: whom they may reach around the cases of their day."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

# Per case the numbers and doors, the obligor's own first; look-ups by key.
TARGETS = """
SELECT asked.case_id, owner.obligor_id, target.channel, target.id, target.party
FROM unnest($2::uuid[]) WITH ORDINALITY AS asked (case_id, n)
CROSS JOIN LATERAL (
    SELECT obligor_id FROM cases WHERE cases.id = asked.case_id AND cases.tenant_id = $1 AND closed_at IS NULL LIMIT 1
) AS owner
CROSS JOIN LATERAL (
    (SELECT 'call' AS channel, id, related_party_id AS party FROM contact_points WHERE tenant_id = $1
        AND obligor_id = owner.obligor_id AND kind IN ('mobile', 'phone') ORDER BY party NULLS FIRST, id LIMIT $3)
    UNION ALL
    (SELECT 'visit', id, related_party_id FROM addresses WHERE tenant_id = $1
        AND obligor_id = owner.obligor_id ORDER BY related_party_id NULLS FIRST, id LIMIT $3)) AS target
ORDER BY asked.n, target.channel, target.party NULLS FIRST, target.id
"""
IS_OWN = "SELECT 1 FROM devices WHERE tenant_id = $1 AND id = $2 AND user_id = $3 AND revoked_at IS NULL"


class Target(msgspec.Struct, frozen=True):
    """One number or door around a case; `party` is whose it is, None for the obligor."""

    case_id: UUID
    obligor_id: UUID
    channel: str
    id: UUID
    party: UUID | None


async def targets_of(
    raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID], a_case_max: int
) -> list[Target]:
    """Return whom a phone may reach around these open cases, in the order of the cases."""
    return [Target(*row.values()) for row in await raw.fetch(TARGETS, tenant_id, case_ids, a_case_max)]


async def is_own_device(raw: asyncpg.Connection, tenant_id: UUID, device_id: UUID, user_id: UUID) -> bool:
    """Tell whether a device is in service and the user's own."""
    return await raw.fetchval(IS_OWN, tenant_id, device_id, user_id) is not None
