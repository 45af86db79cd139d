"""How long does the contact gate take, with 200 contacts in the history? One core, situations of five jurisdictions.

`python -m tests.bench.bench_gate [cases]`: a decision alone (nothing blocks it), one with the next lawful moment, and
many situations as lines of JSON from reading to verdict; and many visits as the planner asks for them. Seconds are of
this process's CPU.
"""

import random
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from backend.compliance.choosing import shipped_packs
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Channel, Situation
from backend.routing.lawful import Day, lawful_of
from tests.bench.measure import Row, at_most, table, told

CASES, SEED, CONTACTS, DIFFERENT = 100_000, 11, 200, 1_000
DECISION_LIMIT_US, EARLIEST_LIMIT_US, ALL_LIMIT_S = 300.0, 2_000.0, 40.0
ROUNDS = 5
DAY = date(2026, 11, 24)
PLACES = {
    "CN": "Asia/Shanghai", "US": "America/New_York", "US-MA": "America/New_York", "IN": "Asia/Kolkata",
    "UK": "Europe/London",
}  # fmt: skip
SHOWN = ("recording", "registered_caller_id", "badge", "authorisation", "certified", "listed", "details_sent")
KINDS = ("attempt", "attempt", "attempt", "connect", "failed", "message", "visit")


def history(draw: random.Random, now: datetime, debts: str, first_day: int) -> list[dict[str, object]]:
    """Return 200 contacts of the last half-year about these debts, none younger than so many days."""
    at = [now - timedelta(days=first_day, minutes=draw.randrange(180 * 1440)) for _ in range(CONTACTS)]
    return [
        {
            "at": moment.isoformat(), "kind": draw.choice(KINDS), "to": draw.choice("abc"),
            "debts": [draw.choice(debts)], "by": draw.choice(("lender", "agency-x")),
        }
        for moment in at
    ]  # fmt: skip


def line(draw: random.Random, *, is_open: bool) -> bytes:
    """Return one situation: by day, all contacts up to yesterday about another debt; or at any hour, frozen."""
    place = draw.choice(list(PLACES))
    now = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo(PLACES[place]))
    if not is_open:
        now += timedelta(minutes=draw.randrange(1440), seconds=draw.randrange(60))
    made = {
        "id": str(draw.random()), "now": now.isoformat(), "jurisdiction": place,
        "person": {"zones": [PLACES[place]]}, "collector": {"kind": "agency"} | dict.fromkeys(SHOWN, True),
        "action": {"channel": "call", "to": "a", "debts": ["A"]},
        "history": history(draw, now, *(("B", 1) if is_open else ("AB", 0))),
        "debts": [{"id": "A", "notified": True}, {"id": "B", "notified": True}],
    }  # fmt: skip
    if not is_open:
        made["status"] = [{"kind": "freeze", "until": (now + timedelta(days=draw.randrange(30))).isoformat()}]
    return msgspec.json.encode(made)


def decided_us(situations: Sequence[Situation], *, expected: set[str]) -> float:
    """Return the median of some rounds over all situations, in microseconds each."""
    packs, took = shipped_packs(), []
    for _ in range(ROUNDS):
        begun = time.process_time()
        verdicts = [evaluate(one, packs) for one in situations]
        took.append((time.process_time() - begun) / len(situations) * 1e6)
        found = {str(verdict.decision) for verdict in verdicts}
        if not found <= expected:
            raise AssertionError(f"{found} where {expected} was meant")
    return statistics.median(took)


def planned_s(opened: Sequence[bytes], blocked: Sequence[bytes], cases: int) -> float:
    """Return how long the planner takes to learn when each of so many people may be visited, and by how many."""
    decoder, day = msgspec.json.Decoder(Situation), Day(day=DAY, zone=PLACES["CN"])
    visits = [as_visit(decoder.decode(one)) for lines in zip(opened, blocked, strict=True) for one in lines]
    begun = time.process_time()
    found = sum(bool(lawful_of(visits[number % len(visits)], day)[0].windows_s) for number in range(cases))
    seconds = time.process_time() - begun
    if not 0 < found < cases:
        raise AssertionError("some of them may be visited that day, and some may not")
    return seconds


def as_visit(asked: Situation) -> Situation:
    """Return the same situation with a visit by two people."""
    action = msgspec.structs.replace(asked.action, channel=Channel.VISIT, headcount=2, planned_minutes=15)
    return msgspec.structs.replace(asked, action=action)


def measure(cases: int) -> list[Row]:
    """Return the rows of the table."""
    draw = random.Random(SEED)  # noqa: S311 - made-up cases, no secret
    opened = [line(draw, is_open=True) for _ in range(DIFFERENT)]
    blocked = [line(draw, is_open=False) for _ in range(DIFFERENT)]
    decoder, packs = msgspec.json.Decoder(Situation), shipped_packs()
    alone = decided_us([decoder.decode(one) for one in opened], expected={"ALLOW"})
    earliest = decided_us([decoder.decode(one) for one in blocked], expected={"BLOCK"})
    begun = time.process_time()
    for number in range(cases):
        lines = blocked if number % 2 else opened
        msgspec.json.encode(evaluate(decoder.decode(lines[number // 2 % DIFFERENT]), packs))
    seconds = time.process_time() - begun
    planned = planned_s(opened, blocked, cases)
    size = statistics.fmean(len(one) for one in opened) / 1000
    return [
        at_most(f"gate: a decision, {CONTACTS} contacts", alone, DECISION_LIMIT_US, "us"),
        at_most("gate: a decision with the next lawful moment", earliest, EARLIEST_LIMIT_US, "us"),
        at_most(f"gate: {cases:,} lines of JSON to verdicts", seconds, ALL_LIMIT_S * cases / CASES, "s"),
        at_most(f"gate: {cases:,} visits, their windows of a day", planned, ALL_LIMIT_S * cases / CASES, "s"),
        told("  a line", f"{size:.1f} kB"),
    ]


def main() -> list[Row]:
    """Return the rows of the table for the full number of cases."""
    return measure(CASES)


if __name__ == "__main__":
    print(table(measure(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)))
