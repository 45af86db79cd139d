"""Do permits keep the caps while phones are cut off, and what do they cost? A month of wishes, with and without them.

Pure simulation from a seed (tests/bench/permit_days.py): 50 phones cut off at random, from minutes to days; desk, robot
and agency beside them; half of the clients under the pack CN, half under US-REGF, all under HOUSE. Every contact that
happens is judged by the whole truth of its moment.
"""

import sys
import time

from backend.compliance.permit_schemas import HolderKind, Standing
from tests.bench.measure import Row, at_most, table, told
from tests.bench.permit_days import Run, Size, Told, month_of, share_dark


def rows_of(name: str, run: Told, *, is_bound: bool) -> list[Row]:
    """Return the table of one run."""
    breaches = run.standing[Standing.BREACH]
    shares = ", ".join(f"{kind.value} {run.share_refused(kind):.1%}" for kind in HolderKind if run.lawful_wished[kind])
    limit, is_kept = ("0", breaches == 0) if is_bound else ("", True)
    return [
        told(f"{name}: contacts made", f"{run.made:,}"),
        Row(f"{name}: breaches", f"{breaches:,}", limit, is_kept),
        told(
            f"{name}: exceptions (the person froze it or called, and a phone could not know)",
            f"{run.standing[Standing.EXCEPTION]:,}",
        ),
        told(f"{name}: lawful contacts wrongly refused", f"{run.share_refused():.1%}"),
        told(f"{name}: the same by who wished", shares),
    ]


def main() -> int:
    """Print the table; returns 1 when there is a breach."""
    began, size = time.process_time(), Size()
    month = month_of(size)
    held = Run(size, month, has_permits=True).whole()
    blind = Run(size, month, has_permits=False).whole()
    rows = [
        told(
            f"{size.phones} phones, {size.clients:,} clients, {size.days} days, seed {size.seed}: wishes",
            f"{len(month.wishes):,}",
        ),
        told("share of the month in which a phone has no network", f"{share_dark(size, month):.0%}"),
        *rows_of("with permits", held, is_bound=True),
        *rows_of("each by what it knows", blind, is_bound=False),
        at_most("the simulation, CPU", time.process_time() - began, 60, "s"),
    ]
    print(table(rows))
    return 0 if all(row.is_kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
