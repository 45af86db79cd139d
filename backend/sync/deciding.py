"""What becomes of each item of a batch? Pure: items and what is on file go in, writes and decisions come out."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from backend.calls import rules as call_rules
from backend.calls.schemas import CallRecord, RecordedCall
from backend.cases import problems as case_problems
from backend.cases import rules as case_rules
from backend.cases.schemas import (
    FACT_EDITS_MAX,
    CaseOnFile,
    ContactReveal,
    Edit,
    FactEdit,
    FactOnFile,
    FactWrites,
    Worker,
)
from backend.evidence import problems as evidence_problems
from backend.evidence.schemas import OwnAnswer
from backend.evidence.view_queries import ANSWERS_MAX, Answerable, Written
from backend.kernel.geo import Point
from backend.kernel.problems import Kind, Problem
from backend.routing import problems as stop_problems
from backend.routing import rules as stop_rules
from backend.routing.schemas import StopOnFile, StopRestore, StopSkip, StopsReorder, StopState, StopWrite
from backend.sync.mutations import Body, DutyEnd, DutyStart, RecordWithdraw
from backend.sync.schemas import Mutation
from backend.visits import rules as visit_rules
from backend.visits.schemas import RecordedVisit, VisitRecord


class Item(msgspec.Struct, frozen=True):
    """An item whose body was read; `at` is its moment by the server's clock."""

    mutation: Mutation
    device_id: UUID
    body: Body
    at: datetime


class Target(msgspec.Struct, frozen=True):
    """A visit or call that somebody wants to take back."""

    kind: str
    case_id: UUID
    result: str
    ended_at: datetime
    is_withdrawn: bool


class OnFile(msgspec.Struct, frozen=True):
    """What the database said before the batch; decisions read it and move it on, so that items build on each other."""

    cases: dict[UUID, CaseOnFile]
    doors: dict[tuple[UUID, UUID], Point]
    contacts: set[tuple[UUID, UUID]]
    facts: dict[tuple[UUID, str], FactOnFile]
    targets: dict[UUID, Target]
    stops: dict[UUID, StopOnFile]
    answerable: dict[UUID, Answerable]


class Writes(msgspec.Struct, frozen=True):
    """What the batch will write, by kind; filled in the order of the items."""

    visits: list[RecordedVisit] = []
    calls: list[RecordedCall] = []
    withdrawn_visits: list[UUID] = []
    withdrawn_calls: list[UUID] = []
    withdrawn: list[tuple[Item, Target]] = []
    facts: FactWrites = msgspec.field(default_factory=FactWrites)
    reveals: list[Item] = []
    answers: list[Written] = []
    stops: dict[UUID, StopWrite] = {}
    stop_changes: list[Item] = []
    duties: list[Item] = []


class Decision(msgspec.Struct, frozen=True):
    """A refusal with its data, or a conflict, or neither: then the item is accepted."""

    refusal: Kind | None = None
    detail: dict[str, str] = {}
    conflict_id: UUID | None = None


ACCEPTED = Decision()
Decide = Callable[[Item, Worker, OnFile, Writes], Decision]


def decide(item: Item, worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    """Decide one item; an accepted one has been added to `writes`."""
    return _DECIDERS[type(item.body)](item, worker, on_file, writes)


def _refused(problem: Problem) -> Decision:
    return Decision(refusal=problem.kind, detail={key: str(value) for key, value in problem.data.items()})


def _visit(item: Item, worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    record = item.body
    assert isinstance(record, VisitRecord)  # noqa: S101 - the table below pairs types and functions
    case = on_file.cases.get(record.case_id)
    problem = case_rules.why_not_work(case, worker, item.at)
    if problem is not None or case is None:
        return _refused(problem or Problem(case_problems.NOT_YOURS))
    kind = visit_rules.refusal(record, currency=case.currency, zone=case.zone)
    if kind is not None:
        return Decision(refusal=kind)
    door = None if record.address_id is None else on_file.doors.get((record.case_id, record.address_id))
    presence = visit_rules.presence(record.check_in, door)
    writes.visits.append(RecordedVisit(record=record, presence=presence, payload=item.mutation.body))
    on_file.targets[record.id] = Target(
        kind="visit", case_id=record.case_id, result=record.result, ended_at=record.ended_at, is_withdrawn=False
    )
    return ACCEPTED


def _call(item: Item, worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    record = item.body
    assert isinstance(record, CallRecord)  # noqa: S101 - the table below pairs types and functions
    case = on_file.cases.get(record.case_id)
    problem = case_rules.why_not_work(case, worker, item.at)
    if problem is not None or case is None:
        return _refused(problem or Problem(case_problems.NOT_YOURS))
    kind = call_rules.refusal(record, currency=case.currency, zone=case.zone)
    if kind is None and record.contact_point_id is not None:
        known = (record.case_id, record.contact_point_id) in on_file.contacts
        kind = None if known else case_problems.UNKNOWN_CONTACT
    if kind is not None:
        return Decision(refusal=kind)
    writes.calls.append(RecordedCall(record=record, payload=item.mutation.body))
    on_file.targets[record.id] = Target(
        kind="call", case_id=record.case_id, result=record.result, ended_at=record.ended_at, is_withdrawn=False
    )
    return ACCEPTED


def _withdraw(item: Item, _worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    wish = item.body
    assert isinstance(wish, RecordWithdraw)  # noqa: S101 - the table below pairs types and functions
    target = on_file.targets.get(wish.target_id)
    if target is None or target.kind != wish.target_kind:
        return Decision(refusal=case_problems.NOTHING_TO_WITHDRAW)
    if not case_rules.is_in_time_to_withdraw(target.ended_at, item.mutation.occurred_at):
        return Decision(refusal=case_problems.TOO_LATE_TO_WITHDRAW)
    if target.is_withdrawn:
        return ACCEPTED
    ids = writes.withdrawn_visits if target.kind == "visit" else writes.withdrawn_calls
    ids.append(wish.target_id)
    writes.withdrawn.append((item, target))
    on_file.targets[wish.target_id] = msgspec.structs.replace(target, is_withdrawn=True)
    return ACCEPTED


def _edit(item: Item, worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    edit = item.body
    assert isinstance(edit, FactEdit)  # noqa: S101 - the table below pairs types and functions
    problem = case_rules.why_not_work(on_file.cases.get(edit.case_id), worker, item.at)
    if problem is not None:
        return _refused(problem)
    key = (edit.case_id, edit.field.value)
    before = on_file.facts.get(key)
    if before is not None and len(before.edits) >= FACT_EDITS_MAX:
        return Decision(refusal=case_problems.FACT_FULL)
    kept = Edit(
        id=item.mutation.id,
        case_id=edit.case_id,
        field=edit.field.value,
        value=edit.value,
        base_ids=case_rules.bases_of(edit, before),
        user_id=worker.user_id,
        device_id=item.device_id,
        at=item.at,
    )
    after = case_rules.with_edit(before, kept)
    fact = case_rules.fact_of(after)
    on_file.facts[key] = after
    writes.facts.edits.append(kept)
    writes.facts.facts[key] = fact
    if not case_rules.crosses(kept, fact):
        return ACCEPTED
    writes.facts.crossed.append(kept)
    return Decision(conflict_id=kept.id)


def _reveal(item: Item, worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    reveal = item.body
    assert isinstance(reveal, ContactReveal)  # noqa: S101 - the table below pairs types and functions
    problem = case_rules.why_not_work(on_file.cases.get(reveal.case_id), worker, item.at)
    if problem is not None:
        return _refused(problem)
    if (reveal.case_id, reveal.contact_point_id) not in on_file.contacts:
        return Decision(refusal=case_problems.UNKNOWN_CONTACT)
    writes.reveals.append(item)
    return ACCEPTED


def _own_answer(item: Item, worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    """Take a word about one's own evidence, also when its case went to somebody else since."""
    wish = item.body
    assert isinstance(wish, OwnAnswer)  # noqa: S101 - the table below pairs types and functions
    meant = on_file.answerable.get(wish.evidence_id)
    if meant is None or meant.user_id != worker.user_id:
        return Decision(refusal=evidence_problems.NOT_YOURS)
    if meant.answers >= ANSWERS_MAX:
        return Decision(refusal=evidence_problems.TOO_MANY_ANSWERS)
    on_file.answerable[meant.id] = msgspec.structs.replace(meant, answers=meant.answers + 1)
    written = Written(id=item.mutation.id, evidence_id=meant.id, case_id=meant.case_id, text=wish.text, at=item.at)
    writes.answers.append(written)
    return ACCEPTED


def _stop(item: Item, worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    wish = item.body
    assert isinstance(wish, StopSkip | StopRestore)  # noqa: S101 - the table below pairs types and functions
    stop = on_file.stops.get(wish.stop_id)
    kind = stop_rules.why_not_change(stop, worker.user_id)
    if kind is not None or stop is None:
        return Decision(refusal=kind or stop_problems.STOP_NOT_YOURS)
    is_skip = isinstance(wish, StopSkip)
    state = StopState.SKIPPED if is_skip else StopState.PLANNED
    _move(on_file, writes, stop, state, stop.position, wish.reason if isinstance(wish, StopSkip) else None)
    writes.stop_changes.append(item)
    return ACCEPTED


def _reorder(item: Item, worker: Worker, on_file: OnFile, writes: Writes) -> Decision:
    wish = item.body
    assert isinstance(wish, StopsReorder)  # noqa: S101 - the table below pairs types and functions
    mine = [one for one in on_file.stops.values() if one.plan_id == wish.plan_id and one.user_id == worker.user_id]
    if not mine:
        return Decision(refusal=stop_problems.STOP_NOT_YOURS)
    if not mine[0].is_current:
        return Decision(refusal=stop_problems.PLAN_REPLACED)
    by_id = {stop.id: stop for stop in mine}
    for stop_id, position in stop_rules.reordered(mine, wish.stop_ids):
        stop = by_id[stop_id]
        written = writes.stops.get(stop_id)
        _move(on_file, writes, stop, stop.state, position, written.skip_reason if written else stop.skip_reason)
    writes.stop_changes.append(item)
    return ACCEPTED


def _move(
    on_file: OnFile, writes: Writes, stop: StopOnFile, state: StopState, position: int, skip_reason: str | None
) -> None:
    on_file.stops[stop.id] = msgspec.structs.replace(stop, state=state, position=position, skip_reason=skip_reason)
    writes.stops[stop.id] = StopWrite(id=stop.id, state=state, position=position, skip_reason=skip_reason)


def _duty(item: Item, _worker: Worker, _on_file: OnFile, writes: Writes) -> Decision:
    writes.duties.append(item)
    return ACCEPTED


_DECIDERS: dict[type[Body], Decide] = {
    VisitRecord: _visit,
    CallRecord: _call,
    RecordWithdraw: _withdraw,
    FactEdit: _edit,
    ContactReveal: _reveal,
    OwnAnswer: _own_answer,
    StopSkip: _stop,
    StopRestore: _stop,
    StopsReorder: _reorder,
    DutyStart: _duty,
    DutyEnd: _duty,
}
