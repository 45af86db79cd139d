"""What can be done with pushes: subscribe a browser, give it up, tell people something once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.outreach import problems, queries, rules
from backend.outreach.queries import Browser
from backend.outreach.schemas import SUBSCRIPTIONS_A_USER_MAX, NewMessage, SubscriptionWish


async def subscribe(raw: asyncpg.Connection, act: Act, wish: SubscriptionWish, *, is_test: bool) -> UUID:
    """Push to this browser from now on, for the person who is signed in there; returns the subscription's id.

    Raises Problem: push.endpoint_refused, push.keys_unfit.
    """
    if act.actor_id is None:
        raise ValueError("a person subscribes")
    flaw = rules.endpoint_flaw(wish.endpoint, is_test=is_test)
    if flaw is not None:
        raise Problem(problems.ENDPOINT_REFUSED, reason=flaw)
    keys = rules.keys_of(wish.p256dh, wish.auth)
    if keys is None:
        raise Problem(problems.KEYS_UNFIT)
    browser = Browser(tenant_id=act.tenant_id, user_id=act.actor_id, device_id=act.device_id)
    subscription_id, is_new = await queries.put_subscription(raw, browser, wish.endpoint, keys, act.at)
    await queries.drop_oldest(raw, act.tenant_id, act.actor_id, SUBSCRIPTIONS_A_USER_MAX)
    if is_new:
        await append_bare(raw, [_event(act, "push.subscribed", subscription_id)])
    return subscription_id


async def unsubscribe(raw: asyncpg.Connection, act: Act, endpoint: str) -> None:
    """Push to this browser no more; one that is not subscribed stays so."""
    if act.actor_id is None:
        raise ValueError("a person gives a subscription up")
    removed = await queries.remove_subscription(raw, act.tenant_id, act.actor_id, endpoint)
    if removed is not None:
        await append_bare(raw, [_event(act, "push.unsubscribed", removed)])


async def tell(raw: asyncpg.Connection, tenant_id: UUID, messages: Sequence[NewMessage], now: datetime) -> int:
    """Put messages into the outbox, in the transaction of what they are about; returns how many were not told before.

    Two of the same logical key in one call are one.
    """
    unique = {(one.user_id, one.kind, one.subject_id, one.version): one for one in messages}
    lives = [(one, now + rules.WORTH[one.kind][0]) for one in unique.values()]
    return await queries.write_messages(raw, tenant_id, lives, now) if lives else 0


def _event(act: Act, kind: str, subject_id: UUID) -> NewEvent:
    return NewEvent(
        id=new_id(),
        tenant_id=act.tenant_id,
        kind=kind,
        subject_id=subject_id,
        case_id=None,
        actor_id=act.actor_id,
        device_id=act.device_id,
        occurred_at=act.at,
        payload={},
    )
