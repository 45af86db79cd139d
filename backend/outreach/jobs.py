"""How do messages leave, and how long are they kept?"""

import asyncio
import secrets
from datetime import datetime, timedelta

import msgspec

from backend.kernel import clock
from backend.kernel.db import Database
from backend.outreach import queries, rules
from backend.outreach.queries import Settled
from backend.outreach.schemas import LeasedDelivery
from backend.outreach.sending import TOTAL_TIMEOUT_S, Sender, send

BATCH_MAX = 50
LEASE = timedelta(seconds=6 * TOTAL_TIMEOUT_S)
KEEP = timedelta(days=90)
FORGET_MAX = 10_000
_DICE = secrets.SystemRandom()


class Outbox(msgspec.Struct, frozen=True):
    """What delivering needs; `database` is opened as Role.JOB, `origin` is where a tap leads."""

    database: Database
    sender: Sender
    origin: str


async def deliver(outbox: Outbox, now: datetime) -> list[Settled]:
    """Send at most 50 due messages; returns how each ended. The lease is committed before anything leaves."""
    async with outbox.database.pool.acquire() as raw, raw.transaction():
        leased = await queries.lease_due(raw, now, LEASE, BATCH_MAX)
    if not leased:
        return []
    settled = await asyncio.gather(*(_attempt(outbox, one, now) for one in leased))
    async with outbox.database.pool.acquire() as raw, raw.transaction():
        await queries.settle(raw, settled, clock.now())
    return settled


async def _attempt(outbox: Outbox, delivery: LeasedDelivery, now: datetime) -> Settled:
    payload = rules.payload_of(delivery.kind, delivery.case_id, delivery.language, outbox.origin)
    ttl_s = int((delivery.expires_at - now).total_seconds())
    how = rules.headers_of(delivery.kind, delivery.subject_id, ttl_s)
    answer = await send(outbox.sender, delivery, payload, how, now)
    verdict = rules.verdict_of(answer, delivery.attempts, delivery.expires_at, clock.now(), _DICE.random())
    return Settled(delivery=delivery, answer=answer, verdict=verdict)


async def forget_old_messages(database: Database, now: datetime, keep: timedelta = KEEP) -> int:
    """Remove messages older than `keep` (at most 10,000 a call) with their deliveries."""
    async with database.pool.acquire() as raw, raw.transaction():
        return await queries.forget_messages(raw, now - keep, FORGET_MAX)
