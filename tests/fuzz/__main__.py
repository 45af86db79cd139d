"""`make fuzz`: fuzz every reader of what strangers send, for long; prints a table, fails on a finding.

What was worth keeping stays in `build/fuzz` and is where the next run goes on.
"""

import argparse
import time
from pathlib import Path

from tests.fuzz.run import ROOT, Outcome, fuzz
from tests.fuzz.targets import TARGETS


def row(outcome: Outcome, seconds: float) -> str:
    """Return a line of the table."""
    end = "ok" if outcome.finding is None else "FOUND"
    return f"| {outcome.target} | {outcome.runs} | {outcome.covered} | {outcome.kept} | {seconds:.0f} s | {end} |"


def main() -> int:
    """Fuzz the targets one after the other; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), metavar="target")
    parser.add_argument("--seconds", type=int, default=300, help="for each target")
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzz")
    chosen = parser.parse_args()
    print("| target | inputs | branches | kept | time | |\n|---|---|---|---|---|---|")
    found = []
    for target in chosen.targets:
        began = time.monotonic()
        outcome = fuzz(target, chosen.keep, seconds=chosen.seconds)
        print(row(outcome, time.monotonic() - began), flush=True)
        found += [outcome] if outcome.finding is not None else []
    for outcome in found:
        print(f"\n{outcome.target}: {outcome.artifact}\n{outcome.finding}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
