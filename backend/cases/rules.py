"""How is a case valued and placed, and who may put a fact on it? Pure functions of values and `now`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.cases.problems import CLOSED, NOT_YOURS, REASSIGNED
from backend.cases.schemas import (
    CaseOnFile,
    CaseState,
    Conflict,
    DoorCandidate,
    Edited,
    Fact,
    Holding,
    Owed,
    Worker,
)
from backend.kernel.problems import Problem

BUCKET_DAYS = 30
BUCKET_LAST = 7
"""M1 is 1 to 30 days late, M2 31 to 60 ...; from M7 on (181 days) buckets are not told apart."""

_DOOR_ORDER = {"home": 0, "registered": 1, "work": 2, "other": 3, "collateral": 4}


def bucket_of(days_past_due: int) -> str:
    """Return "M0" when nothing is late, else M1 (1-30 days) to M7 (181 and more)."""
    if days_past_due < 0:
        raise ValueError("days past due cannot be negative")
    if days_past_due == 0:
        return "M0"
    number = (days_past_due - 1) // BUCKET_DAYS + 1
    return f"M{min(number, BUCKET_LAST)}"


def score_of(owed: Owed) -> float:
    """Return days past due x overdue (minor units): the rule until a model has earned its place."""
    return float(owed.days_past_due * owed.overdue_minor)


def reasons_of(owed: Owed) -> list[str]:
    """Return the codes that say why a case stands where it stands, the weightiest first."""
    reasons = ["days_past_due_x_overdue"]
    if owed.days_past_due > BUCKET_DAYS * 3:
        reasons.append("over_90_days")
    if owed.account_count > 1:
        reasons.append("several_accounts")
    return reasons


def state_after_refresh(state: CaseState | None, owed: Owed) -> CaseState:
    """Return the state once the book was read: what owes nothing overdue is cured, a new case is new."""
    if owed.overdue_minor == 0 and owed.days_past_due == 0:
        return CaseState.CURED
    return CaseState.NEW if state is None else state


def door_of(candidates: Sequence[DoorCandidate]) -> DoorCandidate | None:
    """Return the address to visit first: of the obligor, usable, with a place if any has one, home before work."""
    usable = [one for one in candidates if one.is_own and one.is_usable]
    if not usable:
        return None
    return min(usable, key=lambda one: (one.place is None, _DOOR_ORDER.get(one.kind, 9), one.id))


def why_not_work(case: CaseOnFile | None, worker: Worker, at: datetime) -> Problem | None:
    """Tell why `worker` may not put a fact of the moment `at` on the case; None when nothing stands against it.

    A collector may while the case was his: a visit made before it was taken away stands, however late it arrives.
    A caller or lead may for cases of the own teams.
    """
    if case is None:
        return Problem(NOT_YOURS)
    if case.closed_at is not None and case.closed_at < at:
        return Problem(CLOSED, at=case.closed_at.isoformat())
    if worker.sees_tenant or any(team in worker.team_ids for team in case.team_ids):
        return None
    if any(_held(holding, worker.user_id, at) for holding in case.holdings):
        return None
    mine = [
        holding for holding in case.holdings if holding.user_id == worker.user_id and holding.released_at is not None
    ]
    if not mine:
        return Problem(NOT_YOURS)
    last = max(mine, key=lambda holding: holding.released_at or at)
    successor = next((one for one in case.holdings if one.released_at is None), None)
    return Problem(
        REASSIGNED,
        at=last.released_at.isoformat() if last.released_at else "",
        to=successor.user_name if successor else "",
    )


def _held(holding: Holding, user_id: UUID, at: datetime) -> bool:
    ended = holding.released_at is not None and holding.released_at < at
    return holding.user_id == user_id and holding.assigned_at <= at and not ended


UNDO_WITHIN = timedelta(seconds=5)


def is_in_time_to_withdraw(recorded_at: datetime, withdrawn_at: datetime) -> bool:
    """Tell whether a record may still be taken back: at most 5 s after it was saved, by the same clock."""
    return recorded_at <= withdrawn_at <= recorded_at + UNDO_WITHIN


def merge(stored: Fact | None, sent: Edited, conflict_id: UUID) -> Fact | Conflict | None:
    """Return the new fact, a conflict, or None when the sent value stands already.

    The law of merging for this kind of fact: an edit names the version that the person saw. If that is the present
    one, the edit stands as the next version. If it is older and the value differs, neither value is dropped: both go
    to a person. Two people who typed the same agree.
    """
    version = stored.version if stored else 0
    if stored is not None and stored.value == sent.edit.value:
        return None
    if stored is not None and sent.edit.base_version != version:
        return Conflict(id=conflict_id, sent=sent, stored=stored)
    return Fact(
        value=sent.edit.value,
        version=version + 1,
        edited_by=sent.user_id,
        edited_at=sent.at,
        mutation_id=sent.mutation_id,
    )
