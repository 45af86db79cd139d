"""How is a decided batch written? Each kind of fact as one set, with its effects on cases and phones."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.calls import rules as call_rules
from backend.calls.commands import plan_calls, withdraw_calls
from backend.calls.schemas import CallRecord
from backend.cases import batches
from backend.cases.batches import AttemptCount
from backend.cases.editing import plan_edits
from backend.cases.schemas import ContactReveal
from backend.compliance.permit_queries import end_statement
from backend.compliance.permit_schemas import Holder, HolderKind, PermitEnd, PermitEnding
from backend.evidence.commands import name_photos
from backend.evidence.reading import keep_written
from backend.identity.duties import DutyChange, change_duties
from backend.journal.commands import append_bare
from backend.journal.queries import insert_events_statement
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.statements import Statement
from backend.routing import queries as stop_queries
from backend.routing.schemas import StopRestore, StopSkip, StopsReorder
from backend.sync.deciding import Item, Writes
from backend.sync.mutations import DutyStart
from backend.visits import rules as visit_rules
from backend.visits.commands import photos_of, plan_visits, withdraw_visits
from backend.visits.schemas import VisitRecord

type_who = tuple[UUID, UUID, UUID]
"""(tenant, user, device)."""


def plan(who: type_who, writes: Writes) -> list[Statement]:
    """Return what goes with the claim in one round trip: visits, calls, promises, facts, counts, phones, the journal.

    None of these parts reads what another writes.
    """
    tenant_id, user_id, device_id = who
    visits, visit_events = plan_visits(tenant_id, user_id, device_id, writes.visits)
    calls, call_events = plan_calls(tenant_id, user_id, device_id, writes.calls)
    edits, edit_events = plan_edits(tenant_id, writes.facts)
    parts = [*visits, *calls, *edits, *_spent(who, writes)]
    counts = attempt_counts(writes)
    if counts:
        parts.append(batches.count_attempts(tenant_id, counts))
    touched = list({one.case_id for one in counts} | {edit.case_id for edit in writes.facts.edits})
    if touched:
        parts.append(batches.tell_holders(tenant_id, touched))
    events = [*visit_events, *call_events, *edit_events, *_events(who, writes)]
    if events:
        parts.append(insert_events_statement(events))
    return parts


def _spent(who: type_who, writes: Writes) -> list[Statement]:
    """Return how the leases end under which the contacts of a batch were made; none costs nothing."""
    tenant_id, _, device_id = who
    records: list[VisitRecord | CallRecord] = [
        *(visit.record for visit in writes.visits),
        *(call.record for call in writes.calls),
    ]
    used = {one.permit_id: one for one in reversed(records) if one.permit_id is not None}
    if not used:
        return []
    endings = [PermitEnding(id=one, end=PermitEnd.USED, contact_id=by.id) for one, by in used.items()]
    holder = Holder(kind=HolderKind.PHONE, id=str(device_id))
    return [end_statement(tenant_id, holder, endings, max(one.ended_at for one in used.values()))]


async def write_rest(raw: asyncpg.Connection, who: type_who, writes: Writes, now: datetime) -> None:
    """Write what must come after the records: photos, withdrawals, answers to questions, stops, duty."""
    tenant_id, user_id, device_id = who
    events = await name_photos(raw, tenant_id, user_id, device_id, photos_of(writes.visits))
    events += await withdraw_visits(raw, tenant_id, user_id, writes.withdrawn_visits, now)
    events += await withdraw_calls(raw, tenant_id, user_id, writes.withdrawn_calls, now)
    events += await keep_written(raw, who, writes.answers)
    await append_bare(raw, events)
    await _write_stops(raw, tenant_id, user_id, writes, now)
    await change_duties(raw, tenant_id, user_id, [_duty(item) for item in writes.duties])


async def _write_stops(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, writes: Writes, now: datetime) -> None:
    records = [visit.record for visit in writes.visits]
    done = [(one.stop_id, one.case_id, one.ended_at) for one in records if one.stop_id is not None]
    await stop_queries.write_stops(raw, tenant_id, list(writes.stops.values()), now)
    await stop_queries.finish_stops(raw, tenant_id, user_id, done)
    await stop_queries.reopen_stops(raw, tenant_id, writes.withdrawn_visits)


def _duty(item: Item) -> DutyChange:
    start = item.body if isinstance(item.body, DutyStart) else None
    return DutyChange(at=item.at, is_start=start is not None, place=start.place if start else None)


class _Tally(msgspec.Struct):
    count: int = 0
    at: datetime | None = None
    result: str | None = None
    is_promised: bool = False


def attempt_counts(writes: Writes) -> list[AttemptCount]:
    """Return what the batch adds to each case; a record that the same batch takes back adds nothing."""
    taken_back = {*writes.withdrawn_visits, *writes.withdrawn_calls}
    tallies: dict[UUID, _Tally] = {}
    facts: list[VisitRecord | CallRecord] = [
        *(visit.record for visit in writes.visits),
        *(call.record for call in writes.calls),
    ]
    for record in facts:
        tally = tallies.setdefault(record.case_id, _Tally())
        tally.count += _counts("visit" if isinstance(record, VisitRecord) else "call", record.result)
        if record.id in taken_back:
            continue
        tally.is_promised = tally.is_promised or record.promise is not None
        if tally.at is None or (record.ended_at, record.result) > (tally.at, tally.result or ""):
            tally.at, tally.result = record.ended_at, record.result
    for _, target in writes.withdrawn:
        tallies.setdefault(target.case_id, _Tally()).count -= _counts(target.kind, target.result)
    return [
        AttemptCount(case_id=case, count=one.count, at=one.at, result=one.result, is_promised=one.is_promised)
        for case, one in tallies.items()
    ]


def _counts(kind: str, result: str) -> bool:
    return visit_rules.counts_as_attempt(result) if kind == "visit" else call_rules.counts_as_attempt(result)


def _events(who: type_who, writes: Writes) -> list[NewEvent]:
    withdrawn = [
        _event(who, item, f"{target.kind}.withdrawn", target.case_id, target.case_id)
        for item, target in writes.withdrawn
    ]
    reveals = [
        _event(who, item, "contact.revealed", item.body.contact_point_id, item.body.case_id)
        for item in writes.reveals
        if isinstance(item.body, ContactReveal)
    ]
    return withdrawn + reveals + _stop_events(who, writes.stop_changes) + _duty_events(who, writes)


_STOP_EVENTS = {"stop.skip": "stop.skipped", "stop.restore": "stop.restored", "stops.reorder": "stops.reordered"}


def _stop_events(who: type_who, items: Sequence[Item]) -> list[NewEvent]:
    events = []
    for item in items:
        match item.body:
            case StopsReorder(plan_id=subject_id) | StopSkip(stop_id=subject_id) | StopRestore(stop_id=subject_id):
                events.append(_event(who, item, _STOP_EVENTS[item.mutation.kind], subject_id, None))
            case _:
                raise AssertionError("only changes of stops are kept in stop_changes")
    return events


def _duty_events(who: type_who, writes: Writes) -> list[NewEvent]:
    return [
        _event(who, item, "duty.started" if isinstance(item.body, DutyStart) else "duty.ended", who[1], None)
        for item in writes.duties
    ]


def _event(who: type_who, item: Item, kind: str, subject_id: UUID, case_id: UUID | None) -> NewEvent:
    tenant_id, user_id, device_id = who
    return NewEvent(
        id=new_id(),
        tenant_id=tenant_id,
        kind=kind,
        subject_id=subject_id,
        case_id=case_id,
        actor_id=user_id,
        device_id=device_id,
        occurred_at=item.at,
        payload=item.mutation.body,
    )
