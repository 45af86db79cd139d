"""What can be done to cases as a whole: open and refresh them from the book, tell phones, count attempts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.cases import queries, rules
from backend.cases.queries import CaseWrite, OpenCase
from backend.cases.schemas import CaseChange, CaseState, DoorCandidate, LeaveReason, Owed
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id

OBLIGORS_A_STEP_MAX = 5000


async def open_or_refresh_cases(
    raw: asyncpg.Connection, tenant_id: UUID, obligor_ids: Sequence[UUID], now: datetime
) -> list[CaseChange]:
    """Bring the cases of these obligors in line with the book; returns what changed.

    An obligor with something overdue and no open case gets one; an open case follows the newest balances; one that owes
    nothing overdue is cured and closed; one without a door, or without its place, gets the first that is known. At most
    OBLIGORS_A_STEP_MAX obligors a call, inside the caller's transaction.
    """
    if len(obligor_ids) > OBLIGORS_A_STEP_MAX:
        raise ValueError(f"at most {OBLIGORS_A_STEP_MAX} obligors a step")
    owed = await queries.owed_by(raw, tenant_id, obligor_ids)
    open_now = await queries.open_cases(raw, tenant_id, obligor_ids)
    doorless = [one.obligor_id for one in owed if _seeks_door(open_now.get(one.obligor_id))]
    doors = await queries.doors_of(raw, tenant_id, doorless)

    writes = [_write(one, open_now.get(one.obligor_id), doors.get(one.obligor_id, [])) for one in owed]
    new = [write for write in writes if write.owed.obligor_id not in open_now and write.state is not CaseState.CURED]
    changed = [write for write in writes if _differs(write, open_now.get(write.owed.obligor_id))]

    await queries.insert_cases(raw, tenant_id, new, now)
    await queries.update_cases(raw, tenant_id, changed, now)
    found = [write for write in writes if _finds_door(write, open_now.get(write.owed.obligor_id))]
    await queries.set_doors(raw, tenant_id, found)
    touched = list({write.id: write for write in (*changed, *found)}.values())
    await _tell_phones(raw, tenant_id, touched, open_now)
    changes = [_change(write, open_now.get(write.owed.obligor_id)) for write in (*new, *touched)]
    await append_bare(raw, [_event(tenant_id, change, now) for change in changes])
    return changes


def _seeks_door(present: OpenCase | None) -> bool:
    return present is None or not present.has_place


def _finds_door(write: CaseWrite, present: OpenCase | None) -> bool:
    """Tell whether an open case is better off with the door: it had none, or had one whose place was not known."""
    if present is None or write.door is None or present.has_place:
        return False
    return write.door.place is not None or not present.has_door


def _write(owed: Owed, present: OpenCase | None, doors: Sequence[DoorCandidate]) -> CaseWrite:
    return CaseWrite(
        id=present.id if present else new_id(),
        owed=owed,
        state=rules.state_after_refresh(present.state if present else None, owed),
        bucket=rules.bucket_of(owed.days_past_due),
        score=rules.score_of(owed),
        reasons=rules.reasons_of(owed),
        door=rules.door_of(doors),
    )


def _differs(write: CaseWrite, present: OpenCase | None) -> bool:
    if present is None:
        return False
    before = (present.state, present.overdue_minor, present.balance_minor, present.days_past_due)
    after = (write.state, write.owed.overdue_minor, write.owed.balance_minor, write.owed.days_past_due)
    return before != after


def _change(write: CaseWrite, before: OpenCase | None) -> CaseChange:
    return CaseChange(
        case_id=write.id,
        obligor_id=write.owed.obligor_id,
        is_new=before is None,
        state=write.state,
        overdue_before_minor=None if before is None else before.overdue_minor,
        overdue_minor=write.owed.overdue_minor,
        days_past_due=write.owed.days_past_due,
    )


def _event(tenant_id: UUID, change: CaseChange, now: datetime) -> NewEvent:
    kind = "case.opened" if change.is_new else "case.refreshed"
    if change.state is CaseState.CURED:
        kind = "case.cured"
    return NewEvent(
        id=new_id(),
        tenant_id=tenant_id,
        kind=kind,
        subject_id=change.case_id,
        case_id=change.case_id,
        actor_id=None,
        device_id=None,
        occurred_at=now,
        payload={
            "state": change.state.value,
            "overdue_before_minor": change.overdue_before_minor,
            "overdue_minor": change.overdue_minor,
            "days_past_due": change.days_past_due,
        },
    )


async def _tell_phones(
    raw: asyncpg.Connection, tenant_id: UUID, changed: Sequence[CaseWrite], open_now: dict[UUID, OpenCase]
) -> None:
    held = [(open_now[write.owed.obligor_id].assignee_id, write) for write in changed]
    for reason, cured in (("changed", False), (LeaveReason.CLOSED.value, True)):
        pairs = [(user, one.id) for user, one in held if user is not None and (one.state is CaseState.CURED) is cured]
        await queries.insert_phone_changes(raw, tenant_id, "case", reason, pairs)


async def note_changes(raw: asyncpg.Connection, tenant_id: UUID, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Note that the phones of (user, case) pairs must hear of a change at their next pull."""
    await queries.insert_phone_changes(raw, tenant_id, "case", "changed", pairs)
