"""All SQL of calls on the line: what was asked, what was heard, what is to be told to the exchange."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.calls.line.schemas import Heard, LineCall, Order, OrderKind, State, Word
from backend.compliance.contact_schemas import Record

OPEN_MAX = 2_000
ORDERS_A_STEP_MAX = 50

_CALL = """
SELECT id, tenant_id, case_id, contact_point_id, user_id, kind, adapter, permit_id, notice_id, state, asked_at,
    dialled_at, rang_at, answered_at, ended_at, cause, suggested_result, is_paused, memory::text AS memory, wake_at
FROM line_calls
"""
CALL = f"{_CALL} WHERE tenant_id = $1 AND id = $2"
CALL_LOCKED = f"{_CALL} WHERE id = $1 FOR UPDATE"
OPEN = f"{_CALL} WHERE ended_at IS NULL AND state <> 'by_hand' ORDER BY tenant_id, asked_at LIMIT {OPEN_MAX}"
INSERT_CALL = """
INSERT INTO line_calls (id, tenant_id, case_id, contact_point_id, user_id, kind, adapter, verdict_id, permit_id,
    notice_id, state, asked_at, memory)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text::jsonb) ON CONFLICT DO NOTHING RETURNING id
"""
SAVE_CALL = """
UPDATE line_calls SET state = $3, dialled_at = $4, rang_at = $5, answered_at = $6, ended_at = $7, cause = $8,
    suggested_result = $9, is_paused = $10, memory = $11::text::jsonb, wake_at = $12
WHERE tenant_id = $1 AND id = $2
"""
LINK_CALL = "UPDATE line_calls SET call_id = $3 WHERE tenant_id = $1 AND id = $2"
# What a desk logs is the last call that it placed to that number and has not logged yet.
LINK_LOGGED = """
UPDATE line_calls SET call_id = $5 WHERE tenant_id = $1 AND id = (SELECT id FROM line_calls
    WHERE tenant_id = $1 AND case_id = $2 AND user_id = $3 AND contact_point_id = $4 AND kind = 'desk'
        AND call_id IS NULL AND asked_at > $6::timestamptz - interval '6 hours' ORDER BY asked_at DESC LIMIT 1)
"""
INSERT_EVENT = """
INSERT INTO line_events (id, tenant_id, case_id, line_call_id, kind, leg, value, cause, source, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING id
"""
WORDS = """
SELECT kind, at FROM line_events WHERE tenant_id = $1 AND line_call_id = $2 ORDER BY at, recorded_at, id
"""
INSERT_ORDERS = """
INSERT INTO line_orders (id, tenant_id, case_id, line_call_id, kind, value, made_by, made_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[],
    $8::timestamptz[])
"""
OPEN_ORDERS = f"""
SELECT id, tenant_id, case_id, line_call_id AS call_id, kind, value, made_by, made_at FROM line_orders
WHERE done_at IS NULL ORDER BY made_at, id LIMIT {ORDERS_A_STEP_MAX}
"""
END_ORDER = """
UPDATE line_orders SET done_at = $3, outcome = $4 WHERE tenant_id = $1 AND id = $2 AND done_at IS NULL RETURNING id
"""
ORDERED = """
SELECT count(*) FROM line_orders WHERE tenant_id = $1 AND line_call_id = $2 AND kind = $3 AND done_at IS NULL
"""
DUE = f"SELECT id FROM line_calls WHERE wake_at <= $1 AND ended_at IS NULL ORDER BY wake_at LIMIT {ORDERS_A_STEP_MAX}"
NUMBER = "SELECT normal FROM contact_points WHERE tenant_id = $1 AND id = $2 AND kind IN ('mobile', 'phone')"
LOGIN = "SELECT login FROM users WHERE tenant_id = $1 AND id = $2"
VERDICT = """
SELECT case_id, actor_id, occurred_at, payload::text AS payload FROM events
WHERE tenant_id = $1 AND id = $2 AND kind = 'contact.judged'
"""
PERMIT = """
SELECT permit.id FROM contact_permits AS permit JOIN cases ON cases.obligor_id = permit.obligor_id
WHERE permit.tenant_id = $1 AND permit.id = $2 AND cases.tenant_id = $1 AND cases.id = $3 AND holder_kind = 'desk'
    AND holder_id = $5 AND channel = 'call' AND since <= $4 AND until > $4
    AND NOT EXISTS (SELECT 1 FROM contact_permit_ends AS ended WHERE ended.tenant_id = $1 AND permit_id = permit.id)
"""


class NewCall(msgspec.Struct, frozen=True):
    """A call that was asked for, as it is written."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    contact_point_id: UUID
    user_id: UUID
    kind: str
    adapter: str
    verdict_id: UUID
    permit_id: UUID
    notice_id: str | None
    state: State
    asked_at: datetime
    memory: str | None = None


class OnRecord(msgspec.Struct, frozen=True):
    """A verdict of the journal: about which case, asked by whom, when."""

    case_id: UUID | None
    actor_id: UUID | None
    judged_at: datetime
    record: Record


async def insert_call(raw: asyncpg.Connection, new: NewCall) -> bool:
    """Write a call; False when its id, verdict or permit was used before."""
    found = await raw.fetchval(
        INSERT_CALL, new.id, new.tenant_id, new.case_id, new.contact_point_id, new.user_id, new.kind, new.adapter,
        new.verdict_id, new.permit_id, new.notice_id, new.state.value, new.asked_at, new.memory,
    )  # fmt: skip
    return found is not None


async def call_of(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> LineCall | None:
    """Return a call that the transaction's person sees."""
    row = await raw.fetchrow(CALL, tenant_id, call_id)
    return None if row is None else _call(row)


async def call_locked(raw: asyncpg.Connection, call_id: UUID) -> LineCall | None:
    """Return a call of whatever tenant and keep others from changing it; for the worker."""
    row = await raw.fetchrow(CALL_LOCKED, call_id)
    return None if row is None else _call(row)


async def open_calls(raw: asyncpg.Connection) -> list[LineCall]:
    """Return all calls that have no end yet, at most 2,000."""
    return [_call(row) for row in await raw.fetch(OPEN)]


async def save_call(raw: asyncpg.Connection, call: LineCall) -> None:
    """Write how far a call has come."""
    await raw.execute(
        SAVE_CALL, call.tenant_id, call.id, call.state.value, call.dialled_at, call.rang_at, call.answered_at,
        call.ended_at, call.cause, call.suggested_result, call.is_paused, call.memory, call.wake_at,
    )  # fmt: skip


async def link_call(raw: asyncpg.Connection, call: LineCall, call_id: UUID) -> None:
    """Say which call on record this one became."""
    await raw.execute(LINK_CALL, call.tenant_id, call.id, call_id)


async def link_logged(
    raw: asyncpg.Connection, who: tuple[UUID, UUID], about: tuple[UUID, UUID], call_id: UUID, at: datetime
) -> None:
    """Say that the call which (tenant, user) just logged `about` (case, number) is the one that was placed."""
    tenant_id, user_id = who
    await raw.execute(LINK_LOGGED, tenant_id, about[0], user_id, about[1], call_id, at)


async def insert_event(raw: asyncpg.Connection, call: LineCall, heard: Heard) -> bool:
    """Keep a word; False when it was told before."""
    found = await raw.fetchval(
        INSERT_EVENT, heard.id, call.tenant_id, call.case_id, call.id, heard.word.value, heard.leg.value,
        heard.value[:200], heard.cause, heard.source.value, heard.at,
    )  # fmt: skip
    return found is not None


async def words_of(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> list[tuple[Word, datetime]]:
    """Return what was said of a call, in the order in which it happened."""
    return [(Word(row["kind"]), row["at"]) for row in await raw.fetch(WORDS, tenant_id, call_id)]


async def insert_orders(raw: asyncpg.Connection, orders: Sequence[Order]) -> None:
    """Write orders."""
    if orders:
        await raw.execute(
            INSERT_ORDERS, [one.id for one in orders], [one.tenant_id for one in orders],
            [one.case_id for one in orders], [one.call_id for one in orders], [one.kind.value for one in orders],
            [one.value for one in orders], [one.made_by for one in orders], [one.made_at for one in orders],
        )  # fmt: skip


async def open_orders(raw: asyncpg.Connection) -> list[Order]:
    """Return the oldest orders that the exchange was not told yet."""
    return [msgspec.convert(dict(row), Order) for row in await raw.fetch(OPEN_ORDERS)]


async def end_order(raw: asyncpg.Connection, order: Order, at: datetime, outcome: str) -> bool:
    """Say how an order ended; False when that was said before."""
    return await raw.fetchval(END_ORDER, order.tenant_id, order.id, at, outcome[:200]) is not None


async def is_ordered(raw: asyncpg.Connection, call: LineCall, kind: OrderKind) -> bool:
    """Tell whether an order of this kind waits."""
    return bool(await raw.fetchval(ORDERED, call.tenant_id, call.id, kind.value))


async def calls_to_wake(raw: asyncpg.Connection, now: datetime) -> list[UUID]:
    """Return the calls whose waiting is over."""
    return [row["id"] for row in await raw.fetch(DUE, now)]


async def number_of(raw: asyncpg.Connection, tenant_id: UUID, contact_point_id: UUID) -> str | None:
    """Return the number of a contact point that has one."""
    found: str | None = await raw.fetchval(NUMBER, tenant_id, contact_point_id)
    return found


async def login_of(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID) -> str:
    """Return by which name somebody signs in; their telephone at the exchange has it too."""
    return str(await raw.fetchval(LOGIN, tenant_id, user_id))


async def verdict_on_record(raw: asyncpg.Connection, tenant_id: UUID, verdict_id: UUID) -> OnRecord | None:
    """Return a verdict of the journal."""
    row = await raw.fetchrow(VERDICT, tenant_id, verdict_id)
    if row is None:
        return None
    record = msgspec.json.decode(row["payload"], type=Record)
    return OnRecord(case_id=row["case_id"], actor_id=row["actor_id"], judged_at=row["occurred_at"], record=record)


async def holds_permit(
    raw: asyncpg.Connection, who: tuple[UUID, UUID], about: tuple[UUID, UUID], now: datetime
) -> bool:
    """Tell whether (tenant, user) holds a permit at a desk for a call `about` (permit, case) just now."""
    tenant_id, user_id = who
    return await raw.fetchval(PERMIT, tenant_id, *about, now, str(user_id)) is not None


def _call(row: asyncpg.Record) -> LineCall:
    return msgspec.convert(dict(row), LineCall)
