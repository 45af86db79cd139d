"""What can be done to calls on the line? Place one, hang up, pause; and take in what the exchange says of them.

The server writes what is to be done (`line_orders`) and the worker tells the exchange: a desk that is closed in the
middle of a call changes nothing about what is known of it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.calls.line import notices, problems, queries, recording_queries, rules
from backend.calls.line.queries import NewCall
from backend.calls.line.schemas import CallWish, Heard, Leg, LineCall, Order, OrderKind, State, Word
from backend.cases import batches
from backend.cases.problems import UNKNOWN_CONTACT
from backend.cases.rules import why_not_work
from backend.cases.schemas import Worker
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.ids import is_time_ordered, new_id
from backend.kernel.live import announce
from backend.kernel.problems import MALFORMED, NOT_FOUND, Problem

LIVE_KIND = "line"

Listener = Callable[[asyncpg.Connection, LineCall, Heard, datetime], Awaitable[LineCall]]
"""Whoever else reacts to a word, in the same transaction: gets the call behind it, returns it as it is to be kept."""


class Ways(msgspec.Struct, frozen=True):
    """By what calls are placed: the adapter, and `desk`, the endpoint of a person's telephone with `{login}` in it."""

    adapter: str
    desk: str


async def place_call(raw: asyncpg.Connection, act: Act, worker: Worker, wish: CallWish, ways: Ways) -> LineCall:
    """Place a call of a desk; the same wish again is answered the same.

    Raises Problem: line.no_verdict, line.no_permit, line.id_taken, contact.unknown, case.not_yours, case.closed.
    """
    known = await queries.call_of(raw, act.tenant_id, wish.id)
    if known is not None:
        if (known.user_id, known.case_id, known.permit_id) != (worker.user_id, wish.case_id, wish.permit_id):
            raise Problem(problems.ID_TAKEN)
        return known
    verdict_id, permit_id = await _check(raw, act, worker, wish)

    by_hand = ways.adapter == "tel"
    new = NewCall(
        id=wish.id, tenant_id=act.tenant_id, case_id=wish.case_id, contact_point_id=wish.contact_point_id,
        user_id=worker.user_id, kind="desk", adapter=ways.adapter, verdict_id=verdict_id, permit_id=permit_id,
        notice_id=None if by_hand else notices.PRESENT, state=State.BY_HAND if by_hand else State.ASKED,
        asked_at=act.at,
    )  # fmt: skip
    if not await queries.insert_call(raw, new):
        raise Problem(problems.ID_TAKEN)
    call = await _own(raw, act, wish.id)
    if not by_hand:
        login = await queries.login_of(raw, act.tenant_id, worker.user_id)
        order = order_of(call, OrderKind.CALL_DESK, act.at, value=ways.desk.format(login=login), by=act.actor_id)
        await queries.insert_orders(raw, [order])
    told = {"contact_point_id": str(wish.contact_point_id), "verdict_id": str(verdict_id), "permit_id": str(permit_id)}
    await append_bare(raw, [case_event(act, "line.call_asked", call.id, call.case_id, told)])
    await announce(raw, act.tenant_id, LIVE_KIND)
    return call


async def _check(raw: asyncpg.Connection, act: Act, worker: Worker, wish: CallWish) -> tuple[UUID, UUID]:
    """Return verdict and permit under which the call may be placed; raises Problem."""
    if not is_time_ordered(wish.id):
        raise Problem(MALFORMED, fields=[{"field": "id", "says": "ids are UUIDv7"}])
    case = (await batches.read_locked(raw, act.tenant_id, [wish.case_id], worker.user_id)).get(wish.case_id)
    if case is None:
        raise Problem(NOT_FOUND)
    refusal = why_not_work(case, worker, act.at)
    if refusal is not None:
        raise refusal
    if await queries.number_of(raw, act.tenant_id, wish.contact_point_id) is None:
        raise Problem(UNKNOWN_CONTACT)
    return await _verdict(raw, act, wish), await _permit(raw, act, worker, wish)


async def _verdict(raw: asyncpg.Connection, act: Act, wish: CallWish) -> UUID:
    if wish.verdict_id is None:
        raise Problem(problems.NO_VERDICT, why="none")
    on_record = await queries.verdict_on_record(raw, act.tenant_id, wish.verdict_id)
    if on_record is None or on_record.actor_id != act.actor_id:
        raise Problem(problems.NO_VERDICT, why="none")
    about = (on_record.case_id, on_record.record.situation, on_record.record.holding())
    flaw = rules.verdict_flaw((wish.case_id, wish.contact_point_id), about, on_record.judged_at, act.at)
    if flaw is not None:
        raise Problem(problems.NO_VERDICT, why=flaw)
    return wish.verdict_id


async def _permit(raw: asyncpg.Connection, act: Act, worker: Worker, wish: CallWish) -> UUID:
    who, permit_id = (act.tenant_id, worker.user_id), wish.permit_id
    if permit_id is None or not await queries.holds_permit(raw, who, (permit_id, wish.case_id), act.at):
        raise Problem(problems.NO_PERMIT)
    return permit_id


async def order_call(raw: asyncpg.Connection, act: Act, call_id: UUID, kind: OrderKind) -> LineCall:
    """Hang up, pause or go on recording; what waits already is not ordered twice.

    Raises Problem: not_found, line.no_exchange, line.not_yours, line.ended, line.not_answered.
    """
    call = await _own(raw, act, call_id)
    if call.state is State.BY_HAND:
        raise Problem(problems.NO_EXCHANGE)
    if call.user_id != act.actor_id:
        raise Problem(problems.NOT_YOURS)
    if call.state is State.ENDED:
        raise Problem(problems.ENDED)
    if kind is not OrderKind.HANG_UP and call.answered_at is None:
        raise Problem(problems.NOT_ANSWERED)
    if not await queries.is_ordered(raw, call, kind):
        await queries.insert_orders(raw, [order_of(call, kind, act.at, by=act.actor_id)])
    return call


async def _own(raw: asyncpg.Connection, act: Act, call_id: UUID) -> LineCall:
    call = await queries.call_of(raw, act.tenant_id, call_id)
    if call is None:
        raise Problem(NOT_FOUND)
    return call


def order_of(call: LineCall, kind: OrderKind, at: datetime, *, value: str = "", by: UUID | None = None) -> Order:
    """Return an order about a call; by nobody it is the server's own."""
    return Order(
        id=new_id(), tenant_id=call.tenant_id, case_id=call.case_id, call_id=call.id, kind=kind, value=value,
        made_by=by, made_at=at,
    )  # fmt: skip


async def take_word(
    raw: asyncpg.Connection, heard: Heard, now: datetime, listeners: Sequence[Listener] = ()
) -> LineCall | None:
    """Keep a word of the exchange with all that follows from it; None when it was told before or is about no call.

    `raw` is in a transaction of the worker (Role.JOB).
    """
    call = await queries.call_locked(raw, heard.call_id)
    if call is None or not await queries.insert_event(raw, call, heard):
        return None
    behind = rules.after(call, heard)
    await _follow(raw, call, behind, heard, now)
    for listener in listeners:
        behind = await listener(raw, behind, heard, now)
    await queries.save_call(raw, behind)
    await announce(raw, call.tenant_id, LIVE_KIND)
    return behind


async def _follow(raw: asyncpg.Connection, call: LineCall, behind: LineCall, heard: Heard, now: datetime) -> None:
    """Order what a word asks for, and keep the recording's state."""
    orders: list[Order] = []
    match heard.word, heard.leg:
        case Word.ANSWERED, Leg.CLIENT if behind.state is State.ANSWERED:
            orders = [order_of(call, OrderKind.JOIN, now, value=Leg.CLIENT), order_of(call, OrderKind.RECORD, now)]
        case Word.ANSWERED, Leg.DESK if behind.state is not State.ENDED:
            orders = [order_of(call, OrderKind.JOIN, now, value=Leg.DESK)]
            if call.kind == "desk":
                number = await queries.number_of(raw, call.tenant_id, call.contact_point_id)
                orders.append(order_of(call, OrderKind.DIAL, now, value=number or ""))
        case (Word.NOT_RECORDED, _) if behind.state is not State.ENDED:
            # A call that is not recorded is not lawful (CN-CALL-01): it ends.
            orders = [order_of(call, OrderKind.HANG_UP, now)]
        case Word.RECORDED, _:
            await recording_queries.finish(raw, call, now)
        case Word.ENDED, leg if leg is Leg.CLIENT or call.kind == "desk":
            orders = [order_of(call, OrderKind.HANG_UP, now)]
        case _:
            pass
    if behind.state is State.ENDED and call.state is not State.ENDED:
        # Where its own word was missed, the recording is looked for all the same.
        await recording_queries.finish(raw, call, now)
    await queries.insert_orders(raw, orders)
