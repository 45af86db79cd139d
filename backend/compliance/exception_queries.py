"""All SQL of contacts that were made and are judged afterwards, and of those that should not have been."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.contact_schemas import ExceptionList, ExceptionView, Ruling
from backend.compliance.schemas import Channel
from backend.identity.schemas import Act

# A call from the person needs no verdict. What was taken back is no contact; what has a verdict keeps it.
TO_JUDGE = """
SELECT e.id, e.channel, e.case_id, e.to_id, e.by, e.at FROM contact_events AS e
WHERE e.tenant_id = $1 AND e.id = ANY($2::uuid[]) AND e.direction = 'out' AND NOT e.is_reversal
    AND NOT EXISTS (SELECT 1 FROM contact_events AS r WHERE r.tenant_id = $1 AND r.id = e.id
        AND r.channel = e.channel AND r.is_reversal)
    AND NOT EXISTS (SELECT 1 FROM contact_verdicts AS v WHERE v.tenant_id = $1 AND v.channel = e.channel
        AND v.source_id = e.id)
ORDER BY e.at, e.id
"""
KEEP_VERDICTS = """
INSERT INTO contact_verdicts (tenant_id, channel, source_id, case_id, verdict_id, decision)
SELECT $1, * FROM unnest($2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[]) ON CONFLICT DO NOTHING
"""
RAISE = """
INSERT INTO compliance_exceptions (id, tenant_id, case_id, channel, source_id, verdict_id, rule_ids, user_id,
    happened_at)
SELECT id, $1, case_id, channel, source_id, verdict_id, string_to_array(rule_ids, ' '), user_id, happened_at
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::timestamptz[])
    AS new (id, case_id, channel, source_id, verdict_id, rule_ids, user_id, happened_at)
ON CONFLICT DO NOTHING
"""
OPEN = """
SELECT id, case_id, channel, source_id, verdict_id, rule_ids, user_id, happened_at FROM compliance_exceptions
WHERE tenant_id = $1 AND state = 'open' ORDER BY happened_at DESC, id LIMIT $2
"""
LISTED_MAX = 200
LOCK = """
SELECT case_id, user_id FROM compliance_exceptions WHERE tenant_id = $1 AND id = $2 AND state = 'open' FOR UPDATE
"""
DECIDE = """
UPDATE compliance_exceptions SET state = $3, reason = $4, decided_by = $5, decided_at = $6
WHERE tenant_id = $1 AND id = $2
"""


class Made(msgspec.Struct, frozen=True):
    """A contact that was made and has no verdict yet."""

    id: UUID
    channel: str
    case_id: UUID
    to_id: UUID | None
    by: str
    at: datetime


class Breach(msgspec.Struct, frozen=True):
    """A contact that would have been held back."""

    id: UUID
    made: Made
    verdict_id: UUID
    rule_ids: list[str]
    user_id: UUID | None


class OpenException(msgspec.Struct, frozen=True):
    """An exception that nobody has decided: whose contact it was."""

    case_id: UUID
    user_id: UUID | None


async def to_judge(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]) -> list[Made]:
    """Return those of the records that are contacts without a verdict, the earliest first."""
    return [Made(**dict(row)) for row in await raw.fetch(TO_JUDGE, tenant_id, ids)]


async def keep_verdicts(raw: asyncpg.Connection, tenant_id: UUID, judged: Sequence[tuple[Made, UUID, str]]) -> None:
    """Note which verdict stands for which contact: (contact, verdict, decision)."""
    made = [one for one, _, _ in judged]
    await raw.execute(
        KEEP_VERDICTS, tenant_id, [one.channel for one in made], [one.id for one in made],
        [one.case_id for one in made], [verdict for _, verdict, _ in judged], [decision for _, _, decision in judged],
    )  # fmt: skip


async def raise_exceptions(raw: asyncpg.Connection, tenant_id: UUID, breaches: Sequence[Breach]) -> None:
    """Write exceptions, one a contact at the most."""
    made = [one.made for one in breaches]
    await raw.execute(
        RAISE, tenant_id, [one.id for one in breaches], [one.case_id for one in made], [one.channel for one in made],
        [one.id for one in made], [one.verdict_id for one in breaches], [" ".join(one.rule_ids) for one in breaches],
        [one.user_id for one in breaches], [one.at for one in made],
    )  # fmt: skip


async def open_exceptions(raw: asyncpg.Connection, tenant_id: UUID) -> ExceptionList:
    """Return what waits for a reviewer, the latest first."""
    rows = await raw.fetch(OPEN, tenant_id, LISTED_MAX)
    return ExceptionList(items=[ExceptionView(**{**dict(row), "channel": Channel(row["channel"])}) for row in rows])


async def open_exception(raw: asyncpg.Connection, tenant_id: UUID, exception_id: UUID) -> OpenException | None:
    """Lock and return an exception that is open and seen."""
    row = await raw.fetchrow(LOCK, tenant_id, exception_id)
    return None if row is None else OpenException(case_id=row["case_id"], user_id=row["user_id"])


async def decide(raw: asyncpg.Connection, act: Act, exception_id: UUID, ruling: Ruling, reason: str) -> None:
    """Write what somebody said of an exception."""
    await raw.execute(DECIDE, act.tenant_id, exception_id, ruling.value, reason, act.actor_id, act.at)
