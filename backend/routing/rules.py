"""What may a collector change on the own plan? Pure functions of stops and the wish."""

from collections.abc import Sequence
from uuid import UUID

from backend.kernel.problems import Kind
from backend.routing.problems import PLAN_REPLACED, STOP_DONE, STOP_NOT_YOURS
from backend.routing.schemas import StopOnFile, StopState


def why_not_change(stop: StopOnFile | None, user_id: UUID) -> Kind | None:
    """Tell why the user may not skip or restore the stop, or None."""
    if stop is None or stop.user_id != user_id:
        return STOP_NOT_YOURS
    if not stop.is_current:
        return PLAN_REPLACED
    return STOP_DONE if stop.state is StopState.DONE else None


def reordered(stops: Sequence[StopOnFile], wished: Sequence[UUID]) -> list[tuple[UUID, int]]:
    """Return (stop, position) for every stop of the user's plan: the wished ones first, in that order, then the rest.

    Positions count from 1; a wished id that is not among the stops is passed over; a doubled one counts once.
    """
    known = {stop.id: stop for stop in stops}
    first = [stop_id for stop_id in dict.fromkeys(wished) if stop_id in known]
    chosen = set(first)
    rest = [stop.id for stop in sorted(stops, key=lambda one: (one.position, one.id)) if stop.id not in chosen]
    return [(stop_id, position) for position, stop_id in enumerate([*first, *rest], start=1)]
