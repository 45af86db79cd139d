"""`make faults`: many histories of phones that fail, over many lives of a server; prints a table, fails on a finding.

Most phones are the app's store and sync in Node, some are the whole app in Chromium. The planted rows run the same
histories against applications that are wrong on purpose: a checker that does not find those proves nothing.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.faults.browser import play_in_chromium
from tests.faults.run import NODE, Ground, Outcome, ground, play

CHECKOUT = Path(__file__).resolve().parents[2]
KINDS = ("lost", "doubled", "false_accept", "out_of_order", "contradicted", "unsettled", "unworked")
PLANTED = ("drops_an_event", "skips_the_id_check", "acknowledges_before_commit")
PLANTED_ROUNDS_MAX = 4
PLANTED_PHONES = 8
TOLD_MAX = 20


def build_phones() -> None:
    """Bundle the app's store and sync for Node; raises CalledProcessError."""
    tools = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    arguments = ["npx", "vite", "build", "--config", "tests/faults/vite.config.ts", "--logLevel", "warn"]
    subprocess.run(arguments, cwd=CHECKOUT / "pwa", check=True, timeout=120, env=tools)


def total(outcomes: list[Outcome]) -> tuple[Counter[str], Counter[str]]:
    """Add up (findings by kind, what was gone through)."""
    found: Counter[str] = Counter(finding.kind for one in outcomes for finding in one.findings)
    through: Counter[str] = Counter()
    for one in outcomes:
        through.update(one.went_through)
    return found, through


async def rounds_of(under: Ground, seed: int, rounds: int, phones: int) -> list[Outcome]:
    """Run the rounds one after the other, saying how far it is and what was found."""
    outcomes = []
    for n in range(rounds):
        outcomes.append(await play(under, seed + n, phones))
        done = sum(one.phones for one in outcomes)
        print(f"{done} histories, {sum(one.lives for one in outcomes)} lives", file=sys.stderr)
        for finding in outcomes[-1].findings:
            print(f"round {seed + n}: {finding.kind}: {finding.what} (device {finding.device_id})", file=sys.stderr)
    return outcomes


async def found_planted(under: Ground, factory: str, seed: int, phones: int = PLANTED_PHONES) -> Counter[str]:
    """Run rounds against a wrong application until something is found, a few at most."""
    for n in range(PLANTED_ROUNDS_MAX):
        outcome = await play(under, seed + n, phones, factory)
        if outcome.findings:
            return Counter(finding.kind for finding in outcome.findings)
    return Counter()


def table(outcomes: list[Outcome], in_chromium: Outcome | None, planted: dict[str, Counter[str]]) -> list[str]:
    """Return the lines of the table, without its head."""
    every = [*outcomes, *([in_chromium] if in_chromium else [])]
    found, through = total(every)
    histories, lives = sum(one.phones for one in outcomes), sum(one.lives for one in every)
    lines = [
        f"| histories in Node | {histories} | | ok |",
        f"| histories in Chromium | {in_chromium.phones if in_chromium else 0} | | ok |",
        f"| lives of the server | {lives} | | ok |",
    ]
    lines += [f"|   {name} | {count} | | ok |" for name, count in sorted(through.items())]
    lines += [f"| {kind} | {found[kind]} | 0 | {'SHORT' if found[kind] else 'ok'} |" for kind in KINDS]
    for name, kinds in planted.items():
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) or "nothing"
        lines.append(f"| planted: {name} | found {told} | found | {'ok' if kinds else 'SHORT'} |")
    return lines


def main() -> int:
    """Run everything and print the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--phones", type=int, default=48, help="phones of a round, in Node")
    parser.add_argument("--chromium", type=int, default=24, help="histories in Chromium")
    chosen = parser.parse_args()
    build_phones()
    began = time.monotonic()
    with ground() as under:
        outcomes = asyncio.run(rounds_of(under, chosen.seed, chosen.rounds, chosen.phones))
        names = PLANTED if chosen.rounds else ()
        planted = {name: asyncio.run(found_planted(under, name, chosen.seed)) for name in names}
        in_chromium = asyncio.run(play_in_chromium(under, chosen.seed, chosen.chromium)) if chosen.chromium else None
    print("| what | count | bound | |\n|---|---|---|---|")
    print("\n".join(table(outcomes, in_chromium, planted)))
    print(f"| seed / minutes | {chosen.seed} / {(time.monotonic() - began) / 60:.1f} | | ok |")
    findings = [finding for one in [*outcomes, *([in_chromium] if in_chromium else [])] for finding in one.findings]
    for finding in findings[:TOLD_MAX]:
        print(f"{finding.kind}: {finding.what} (device {finding.device_id})")
    return 1 if findings or not all(planted.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
