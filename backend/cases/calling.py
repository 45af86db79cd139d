"""May the cases of the queue be called now? The gate looks at the few that come up.

Whoever is given out was judged in that moment. A "no" is kept for a while (`call_openings`), so that heads of a queue
which are blocked are not judged again at each pull; no longer than LOOK_AGAIN, because what blocked them may be lifted.
At night all are blocked: zones in which the gate lets nobody be called are left out before any case is looked at.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import asyncpg

from backend.cases import queue_queries as queries
from backend.cases.desk_schemas import Blocked, NextCase, QueuePage, QueueRow
from backend.cases.list_queries import Desk
from backend.cases.queue_queries import Hold, QueueView
from backend.compliance.assembling import Asked, situation, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.law_of_time import NO_LAW
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Channel, Decision, Situation, Verdict
from backend.compliance.situation_queries import AccountRow, Known

LEASE = timedelta(minutes=10)
LOOK_AGAIN = timedelta(minutes=15)
RACES_MAX = 50
"""In a crowd each look loses at most to those who were faster; the crowd is the people of one desk."""

LOOK_AHEAD, LOOKS_MAX = 32, 2_000
"""Cases that are judged together once one was found blocked, twice as many each time; at most so many in one pull."""

_NO_CASE = UUID(int=0)
_SAMPLES = (
    ("person", "personal", "consumer loan"),
    ("person", "personal", "card"),
    ("person", "personal", "mortgage"),
    ("person", "personal", "microfinance"),
    ("company", "corporate", "corporate loan"),
)


async def view_of(raw: asyncpg.Connection, desk: Desk, now: datetime) -> QueueView:
    """Return what holds for somebody's queue just now."""
    hours = await queries.hours_of(raw, desk)
    minute = now.replace(second=0, microsecond=0)
    return QueueView(desk=desk, now=now, hours=hours, shut=[zone for zone in hours.zones if is_shut(zone, minute)])


@lru_cache(maxsize=2_000)
def is_shut(zone: str, minute: datetime) -> bool:
    """Say that in this zone nobody of whom nothing is on record may be called: windows of the law, and of the house.

    What is on record of a person blocks more, except an agreement; who has one is judged alone.
    """
    return all(evaluate(one, shipped_packs()).decision is not Decision.ALLOW for one in _unknown_people(zone, minute))


def opens_at(zone: str, now: datetime) -> datetime | None:
    """Return when the gate first lets anybody of this zone be called."""
    verdicts = [evaluate(one, shipped_packs()) for one in _unknown_people(zone, now)]
    found = [moment for moment in map(moment_of, verdicts) if moment is not None]
    return min(found, default=None)


def _unknown_people(zone: str, now: datetime) -> list[Situation]:
    asked = Asked(case_id=_NO_CASE, channel=Channel.CALL, to_id=None, at=now)
    return [
        situation(
            asked,
            Known(
                obligor_kind=kind, zone=zone, party=None, role=None, relation=None, is_withdrawn=False,
                is_party_shut=False, is_point_shut=False, number=None, place=None, is_lost=False,
                debts=[AccountRow(id="a", kind=account, product=product, status="active")], history=[], stops=[],
                agreements=[],
            ),
            NO_LAW,
        )
        for kind, account, product in _SAMPLES
    ]  # fmt: skip


def moment_of(verdict: Verdict) -> datetime | None:
    """Return the first lawful moment that a verdict names, as an instant."""
    if verdict.earliest_allowed_at is None:
        return None
    return datetime.fromisoformat(verdict.earliest_allowed_at).astimezone(UTC)


async def holds_of(raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID], now: datetime) -> list[Hold]:
    """Judge the call that the desk would propose for each case; returns those that the gate holds back."""
    if not case_ids:
        return []
    numbers = await queries.first_numbers(raw, tenant_id, case_ids)
    asked = [Asked(case_id=one, channel=Channel.CALL, to_id=numbers.get(one), at=now) for one in case_ids]
    packs, holds = shipped_packs(), list[Hold]()
    for one, found in zip(asked, await situations_of(raw, tenant_id, asked), strict=True):
        if found is None:
            continue
        verdict = evaluate(found, packs)
        if verdict.decision is not Decision.ALLOW:
            holds.append(Hold(case_id=one.case_id, opens_at=moment_of(verdict), rule_ids=verdict.rule_ids))
    return holds


async def keep_holds(raw: asyncpg.Connection, tenant_id: UUID, holds: Sequence[Hold], now: datetime) -> None:
    """Keep what the gate said, to be looked at again when it may be different."""
    if holds:
        latest = now + LOOK_AGAIN
        again = [latest if one.opens_at is None else max(now, min(one.opens_at, latest)) for one in holds]
        await queries.hold(raw, tenant_id, holds, again, now)


async def next_case(raw: asyncpg.Connection, desk: Desk, passed: Sequence[UUID], now: datetime) -> NextCase:
    """Give somebody at the desk the next case, theirs alone for 10 minutes; what they had open is given back.

    Only a case whose client the gate lets be called in this moment.
    """
    await queries.give_back(raw, desk)
    nothing = NextCase(case_id=None, leased_until=None)
    view = await view_of(raw, desk, now)
    if view.is_shut:
        return nothing
    looked, ahead, races = 0, LOOK_AHEAD, 0
    while looked < LOOKS_MAX and races < RACES_MAX:
        picked, leased = await queries.take_next(raw, view, now + LEASE, passed)
        if picked is None:
            return nothing
        if leased is None:
            races += 1
            continue
        holds = await holds_of(raw, desk.tenant_id, [leased], now)
        if not holds:
            return NextCase(case_id=leased, leased_until=now + LEASE)
        await queries.give_back(raw, desk)
        await keep_holds(raw, desk.tenant_id, holds, now)
        coming = await queries.candidates(raw, view, ahead)
        await keep_holds(raw, desk.tenant_id, await holds_of(raw, desk.tenant_id, coming, now), now)
        looked += len(coming) + 1
        ahead *= 2
    # What was looked at is kept with this transaction; the next wish goes on from there.
    return nothing


async def queue_page(raw: asyncpg.Connection, desk: Desk, now: datetime, limit: int) -> QueuePage:
    """Return the head of the queue; what would be given out was judged now."""
    view = await view_of(raw, desk, now)
    rows = await queries.head_of_queue(raw, view, limit)
    unsaid = [row.case.id for row in rows if row.blocked is None and not row.is_mine]
    holds = await holds_of(raw, desk.tenant_id, unsaid, now)
    await keep_holds(raw, desk.tenant_id, holds, now)
    by_case = {one.case_id: one for one in holds}
    night = min((one for zone in view.shut if (one := opens_at(zone, now)) is not None), default=None)
    shown = [_with_gate(row, by_case.get(row.case.id), night) for row in rows]
    return QueuePage(rows=shown, waiting=await queries.waiting_count(raw, view) if not view.is_shut else 0)


def _with_gate(row: QueueRow, hold: Hold | None, night: datetime | None) -> QueueRow:
    fields = {name: getattr(row, name) for name in QueueRow.__struct_fields__}
    if hold is not None:
        fields |= {"blocked": Blocked.GATE, "opens_at": hold.opens_at, "rule_ids": hold.rule_ids}
    elif row.blocked is Blocked.GATE and row.opens_at is None and not row.rule_ids:
        fields["opens_at"] = night
    return QueueRow(**fields)
