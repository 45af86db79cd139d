"""All SQL of subscriptions, messages and deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.ids import new_id
from backend.outreach.schemas import (
    Answer,
    DeliveryState,
    Language,
    LeasedDelivery,
    MessageKind,
    NewMessage,
    SubscriptionKeys,
    Verdict,
)

# The endpoint is a browser's; it goes over to whoever signed in there last.
PUT_SUBSCRIPTION = """
INSERT INTO push_subscriptions (id, tenant_id, user_id, device_id, endpoint, endpoint_hash, p256dh, auth, made_at,
    renewed_at)
VALUES ($1, $2, $3, $4, $5, sha256(convert_to($5, 'UTF8')), $6, $7, $8, $8)
ON CONFLICT (tenant_id, endpoint_hash) DO UPDATE SET user_id = excluded.user_id, device_id = excluded.device_id,
    p256dh = excluded.p256dh, auth = excluded.auth, renewed_at = excluded.renewed_at
RETURNING id
"""
DROP_OLDEST = """
DELETE FROM push_subscriptions WHERE tenant_id = $1 AND user_id = $2 AND id NOT IN (
    SELECT id FROM push_subscriptions WHERE tenant_id = $1 AND user_id = $2 ORDER BY renewed_at DESC, id DESC LIMIT $3)
"""
REMOVE_SUBSCRIPTION = """
DELETE FROM push_subscriptions
WHERE tenant_id = $1 AND user_id = $2 AND endpoint_hash = sha256(convert_to($3, 'UTF8')) RETURNING id
"""
# A message whose logical key stands already adds nothing; deliveries go to the browsers that its person has now.
WRITE_MESSAGES = """
WITH fresh AS (
    INSERT INTO messages (id, tenant_id, user_id, kind, subject_id, version, case_id, made_at, expires_at)
    SELECT id, $1, user_id, kind, subject_id, version, case_id, $2, expires_at
    FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::bigint[], $8::uuid[], $9::timestamptz[])
        AS new (id, user_id, kind, subject_id, version, case_id, expires_at)
    ON CONFLICT (tenant_id, user_id, kind, subject_id, version) DO NOTHING
    RETURNING id, user_id),
spread AS (
    INSERT INTO deliveries (id, tenant_id, message_id, subscription_id, due_at)
    SELECT gen_random_uuid(), $1, fresh.id, push_subscriptions.id, $2
    FROM fresh JOIN push_subscriptions
        ON push_subscriptions.tenant_id = $1 AND push_subscriptions.user_id = fresh.user_id)
SELECT count(*) FROM fresh
"""
EXPIRE = """
UPDATE deliveries SET state = 'expired', settled_at = $1 FROM messages
WHERE deliveries.state = 'scheduled' AND deliveries.due_at <= $1 AND messages.id = deliveries.message_id
    AND messages.expires_at <= $1
"""
# Whoever held the lease is gone; whether the push arrived nobody knows.
LOSE = """
UPDATE deliveries SET state = 'unknown', lease_until = NULL, settled_at = $1, detail = 'the worker ended meanwhile'
WHERE state = 'sending' AND lease_until < $1
"""
# The browser went over to somebody else, its device was revoked, its person is out, or the subscription is gone.
PRUNE = """
UPDATE deliveries SET state = 'pruned', settled_at = $1 FROM messages
WHERE deliveries.state = 'scheduled' AND deliveries.due_at <= $1 AND messages.id = deliveries.message_id
    AND NOT EXISTS (
        SELECT 1 FROM push_subscriptions s JOIN users u ON u.id = s.user_id LEFT JOIN devices d ON d.id = s.device_id
        WHERE s.id = deliveries.subscription_id AND s.user_id = messages.user_id AND u.is_active
            AND d.revoked_at IS NULL)
"""
LEASE = """
WITH due AS (
    SELECT id FROM deliveries WHERE state = 'scheduled' AND due_at <= $1 ORDER BY due_at LIMIT $3
    FOR UPDATE SKIP LOCKED)
UPDATE deliveries SET state = 'sending', attempts = attempts + 1, lease_until = $2
FROM due, messages, push_subscriptions, users
WHERE deliveries.id = due.id AND messages.id = deliveries.message_id
    AND push_subscriptions.id = deliveries.subscription_id AND users.id = messages.user_id
RETURNING deliveries.id, deliveries.subscription_id, push_subscriptions.endpoint, push_subscriptions.p256dh,
    push_subscriptions.auth, messages.kind, messages.subject_id, messages.case_id, users.language, messages.expires_at,
    deliveries.attempts
"""
# An answer that comes after the lease ran out still tells what became of the very same attempt.
SETTLE = """
UPDATE deliveries SET state = new.state, lease_until = NULL, due_at = coalesce(new.due_at, deliveries.due_at),
    status_code = new.status_code, detail = new.detail,
    settled_at = CASE WHEN new.state = 'scheduled' THEN NULL ELSE $1::timestamptz END
FROM unnest($2::uuid[], $3::int[], $4::text[], $5::timestamptz[], $6::int[], $7::text[])
    AS new (id, attempts, state, due_at, status_code, detail)
WHERE deliveries.id = new.id AND deliveries.attempts = new.attempts AND deliveries.state IN ('sending', 'unknown')
"""
FORGET = """
DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE made_at < $1 ORDER BY made_at LIMIT $2)
"""


class Browser(msgspec.Struct, frozen=True):
    """Whose browser subscribes, and by which device of theirs, if it registered."""

    tenant_id: UUID
    user_id: UUID
    device_id: UUID | None


class Settled(msgspec.Struct, frozen=True):
    """How an attempt ended."""

    delivery: LeasedDelivery
    answer: Answer
    verdict: Verdict


async def put_subscription(
    raw: asyncpg.Connection, browser: Browser, endpoint: str, keys: SubscriptionKeys, now: datetime
) -> tuple[UUID, bool]:
    """Write or renew a subscription; returns its id and whether it is new."""
    fresh = new_id()
    stored = await raw.fetchval(
        PUT_SUBSCRIPTION,
        fresh,
        browser.tenant_id,
        browser.user_id,
        browser.device_id,
        endpoint,
        keys.p256dh,
        keys.auth,
        now,
    )
    return stored, stored == fresh


async def drop_oldest(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, keep: int) -> None:
    """Keep the `keep` subscriptions of a person that were renewed last."""
    await raw.execute(DROP_OLDEST, tenant_id, user_id, keep)


async def remove_subscription(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, endpoint: str) -> UUID | None:
    """Remove a person's own subscription; returns its id, None when there was none."""
    removed: UUID | None = await raw.fetchval(REMOVE_SUBSCRIPTION, tenant_id, user_id, endpoint)
    return removed


async def write_messages(
    raw: asyncpg.Connection, tenant_id: UUID, messages: Sequence[tuple[NewMessage, datetime]], now: datetime
) -> int:
    """Write messages, each with the end of its life, and their deliveries as one; returns how many were new."""
    news = [one for one, _ in messages]
    return int(
        await raw.fetchval(
            WRITE_MESSAGES,
            tenant_id,
            now,
            [new_id() for _ in news],
            [one.user_id for one in news],
            [one.kind.value for one in news],
            [one.subject_id for one in news],
            [one.version for one in news],
            [one.case_id for one in news],
            [expires_at for _, expires_at in messages],
        )
    )


async def lease_due(raw: asyncpg.Connection, now: datetime, lease: timedelta, limit: int) -> list[LeasedDelivery]:
    """Settle what cannot be sent any more, then take at most `limit` due deliveries of all tenants for this worker."""
    for statement in (LOSE, EXPIRE, PRUNE):
        await raw.execute(statement, now)
    rows = await raw.fetch(LEASE, now, now + lease, limit)
    return [
        LeasedDelivery(
            id=row["id"], subscription_id=row["subscription_id"], endpoint=row["endpoint"], p256dh=row["p256dh"],
            auth=row["auth"], kind=MessageKind(row["kind"]), subject_id=row["subject_id"], case_id=row["case_id"],
            language=Language(row["language"]), expires_at=row["expires_at"], attempts=row["attempts"],
        )
        for row in rows
    ]  # fmt: skip


async def settle(raw: asyncpg.Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Write how attempts ended, and remove the subscriptions that their push service no longer knows."""
    await raw.execute(
        SETTLE, now, [one.delivery.id for one in settled], [one.delivery.attempts for one in settled],
        [one.verdict.state.value for one in settled], [one.verdict.due_at for one in settled],
        [one.answer.status_code for one in settled], [one.answer.detail for one in settled],
    )  # fmt: skip
    gone = [one.delivery.subscription_id for one in settled if one.verdict.state is DeliveryState.PRUNED]
    if gone:
        await raw.execute("DELETE FROM push_subscriptions WHERE id = ANY($1::uuid[])", gone)


async def forget_messages(raw: asyncpg.Connection, before: datetime, limit: int) -> int:
    """Remove at most `limit` messages made before an instant, with their deliveries."""
    status: str = await raw.execute(FORGET, before, limit)
    return int(status.rsplit(" ", 1)[1])
