"""What would publishing a draft change against the plan of the day? Case by case; a pure function of both."""

from collections.abc import Sequence
from uuid import UUID

from backend.routing.plan_schemas import DiffLine, PlanDiff, StopView
from backend.routing.schemas import StopState


def diff(
    published: Sequence[StopView],
    draft: Sequence[StopView],
    against: UUID | None,
    handed_over: int,
    unlawful: set[UUID],
) -> PlanDiff:
    """Return what publishing a draft would change, case by case; what is done stays and is not told."""
    old = {stop.case_id: stop for stop in published if stop.state is not StopState.DONE}
    new = {stop.case_id: stop for stop in draft if stop.case_id not in unlawful}
    done = {stop.case_id for stop in published if stop.state is StopState.DONE}
    lines = [_diff_line(old.get(case), new.get(case)) for case in sorted({*old, *new} - done)]
    moved = [
        line for line in lines if line.from_user_id is not None and line.to_user_id is not None and _is_moved(line)
    ]
    return PlanDiff(
        against=against,
        added=[line for line in lines if line.from_user_id is None],
        removed=[line for line in lines if line.to_user_id is None],
        moved=moved,
        kept=sum(line.from_user_id is not None and line.to_user_id is not None for line in lines) - len(moved),
        handed_over=handed_over,
        unlawful_case_ids=sorted(unlawful),
    )


def _is_moved(line: DiffLine) -> bool:
    return line.from_user_id != line.to_user_id or line.from_position != line.to_position


def _diff_line(old: StopView | None, new: StopView | None) -> DiffLine:
    shown = new or old
    if shown is None:
        raise ValueError("a line of a diff has a side")
    return DiffLine(
        case_id=shown.case_id,
        number=shown.number,
        name=shown.name,
        from_user_id=old.user_id if old else None,
        to_user_id=new.user_id if new else None,
        from_position=old.position if old else None,
        to_position=new.position if new else None,
    )
