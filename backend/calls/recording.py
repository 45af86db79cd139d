"""What does a caller at a desk do with a case? Log a call, take it back within 5 seconds, ask for a number.

The same rules and statements as for calls that phones send; one call a request instead of a batch.
"""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.calls import callback_rules, queries, rules
from backend.calls.callbacks import agree_on_callback
from backend.calls.codes import BY_CODE, MEANINGS
from backend.calls.commands import plan_calls, withdraw_calls
from backend.calls.dialling import dial, spend_permit
from backend.calls.line.queries import link_logged
from backend.calls.problems import ID_TAKEN
from backend.calls.schemas import Callback, CallRecord, CallSaved, Dialled, DialWish, Number, RecordedCall
from backend.cases import batches
from backend.cases.batches import AttemptCount
from backend.cases.problems import NOTHING_TO_WITHDRAW, TOO_LATE_TO_WITHDRAW, UNKNOWN_CONTACT
from backend.cases.queue_queries import look_anew
from backend.cases.rules import UNDO_WITHIN, is_in_time_to_withdraw, why_not_work
from backend.cases.schemas import CaseOnFile, ContactReveal, Worker
from backend.compliance.permit_schemas import PermitEnd, PermitEnding
from backend.compliance.schemas import CollectorKind
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.ids import is_time_ordered, new_id
from backend.kernel.live import announce
from backend.kernel.problems import MALFORMED, NOT_FOUND, Problem
from backend.kernel.statements import run_together

CLOCK_AHEAD_MAX = timedelta(minutes=2)
"""A desk's clock may run ahead by this much; its calls are logged when they end."""


async def log_call(
    raw: asyncpg.Connection, act: Act, worker: Worker, record: CallRecord, *, callback_at: datetime | None = None
) -> CallSaved:
    """Record a call made at a desk; the same call sent again gets the same answer.

    Raises Problem: case.not_yours, case.closed, contact.unknown, call.*, promise.*, call.id_taken, callback.unlawful.
    """
    case = await _case(raw, act, worker, record.case_id, record.ended_at)
    known = await queries.call_of(raw, act.tenant_id, record.id)
    if known is not None:
        if (known.case_id, known.user_id, known.result) != (record.case_id, act.actor_id, record.result):
            raise Problem(ID_TAKEN)
        return _saved(record.id, known.recorded_at)
    await _check(raw, act, record, case)
    _check_callback(act, record, case, callback_at)

    payload = msgspec.Raw(msgspec.json.encode(record))
    statements, events = plan_calls(
        act.tenant_id, worker.user_id, act.device_id, [RecordedCall(record=record, payload=payload)]
    )
    count = AttemptCount(
        case_id=record.case_id,
        count=int(rules.counts_as_attempt(record.result)),
        at=record.ended_at,
        result=record.result,
        is_promised=record.promise is not None,
    )
    told = batches.tell_holders(act.tenant_id, [record.case_id])
    done = queries.give_case_back(act.tenant_id, record.case_id, worker.user_id)
    await run_together(raw, done, [*statements, batches.count_attempts(act.tenant_id, [count]), told])
    if record.contact_point_id is not None:
        about = record.case_id, record.contact_point_id
        await link_logged(raw, (act.tenant_id, worker.user_id), about, record.id, record.ended_at)
    if record.permit_id is not None:
        await spend_permit(raw, act, worker.user_id, [_ending(record)])
    await look_anew(raw, act.tenant_id, record.case_id)
    await append_bare(raw, events)
    if callback_at is not None:
        callback = Callback(
            id=new_id(), case_id=record.case_id, contact_point_id=record.contact_point_id, user_id=worker.user_id,
            promised_by=worker.user_id, at=callback_at,
        )  # fmt: skip
        await agree_on_callback(raw, act, callback, record.id)
    await announce(raw, act.tenant_id, "queue")
    return _saved(record.id, await queries.recorded_at(raw, act.tenant_id, record.id))


def _ending(record: CallRecord) -> PermitEnding:
    """Say how the permit of a call ends: one that reached nobody (a fault of ours, held back) gives it back."""
    if record.permit_id is None:
        raise ValueError("a call without a permit ends none")
    if MEANINGS[record.result].event is None:
        return PermitEnding(id=record.permit_id, end=PermitEnd.RETURNED)
    return PermitEnding(id=record.permit_id, end=PermitEnd.USED, contact_id=record.id)


def _saved(call_id: UUID, recorded_at: datetime) -> CallSaved:
    return CallSaved(id=call_id, recorded_at=recorded_at, undo_until=recorded_at + UNDO_WITHIN)


async def _case(raw: asyncpg.Connection, act: Act, worker: Worker, case_id: UUID, at: datetime) -> CaseOnFile:
    """Load and hold the case; raises Problem when the person may not put a fact of that moment on it."""
    case = (await batches.read_locked(raw, act.tenant_id, [case_id], worker.user_id)).get(case_id)
    if case is None:
        raise Problem(NOT_FOUND)
    problem = why_not_work(case, worker, at)
    if problem is not None:
        raise problem
    return case


async def _check(raw: asyncpg.Connection, act: Act, record: CallRecord, case: CaseOnFile) -> None:
    if not is_time_ordered(record.id):
        raise Problem(MALFORMED, fields=[{"field": "id", "says": "ids are UUIDv7"}])
    if record.ended_at > act.at + CLOCK_AHEAD_MAX:
        raise Problem(MALFORMED, fields=[{"field": "ended_at", "says": "that moment has not come yet"}])
    kind = rules.refusal(record, currency=case.currency, zone=case.zone)
    if kind is not None:
        raise Problem(kind)
    if record.contact_point_id is not None:
        pair = (record.case_id, record.contact_point_id)
        if pair not in await queries.contacts_of_cases(raw, act.tenant_id, [pair]):
            raise Problem(UNKNOWN_CONTACT)


def _check_callback(act: Act, record: CallRecord, case: CaseOnFile, at: datetime | None) -> None:
    if at is None:
        return
    says = callback_rules.flaw(at, act.at, day=record.next_on, zone=case.zone)
    if "next_on" not in BY_CODE[record.result].needs:
        says = "this result agrees on no callback"
    if says is not None:
        raise Problem(MALFORMED, fields=[{"field": "callback_at", "says": says}])


async def take_back_call(raw: asyncpg.Connection, act: Act, worker: Worker, call_id: UUID) -> None:
    """Withdraw an own call at most 5 s after it was saved here; call and withdrawal both stay in the journal.

    Raises Problem: withdraw.unknown, withdraw.too_late. A second try changes nothing.
    """
    call = await queries.call_of(raw, act.tenant_id, call_id)
    if call is None or call.user_id != worker.user_id:
        raise Problem(NOTHING_TO_WITHDRAW)
    if call.withdrawn_at is not None:
        return
    await batches.read_locked(raw, act.tenant_id, [call.case_id], worker.user_id)
    if not is_in_time_to_withdraw(call.recorded_at, act.at):
        raise Problem(TOO_LATE_TO_WITHDRAW)
    events = await withdraw_calls(raw, act.tenant_id, worker.user_id, [call_id], act.at)
    count = -int(rules.counts_as_attempt(call.result))
    # The result stays what the latest standing record says: at and result are left as they were.
    attempt = AttemptCount(case_id=call.case_id, count=count, at=None, result=None, is_promised=False)
    for statement in (
        batches.count_attempts(act.tenant_id, [attempt]),
        batches.tell_holders(act.tenant_id, [call.case_id]),
    ):
        await raw.execute(statement.sql, *statement.arguments)
    await queries.restore_last_attempt(raw, act.tenant_id, call.case_id)
    await look_anew(raw, act.tenant_id, call.case_id)
    await append_bare(
        raw, [*events, case_event(act, "call.withdrawn", call_id, call.case_id, {"target_id": str(call_id)})]
    )
    await announce(raw, act.tenant_id, "queue")


async def dial_number(
    raw: asyncpg.Connection, act: Act, worker: Worker, case_id: UUID, wish: DialWish, kind: CollectorKind
) -> Dialled:
    """Ask for the verdict on a call and the permit to make it; raises Problem (case.*, and those of dialling)."""
    await _case(raw, act, worker, case_id, act.at)
    return await dial(raw, act, worker.user_id, case_id, wish, kind)


async def reveal_number(raw: asyncpg.Connection, act: Act, worker: Worker, reveal: ContactReveal) -> Number:
    """Give a number in full, with who asked for it and why in the journal; raises Problem (contact.unknown)."""
    await _case(raw, act, worker, reveal.case_id, act.at)
    value = await queries.value_of_contact(raw, act.tenant_id, reveal.case_id, reveal.contact_point_id)
    if value is None:
        raise Problem(UNKNOWN_CONTACT)
    payload = {"contact_point_id": str(reveal.contact_point_id), "reason": reveal.reason}
    await append_bare(raw, [case_event(act, "contact.revealed", reveal.contact_point_id, reveal.case_id, payload)])
    return Number(contact_point_id=reveal.contact_point_id, value=value)
