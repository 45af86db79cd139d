"""What follows from the rows of the team's board? Who is overdue, how long somebody is silent, and the day's sums."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from backend.routing.board_schemas import Board, BoardLine, BoardRow, DuePromise, Sum

CHECK_IN_GRACE = timedelta(minutes=30)
"""So long after the next stop should be over the lead is told: traffic and a long talk are normal."""

SILENT_AFTER = timedelta(minutes=90)
"""Somebody on duty of whom nothing came for so long: no visit, no call, no place, no sync."""


def board_line(row: BoardRow, now: datetime) -> BoardLine:
    """Return what follows from a row: overdue when the next stop is, or when somebody on duty fell silent."""
    late = timedelta(0) if row.next_late_at is None else max(timedelta(0), now - row.next_late_at)
    signs = [sign for sign in (row.on_duty_since, row.last_record_at, row.place_at, row.seen_at) if sign is not None]
    is_on_duty = row.on_duty_since is not None
    idle = now - max(signs) if is_on_duty else None
    is_overdue = is_on_duty and (late > CHECK_IN_GRACE or (idle is not None and idle > SILENT_AFTER))
    return BoardLine(
        row=row,
        is_overdue=is_overdue,
        late_minutes=int(late.total_seconds() // 60) if is_on_duty else 0,
        idle_minutes=None if idle is None else max(0, int(idle.total_seconds() // 60)),
    )


def board_of(rows: Sequence[BoardRow], due: Sequence[DuePromise], day: date, now: datetime) -> Board:
    """Return the board of a team."""
    lines = [board_line(row, now) for row in rows]
    return Board(
        at=now,
        day=day,
        lines=lines,
        on_duty=sum(row.on_duty_since is not None for row in rows),
        overdue=sum(line.is_overdue for line in lines),
        collected=summed([one for row in rows for one in row.collected]),
        promised=summed([one for row in rows for one in row.promised]),
        promises_due=list(due),
    )


def summed(sums: Sequence[Sum]) -> list[Sum]:
    """Return one sum a currency."""
    totals: dict[str, int] = {}
    for one in sums:
        totals[one.currency] = totals.get(one.currency, 0) + one.amount_minor
    return [Sum(currency=currency, amount_minor=total) for currency, total in sorted(totals.items())]
