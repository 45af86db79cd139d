"""How does the worker hold the line? It alone hears the exchange, tells it what is ordered, and fetches recordings.

One worker at a time has the line (an advisory lock that ends with its connection). A session looks at what
still stands: what was missed while nobody listened is said by us. Nothing is dialled while the exchange is not heard.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from backend.calls.line import queries, recording_queries, rules
from backend.calls.line.commands import Listener, order_of, take_word
from backend.calls.line.port import Line, LineAwayError, LineError
from backend.calls.line.recordings import fetch_next
from backend.calls.line.schemas import Heard, Leg, LineCall, Order, OrderKind, Source, State, Word
from backend.evidence.storage import Storage
from backend.kernel import clock
from backend.kernel.db import Database

log = logging.getLogger(__name__)

TICK_S = 0.1
RETRY_S = (1.0, 2.0, 5.0, 15.0)
STEADY = timedelta(minutes=1)
"""A session that lasted so long had no trouble: the next one begins at once."""

LOCK = "SELECT pg_try_advisory_lock(725007, 1)"
UNLOCK = "SELECT pg_advisory_unlock(725007, 1)"
LOOK_EVERY = timedelta(seconds=2)
"""How often a session looks at what stands: a call that is gone in two looks has ended, and its word was missed."""

_NOT_TOLD = 38
_ANSWERED_WORDS = {OrderKind.PAUSE: Word.PAUSED, OrderKind.RESUME: Word.RESUMED}

Step = Callable[[datetime], Awaitable[bool]]
"""Something that is done while the line is up; returns whether there was something to do."""


class Post(msgspec.Struct, frozen=True):
    """What holding the line needs; `database` is opened as Role.JOB."""

    database: Database
    storage: Storage
    line: Line
    listeners: Sequence[Listener] = ()
    steps: Sequence[Step] = ()


async def keep_line(post: Post, stop: asyncio.Event) -> bool:
    """Hold the line again and again until `stop` is set, later and later while the exchange is away."""
    troubles = 0
    while not stop.is_set():
        began = clock.now()
        try:
            await hold_line(post, stop)
            wait_s = RETRY_S[0]
        except LineAwayError as error:
            troubles = 1 if clock.now() - began > STEADY else troubles + 1
            if troubles == 1:
                log.warning("line: %s", error)
            wait_s = RETRY_S[min(troubles, len(RETRY_S)) - 1]
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait_s)
    return False


async def hold_line(post: Post, stop: asyncio.Event) -> bool:
    """Hold the line until it is cut or `stop` is set; returns False at once when another worker has it.

    Raises LineAwayError when the exchange cannot be reached or cuts us off.
    """
    async with post.database.pool.acquire() as place:
        if not await place.fetchval(LOCK):
            return False
        try:
            await _session(post, stop)
        finally:
            if not place.is_closed():
                await place.execute(UNLOCK)
    return True


async def _session(post: Post, stop: asyncio.Event) -> None:
    """Listen first, then look at what stands: a word that is said in between is heard twice, not never."""
    ready = asyncio.Event()
    listening = asyncio.create_task(_listen(post, ready), name="line-words")
    working = asyncio.create_task(_work(post, ready, stop), name="line-orders")
    try:
        done, _ = await asyncio.wait({listening, working}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (listening, working):
            task.cancel()
        for task in (listening, working):
            with suppress(asyncio.CancelledError, LineAwayError):
                await task


async def _listen(post: Post, ready: asyncio.Event) -> None:
    async for heard in post.line.words():
        ready.set()
        if heard is not None:
            await keep(post, heard)


async def _work(post: Post, ready: asyncio.Event, stop: asyncio.Event) -> None:
    await ready.wait()
    gone, looked_at = await reconcile(post, frozenset(), clock.now()), clock.now()
    while not stop.is_set():
        now = clock.now()
        if now - looked_at >= LOOK_EVERY:
            gone, looked_at = await reconcile(post, gone, now), now
        if not await work_once(post, now):
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)


async def work_once(post: Post, now: datetime) -> bool:
    """Do what waits: orders, calls whose time is over, one recording, and the further steps; returns whether any."""
    done = False
    async with post.database.pool.acquire() as raw:
        orders = await queries.open_orders(raw)
        waking = await queries.calls_to_wake(raw, now)
    for order in orders:
        done |= await tell(post, order, now)
    for call_id in waking:
        done |= await _wake(post, call_id, now)
    done |= await fetch_next(post.database, post.storage, post.line, now)
    for step in post.steps:
        done |= await step(now)
    return done


async def keep(post: Post, heard: Heard) -> LineCall | None:
    """Keep a word in a transaction of its own."""
    async with post.database.pool.acquire() as raw, raw.transaction():
        return await take_word(raw, heard, clock.now(), post.listeners)


async def tell(post: Post, order: Order, now: datetime) -> bool:
    """Tell the exchange one order. A call is dialled at most once, whatever happens; all else may be told twice.

    Raises LineAwayError; the order then waits for the next session, except a dialling, of which nothing is known.
    """
    async with post.database.pool.acquire() as raw, raw.transaction():
        call = await queries.call_locked(raw, order.call_id)
        if call is None:
            raise RuntimeError(f"order {order.id} is about no call")
        refusal = _why_not(call, order, now)
        is_dialling = order.kind in {OrderKind.DIAL, OrderKind.CALL_DESK}
        if refusal is not None or is_dialling:
            await queries.end_order(raw, order, now, refusal or "told")
        if refusal is None and is_dialling:
            await take_word(raw, _own_word(order, Word.DIALLED, now), now, post.listeners)
    if refusal == "too late" and call.state is State.ASKED:
        await keep(post, _own_word(order, Word.ENDED, now, cause=_NOT_TOLD))
    if refusal is not None:
        return True
    try:
        await _speak(post.line, order)
    except LineError as error:
        await _refused(post, order, now, str(error))
        return True
    await _told(post, call, order, now)
    return True


def _why_not(call: LineCall, order: Order, now: datetime) -> str | None:
    if call.state is State.ENDED and order.kind is not OrderKind.HANG_UP:
        return "the call is over"
    if order.kind in {OrderKind.DIAL, OrderKind.CALL_DESK} and now - order.made_at > rules.DIAL_WITHIN:
        return "too late"
    return None


async def _speak(line: Line, order: Order) -> None:
    match order.kind:
        case OrderKind.DIAL:
            await line.dial(order.call_id, Leg.CLIENT, order.value)
        case OrderKind.CALL_DESK:
            await line.dial(order.call_id, Leg.DESK, order.value)
        case OrderKind.JOIN:
            await line.join(order.call_id, Leg(order.value))
        case OrderKind.RECORD:
            await line.record(order.call_id)
        case OrderKind.PAUSE:
            await line.pause(order.call_id)
        case OrderKind.RESUME:
            await line.resume(order.call_id)
        case OrderKind.PLAY:
            await line.play(order.call_id, order.value)
        case OrderKind.HANG_UP:
            await line.hang_up(order.call_id)


async def _told(post: Post, call: LineCall, order: Order, now: datetime) -> None:
    async with post.database.pool.acquire() as raw, raw.transaction():
        if order.kind is OrderKind.RECORD and call.notice_id is not None:
            await recording_queries.start(raw, call, call.notice_id, now)
        await queries.end_order(raw, order, now, "told")
        word = _ANSWERED_WORDS.get(order.kind)
        if word is not None:
            await take_word(raw, _own_word(order, word, now), now, post.listeners)


async def _refused(post: Post, order: Order, now: datetime, why: str) -> None:
    """Note that the exchange refused; a dialling that it refused is over, a recording that it refused ends the call."""
    log.warning("line: %s of call %s refused: %s", order.kind.value, order.call_id, why)
    async with post.database.pool.acquire() as raw, raw.transaction():
        await queries.end_order(raw, order, now, why)
        if order.kind is OrderKind.DIAL:
            await take_word(raw, _own_word(order, Word.ENDED, now, cause=_NOT_TOLD), now, post.listeners)
        elif order.kind is OrderKind.CALL_DESK:
            heard = msgspec.structs.replace(_own_word(order, Word.ENDED, now, cause=_NOT_TOLD), leg=Leg.DESK)
            await take_word(raw, heard, now, post.listeners)
        elif order.kind in {OrderKind.RECORD, OrderKind.JOIN, OrderKind.PLAY}:
            await take_word(raw, _own_word(order, Word.NOT_RECORDED, now), now, post.listeners)


def _own_word(order: Order, word: Word, now: datetime, *, cause: int | None = None) -> Heard:
    """Return a word of the server about an order; the same order says it once."""
    said = uuid5(order.id, word.value)
    return Heard(said, order.call_id, Leg.CLIENT, word, now, cause=cause, source=Source.SERVER)


async def _wake(post: Post, call_id: UUID, now: datetime) -> bool:
    async with post.database.pool.acquire() as raw, raw.transaction():
        call = await queries.call_locked(raw, call_id)
        if call is None or call.wake_at is None or call.wake_at > now:
            return False
        due, call = call.wake_at, msgspec.structs.replace(call, wake_at=None)
        await queries.save_call(raw, call)
        said = uuid5(call_id, f"timed out {due.isoformat()}")
        heard = Heard(said, call_id, Leg.CLIENT, Word.TIMED_OUT, now, source=Source.SERVER)
        await take_word(raw, heard, now, post.listeners)
    return True


async def reconcile(post: Post, gone_before: AbstractSet[UUID], now: datetime) -> frozenset[UUID]:
    """Say what was missed while nobody listened; returns the calls that the exchange does not have.

    Those that it did not have in the look before either (`gone_before`) have ended. Raises LineAwayError.
    """
    async with post.database.pool.acquire() as raw:
        calls = [call for call in await queries.open_calls(raw) if call.state is not State.ASKED]
    if not calls:
        return frozenset()
    standing, gone = await post.line.standing(), set[UUID]()
    for call in calls:
        ids = uuid5(call.id, "reconciled answer"), uuid5(call.id, "reconciled end")
        for heard in rules.reconciled(call, standing, now, ids):
            if heard.word is Word.ENDED:
                gone.add(call.id)
            if heard.word is not Word.ENDED or call.id in gone_before:
                await keep(post, heard)
        if now - call.asked_at > rules.CALL_MAX:
            async with post.database.pool.acquire() as raw, raw.transaction():
                await queries.insert_orders(raw, [order_of(call, OrderKind.HANG_UP, now)])
    return frozenset(gone)
