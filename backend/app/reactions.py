"""What happens when something has happened? One table: kind of event -> the functions that react to it.

A reader takes the events of a tenant in the order in which they became visible and keeps its place in the same
transaction as what the reactions wrote, so each event is reacted to once. A function gets all events of its kinds of
one step at once. REACTIONS tell people, DUTIES must be done however old the news is; what either writes must be safe to
write twice (`journal/reader_queries.py`).
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.app import reaction_queries as queries
from backend.cases.desk_schemas import AssignReason
from backend.cases.queries import insert_phone_changes
from backend.compliance import disasters
from backend.compliance.disasters import LIFTING, SPREADING
from backend.identity.schemas import Act
from backend.journal.reading import read_step, waiting_tenants
from backend.journal.schemas import RecordedEvent
from backend.kernel.db import Database
from backend.kernel.ids import made_at
from backend.kernel.live import announce
from backend.outreach.commands import tell
from backend.outreach.schemas import MessageKind, NewMessage
from backend.routing.blocking import block_cases
from backend.routing.blocking_queries import cases_of_stops, cases_stopped_by

READER = "reactions"
EVENTS_A_STEP_MAX = 500
"""A step stays far below a second, so that it never holds back those who read below the oldest transaction."""

NEWS_FOR = timedelta(hours=6)
"""What happened longer ago is history: a new reader, or one that was away, does not wake people for it."""

PAID_SINCE = timedelta(days=14)
"""A payment of the last two weeks explains why less is due; books arrive days after the money."""

TOGETHER_FOR = timedelta(minutes=10)
"""However many clients of a person paid in an import, it is told once in so long."""

LATELY = timedelta(minutes=10)
"""No transaction that publishes a plan takes so long."""

Reaction = Callable[[asyncpg.Connection, UUID, Sequence[RecordedEvent]], Awaitable[list[NewMessage]]]
ReactionTable = dict[str, tuple[Reaction, ...]]


class Moved(msgspec.Struct, frozen=True):
    """What reactions read of case.assigned and case.released."""

    batch_id: UUID
    reason: AssignReason
    from_user_id: UUID | None
    to_user_id: UUID | None


class Owing(msgspec.Struct, frozen=True):
    """What reactions read of case.refreshed and case.cured; events of old do not say what was due before."""

    overdue_minor: int
    overdue_before_minor: int | None = None


class Published(msgspec.Struct, frozen=True):
    """What reactions read of plan.published."""

    replaces: UUID | None


class StopEdited(msgspec.Struct, frozen=True):
    """What was done to one stop; a lock or a mark moves nobody."""

    user_id: UUID | None
    is_out: bool


class PlanEdited(msgspec.Struct, frozen=True):
    """What reactions read of plan.changed."""

    edit: StopEdited


async def react(database: Database, now: datetime) -> int:
    """Let every tenant's reader take one step; returns how many events were read. `database` is of Role.JOB."""
    return sum([await step(database, one, now) for one in await waiting_tenants(database, READER)])


async def step(database: Database, tenant_id: UUID, now: datetime) -> int:
    """Read at most 500 events of a tenant, react, keep the place; returns how many, 0 when another worker reads."""

    async def handle(raw: asyncpg.Connection, events: Sequence[RecordedEvent]) -> None:
        await _react_to(raw, tenant_id, DUTIES, events, now)
        await _react_to(raw, tenant_id, REACTIONS, [one for one in events if one.occurred_at > now - NEWS_FOR], now)

    return await read_step(database, tenant_id, READER, EVENTS_A_STEP_MAX, handle)


async def _react_to(
    raw: asyncpg.Connection, tenant_id: UUID, table: ReactionTable, events: Sequence[RecordedEvent], now: datetime
) -> None:
    wanted: dict[Reaction, list[RecordedEvent]] = defaultdict(list)
    for event in events:
        for reaction in table.get(event.kind, ()):
            wanted[reaction].append(event)
    for reaction, concerned in wanted.items():
        await tell(raw, tenant_id, await reaction(raw, tenant_id, concerned), now)


async def tell_of_plan(raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]) -> list[NewMessage]:
    """Tell each collector whose day was planned, or planned anew."""
    messages = []
    for event in events:
        plan = msgspec.convert(event.payload, Published)
        for route in await queries.routes_that_differ(raw, tenant_id, event.subject_id, plan.replaces):
            kind = MessageKind.PLAN_CHANGED if route.had_plan else MessageKind.PLAN_PUBLISHED
            messages.append(_of_plan(kind, route.user_id, event))
    return messages


async def tell_of_edit(raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]) -> list[NewMessage]:
    """Tell each collector whose published route was touched; several edits of one step are told once."""
    latest: dict[tuple[UUID, UUID], NewMessage] = {}
    for event in events:
        edit = msgspec.convert(event.payload, PlanEdited).edit
        if edit.user_id is None and not edit.is_out:
            continue
        for user_id in await queries.routes_touched(raw, tenant_id, event.subject_id, event.xid):
            latest[user_id, event.subject_id] = _of_plan(MessageKind.PLAN_CHANGED, user_id, event)
    return list(latest.values())


async def tell_who_got(_raw: asyncpg.Connection, _tenant_id: UUID, events: Sequence[RecordedEvent]) -> list[NewMessage]:
    """Tell who has new cases, once a batch; those of a plan are told with the plan."""
    got: dict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
    for event, move in _moves(events):
        if move.to_user_id not in (None, event.actor_id) and move.reason is not AssignReason.PLAN:
            got[_known(move.to_user_id), move.batch_id].append(event.subject_id)
    return [
        NewMessage(
            user_id=user_id,
            kind=MessageKind.CASE_GIVEN,
            subject_id=batch_id,
            version=0,
            case_id=cases[0] if len(cases) == 1 else None,
        )
        for (user_id, batch_id), cases in got.items()
    ]


async def tell_who_lost(
    _raw: asyncpg.Connection, _tenant_id: UUID, events: Sequence[RecordedEvent]
) -> list[NewMessage]:
    """Tell who lost cases, once a batch: they must not go there."""
    lost = {
        (_known(move.from_user_id), move.batch_id)
        for event, move in _moves(events)
        if move.from_user_id not in (None, event.actor_id)
    }
    return [
        NewMessage(user_id=user_id, kind=MessageKind.CASE_TAKEN, subject_id=batch_id, version=0, case_id=None)
        for user_id, batch_id in sorted(lost)
    ]


async def tell_of_money(raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]) -> list[NewMessage]:
    """Tell the holder of a case that less is due, and that the client has paid when a payment is on file."""
    lowered = {event.subject_id: event for event in events if _is_lower(msgspec.convert(event.payload, Owing))}
    if not lowered:
        return []
    since = (min(event.occurred_at for event in lowered.values()) - PAID_SINCE).date()
    told: dict[tuple[UUID, MessageKind], list[RecordedEvent]] = defaultdict(list)
    for holder in await queries.holders_of(raw, tenant_id, list(lowered), since):
        kind = MessageKind.CLIENT_PAID if holder.has_paid else MessageKind.DEBT_LOWERED
        told[holder.user_id, kind].append(lowered[holder.case_id])
    return [_of_money(user_id, kind, concerned) for (user_id, kind), concerned in told.items()]


async def hold_back(raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]) -> list[NewMessage]:
    """Take cases out of the days of people when something stands against contacts; their phones pull the cases anew."""
    return await _held_back(raw, tenant_id, events, {event.case_id for event in events if event.case_id is not None})


async def hold_back_after_records(
    raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]
) -> list[NewMessage]:
    """Do the same for what the results of calls and visits raised: a complaint at the door, a plan that was signed."""
    stopped = await cases_stopped_by(raw, tenant_id, [event.subject_id for event in events])
    return await _held_back(raw, tenant_id, events, set(stopped))


async def hold_back_again(
    raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]
) -> list[NewMessage]:
    """Look again at stops that a phone brought back: a person may have been stopped while theirs was put aside."""
    cases = await cases_of_stops(raw, tenant_id, [event.subject_id for event in events])
    return await _held_back(raw, tenant_id, events, set(cases))


async def hold_back_in_plan(
    raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]
) -> list[NewMessage]:
    """Look again at a plan that was published while something was raised: neither transaction saw the other."""
    stopped = await queries.stopped_lately(raw, tenant_id, [event.subject_id for event in events], LATELY)
    return await _held_back(raw, tenant_id, events, set(stopped))


async def _held_back(
    raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent], case_ids: set[UUID]
) -> list[NewMessage]:
    if not case_ids:
        return []
    last = max(events, key=lambda event: (event.recorded_at, event.id))
    act = Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=last.recorded_at)
    touched = await block_cases(raw, act, sorted(case_ids))
    pairs = await queries.holders_of_people(raw, tenant_id, sorted(case_ids))
    await insert_phone_changes(raw, tenant_id, "case", "changed", pairs)
    await announce(raw, tenant_id, "contact")
    return [
        NewMessage(
            user_id=user_id, kind=MessageKind.PLAN_CHANGED, subject_id=plan_id, version=_version(last.id), case_id=None
        )
        for plan_id, user_id in touched
    ]


async def spread_areas(raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]) -> list[NewMessage]:
    """Freeze the next batch of an area, or let it go, and freeze what came into a standing area just now."""
    at = max(event.recorded_at for event in events)
    act = Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=at)
    for area_id in sorted({event.subject_id for event in events if event.kind == SPREADING}):
        await disasters.spread(raw, act, area_id)
    for area_id in sorted({event.subject_id for event in events if event.kind == LIFTING}):
        await disasters.let_go(raw, act, area_id)
    if any(event.kind == "case.opened" for event in events):
        await disasters.spread_all(raw, act)
    return []


DUTIES: ReactionTable = {
    SPREADING: (spread_areas,),
    LIFTING: (spread_areas,),
    "case.opened": (spread_areas,),
    "contact.stopped": (hold_back,),
    "contact.stop_closed": (hold_back,),
    "contact.agreed": (hold_back,),
    "contact.agreement_closed": (hold_back,),
    "call.recorded": (hold_back_after_records,),
    "visit.recorded": (hold_back_after_records,),
    "visit.withdrawn": (hold_back,),
    "stop.restored": (hold_back_again,),
    "plan.published": (hold_back_in_plan,),
    "plan.changed": (hold_back_in_plan,),
}


async def tell_of_deadlines(
    raw: asyncpg.Connection, tenant_id: UUID, events: Sequence[RecordedEvent]
) -> list[NewMessage]:
    """Tell the leads of the cases, and compliance, that dates of the law come near: once a day a person."""
    cases = sorted({event.case_id for event in events if event.case_id is not None})
    day = max(event.occurred_at for event in events).toordinal()
    return [
        NewMessage(user_id=user_id, kind=MessageKind.DEADLINE_NEAR, subject_id=user_id, version=day, case_id=None)
        for user_id in await queries.watchers_of(raw, tenant_id, cases)
    ]


REACTIONS: ReactionTable = {
    "plan.published": (tell_of_plan,),
    "plan.changed": (tell_of_edit,),
    "case.assigned": (tell_who_got, tell_who_lost),
    "case.released": (tell_who_lost,),
    "case.refreshed": (tell_of_money,),
    "case.cured": (tell_of_money,),
    "limitation.due": (tell_of_deadlines,),
}


def _of_plan(kind: MessageKind, user_id: UUID, event: RecordedEvent) -> NewMessage:
    return NewMessage(user_id=user_id, kind=kind, subject_id=event.subject_id, version=_version(event.id), case_id=None)


def _of_money(user_id: UUID, kind: MessageKind, events: Sequence[RecordedEvent]) -> NewMessage:
    if len(events) == 1:
        case_id = events[0].subject_id
        version = _version(events[0].id)
        return NewMessage(user_id=user_id, kind=kind, subject_id=case_id, version=version, case_id=case_id)
    first = min(event.occurred_at for event in events)
    version = int(first.timestamp() // TOGETHER_FOR.total_seconds())
    return NewMessage(user_id=user_id, kind=kind, subject_id=user_id, version=version, case_id=None)


def _moves(events: Iterable[RecordedEvent]) -> Iterable[tuple[RecordedEvent, Moved]]:
    return ((event, msgspec.convert(event.payload, Moved)) for event in events)


def _known(user_id: UUID | None) -> UUID:
    if user_id is None:
        raise ValueError("nobody is told nothing")
    return user_id


def _is_lower(owing: Owing) -> bool:
    return owing.overdue_before_minor is not None and owing.overdue_minor < owing.overdue_before_minor


def _version(event_id: UUID) -> int:
    """Return the millisecond at which the event was made: the same whenever it is read again."""
    return int(made_at(event_id).timestamp() * 1000)
