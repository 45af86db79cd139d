"""All SQL of released contacts: wishes, decisions, and which of them stands for a contact."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.release_schemas import ReleaseDecision, ReleaseView, ReleaseWish
from backend.compliance.schemas import Channel
from backend.identity.schemas import Act

OPEN_MAX = 200

INSERT = """
INSERT INTO contact_releases (id, tenant_id, case_id, channel, to_id, rule_ids, reason, asked_by, asked_at, since,
    until)
SELECT $2, $1, id, $4, $5, $6::text[], $7, $8, $9, $10, $11 FROM cases WHERE tenant_id = $1 AND id = $3
ON CONFLICT DO NOTHING RETURNING id
"""
# Whoever asked may not decide; one decision a wish.
DECIDE = """
INSERT INTO contact_release_decisions (release_id, tenant_id, is_granted, reason, decided_by, decided_at)
SELECT id, $1, $3, $4, $5, $6 FROM contact_releases WHERE tenant_id = $1 AND id = $2 AND asked_by <> $5
ON CONFLICT DO NOTHING RETURNING release_id
"""
_VIEW = """
SELECT r.id, r.case_id, r.channel, r.to_id, r.rule_ids, r.reason, r.asked_by, r.asked_at, r.since, r.until,
    d.is_granted, d.decided_by, d.reason AS decision_reason
FROM contact_releases r LEFT JOIN contact_release_decisions d ON d.tenant_id = r.tenant_id AND d.release_id = r.id
WHERE r.tenant_id = $1
"""
BY_ID = f"{_VIEW} AND r.id = $2"
OPEN = f"{_VIEW} AND d.release_id IS NULL AND r.until > $2 ORDER BY r.until, r.id LIMIT {OPEN_MAX}"
# It is used up by the first contact of its kind since the decision; one that is judged again is not in its own way.
STANDING = """
SELECT asked.n, r.id, d.decided_by, r.rule_ids
FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::uuid[]) WITH ORDINALITY
    AS asked (case_id, channel, to_id, at, own_id, n)
JOIN contact_releases r ON r.tenant_id = $1 AND r.case_id = asked.case_id AND r.channel = asked.channel
    AND r.to_id IS NOT DISTINCT FROM asked.to_id AND r.since <= asked.at AND asked.at < r.until
JOIN contact_release_decisions d ON d.tenant_id = $1 AND d.release_id = r.id AND d.is_granted
JOIN cases c ON c.id = r.case_id
WHERE NOT EXISTS (SELECT 1 FROM contact_events e WHERE e.tenant_id = $1 AND e.obligor_id = c.obligor_id
    AND e.case_id = r.case_id AND e.channel = r.channel AND e.at >= greatest(r.since, d.decided_at) AND e.at < r.until
    AND e.id IS DISTINCT FROM asked.own_id AND NOT e.is_reversal)
ORDER BY asked.n, d.decided_at, r.id
"""


class Looked(msgspec.Struct, frozen=True):
    """A contact that may have been released."""

    case_id: UUID
    channel: Channel
    to_id: UUID | None
    at: datetime
    own_id: UUID | None


class Standing(msgspec.Struct, frozen=True):
    """A release that stands for a contact: who decided, and which rules were seen then."""

    id: UUID
    decided_by: UUID
    rule_ids: list[str]


async def insert(raw: asyncpg.Connection, act: Act, case_id: UUID, wish: ReleaseWish, rule_ids: Sequence[str]) -> bool:
    """Write a wish; False when the case is not seen or the id is taken."""
    found = await raw.fetchval(
        INSERT, act.tenant_id, wish.id, case_id, wish.channel.value, wish.to_id, rule_ids, wish.reason, act.actor_id,
        act.at, wish.since, wish.until,
    )  # fmt: skip
    return found is not None


async def decide(raw: asyncpg.Connection, act: Act, release_id: UUID, said: ReleaseDecision) -> bool:
    """Write a decision; False when there is one, or when it is the asker's own."""
    found = await raw.fetchval(DECIDE, act.tenant_id, release_id, said.is_granted, said.reason, act.actor_id, act.at)
    return found is not None


async def by_id(raw: asyncpg.Connection, tenant_id: UUID, release_id: UUID) -> ReleaseView | None:
    """Return a wish that is seen."""
    row = await raw.fetchrow(BY_ID, tenant_id, release_id)
    return None if row is None else _view(row)


async def open_releases(raw: asyncpg.Connection, tenant_id: UUID, now: datetime) -> list[ReleaseView]:
    """Return the wishes that wait and are not over, at most 200."""
    return [_view(row) for row in await raw.fetch(OPEN, tenant_id, now)]


async def standing(raw: asyncpg.Connection, tenant_id: UUID, looked: Sequence[Looked]) -> dict[int, list[Standing]]:
    """Return the releases that stand for contacts, by their place in the list."""
    rows = await raw.fetch(
        STANDING, tenant_id, [one.case_id for one in looked], [one.channel.value for one in looked],
        [one.to_id for one in looked], [one.at for one in looked], [one.own_id for one in looked],
    )  # fmt: skip
    found: dict[int, list[Standing]] = {}
    for row in rows:
        one = Standing(id=row["id"], decided_by=row["decided_by"], rule_ids=row["rule_ids"])
        found.setdefault(row["n"] - 1, []).append(one)
    return found


def _view(row: asyncpg.Record) -> ReleaseView:
    return ReleaseView(**{**dict(row), "channel": Channel(row["channel"])})
