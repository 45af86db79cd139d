"""What happened before the demo began? The world's earlier calls, visits and promises, through the usual commands."""

from collections import defaultdict
from datetime import date
from uuid import UUID

import asyncpg
import msgspec

from backend.app.demo.rows import Row, instant, rows_of
from backend.app.demo.staff import Hired
from backend.calls.codes import BY_CODE as CALL_RESULTS
from backend.calls.commands import plan_calls
from backend.calls.schemas import CallRecord, RecordedCall
from backend.cases.batches import AttemptCount, count_attempts
from backend.journal.commands import append_bare
from backend.kernel.ids import new_id
from backend.promises.schemas import PromiseMade
from backend.visits.codes import BY_CODE as VISIT_RESULTS
from backend.visits.commands import plan_visits
from backend.visits.schemas import RecordedVisit, VisitRecord
from ml.synthetic.block import Block

PROMISE_STATES = """
UPDATE promises SET state = new.state FROM unnest($2::uuid[], $3::text[]) AS new (id, state)
WHERE promises.tenant_id = $1 AND promises.id = new.id
"""


class Places(msgspec.Struct, frozen=True):
    """What the world's references stand for."""

    cases: dict[str, UUID]
    contacts: dict[str, UUID]
    addresses: dict[str, UUID]


async def remember(raw: asyncpg.Connection, tenant_id: UUID, block: Block, hired: Hired, places: Places) -> None:
    """Write the history of the obligors that have a case."""
    rows = [row for row in rows_of(block.book["history"]) if str(row["obligor_ref"]) in places.cases]
    visits: dict[UUID, list[RecordedVisit]] = defaultdict(list)
    calls: dict[UUID, list[RecordedCall]] = defaultdict(list)
    states: dict[UUID, str] = {}
    for row in rows:
        user_id = hired.users[str(row["user_ref"])]
        promise = _promise(row, block)
        if promise is not None:
            states[promise.id] = str(row["promise_state"])
        if row["channel"] == "call":
            call = _call(row, block, places, promise)
            calls[user_id].append(RecordedCall(record=call, payload=msgspec.Raw(msgspec.json.encode(call))))
        else:
            visit = _visit(row, block, places, promise)
            payload = msgspec.Raw(msgspec.json.encode(visit))
            visits[user_id].append(RecordedVisit(record=visit, presence=None, payload=payload))
    parts = [plan_visits(tenant_id, user_id, None, seen) for user_id, seen in visits.items()]
    parts += [plan_calls(tenant_id, user_id, None, called) for user_id, called in calls.items()]
    for statements, events in parts:
        for statement in statements:
            await raw.execute(statement.sql, *statement.arguments)
        await append_bare(raw, events)
    await raw.execute(PROMISE_STATES, tenant_id, list(states), list(states.values()))
    counted = count_attempts(tenant_id, _counts(visits, calls))
    await raw.execute(counted.sql, *counted.arguments)


def _promise(row: Row, block: Block) -> PromiseMade | None:
    due_on, amount = row["promised_on"], row["promised_minor"]
    if not isinstance(due_on, date) or not isinstance(amount, int) or amount <= 0:
        return None
    currency = str(block.book["balances"].columns["currency"][0])
    return PromiseMade(id=new_id(), amount_minor=amount, currency=currency, due_on=due_on, tolerance_days=0)


def _zone(block: Block) -> str:
    return str(block.book["obligors"].columns["zone"][0])


def _visit(row: Row, block: Block, places: Places, promise: PromiseMade | None) -> VisitRecord:
    result = VISIT_RESULTS[str(row["result"])]
    return VisitRecord(
        id=new_id(),
        case_id=places.cases[str(row["obligor_ref"])],
        stop_id=None,
        address_id=places.addresses.get(str(row["address_ref"])),
        started_at=instant(row["started_at"], _zone(block)),
        ended_at=instant(row["ended_at"], _zone(block)),
        check_in=None,
        outside_reason=None,
        result=result.code,
        party=result.parties[0],
        paid_minor=None,
        promise=promise,
        photos=[],
        audio_notes=[],
        signatures=[],
        note=str(row["note"]),
        next_step=result.next_step,
        next_on=None,
        form=None,
    )


def _call(row: Row, block: Block, places: Places, promise: PromiseMade | None) -> CallRecord:
    result = CALL_RESULTS[str(row["result"])]
    return CallRecord(
        id=new_id(),
        case_id=places.cases[str(row["obligor_ref"])],
        contact_point_id=places.contacts.get(str(row["contact_ref"])),
        started_at=instant(row["started_at"], _zone(block)),
        ended_at=instant(row["ended_at"], _zone(block)),
        result=result.code,
        party=result.parties[0],
        paid_minor=None,
        promise=promise,
        note=str(row["note"]),
        next_step=result.next_step,
        next_on=None,
    )


def _counts(visits: dict[UUID, list[RecordedVisit]], calls: dict[UUID, list[RecordedCall]]) -> list[AttemptCount]:
    newest: dict[UUID, AttemptCount] = {}
    records: list[VisitRecord | CallRecord] = [one.record for seen in visits.values() for one in seen]
    records += [one.record for called in calls.values() for one in called]
    for record in records:
        before = newest.get(record.case_id)
        is_newer = before is None or before.at is None or record.ended_at > before.at
        newest[record.case_id] = AttemptCount(
            case_id=record.case_id,
            count=(before.count if before else 0) + 1,
            at=record.ended_at if is_newer or before is None else before.at,
            result=record.result if is_newer or before is None else before.result,
            is_promised=False,
        )
    return list(newest.values())
