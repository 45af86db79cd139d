"""Does the gate keep its promises for situations that nobody thought of? Hypothesis looks for one that breaks them."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.compliance.choosing import GENERAL, shipped_packs
from backend.compliance.packs import Kind, Pack, Rule
from backend.compliance.rules import evaluate, windows
from backend.compliance.schemas import Decision, Situation, Verdict
from tests.backend.compliance.brute_force import counting_rules
from tests.backend.compliance.builder import wire
from tests.backend.compliance.strategies import agreements, events, instants, lines, situations, walls

PACKS = shipped_packs()
RULES = [(pack, rule) for pack in PACKS for rule in pack.rules]
STRICTNESS = [Decision.ALLOW, Decision.REVIEW, Decision.BLOCK]
MINUTE = timedelta(minutes=1)
COUNTING = {"CN-FREQ-01", "CN-FREQ-02", "US-FREQ-01", "US-FREQ-02", "US-FREQ-03", "US-FREQ-04", "US-HARASS-01",
            "US-MA-01", "US-MA-02", "HOUSE-FREQ-01"}  # fmt: skip


def at(asked: Situation, now: datetime) -> Verdict:
    """Judge the same situation at another moment."""
    return evaluate(msgspec.structs.replace(asked, now=now), PACKS)


def strictness(verdict: Verdict) -> int:
    """Return how strict a verdict is."""
    return STRICTNESS.index(verdict.decision)


def _moved(clock: str, hours: int) -> str:
    return f"{int(clock[:2]) + hours:02d}{clock[2:]}"


def _tighter(rule: Rule) -> Rule:
    """Return a rule whose hours are an hour shorter at both ends, or whose count allows one less in a day more."""
    outside, happened = rule.breaks.outside, rule.breaks.happened
    if outside is not None:
        hours = [
            msgspec.structs.replace(one, start=_moved(one.start, 1), end=_moved(one.end, -1)) for one in outside.hours
        ]
        breaks = msgspec.structs.replace(rule.breaks, outside=msgspec.structs.replace(outside, hours=hours))
        return msgspec.structs.replace(rule, breaks=breaks)
    if happened is not None and rule.kind in {Kind.COUNT_WINDOW, Kind.COOLDOWN}:
        fewer = msgspec.structs.replace(happened, at_least=max(happened.at_least - 1, 1), days=(happened.days or 0) + 1)
        return msgspec.structs.replace(rule, breaks=msgspec.structs.replace(rule.breaks, happened=fewer))
    return rule


TIGHTER = tuple(msgspec.structs.replace(pack, rules=[_tighter(rule) for rule in pack.rules]) for pack in PACKS)


@given(situations())
@settings(max_examples=100)
def test_tighter_hours_and_counts_never_unblock(asked: Situation) -> None:
    """Monotone: what is shut an hour earlier, or counted a day longer, is at least as strict."""
    assert strictness(evaluate(asked, TIGHTER)) >= strictness(evaluate(asked, PACKS))


@given(situations(), st.lists(st.sampled_from(RULES), min_size=1, max_size=4))
@settings(max_examples=100)
def test_more_rules_never_unblock(asked: Situation, added: list[tuple[Pack, Rule]]) -> None:
    """A rule of any pack is written into the general one: nothing gets laxer, and the others still fire."""
    more = [rule for _, rule in added]
    packs = tuple(
        msgspec.structs.replace(pack, rules=[*pack.rules, *more]) if pack.pack_id == GENERAL else pack for pack in PACKS
    )
    before, after = evaluate(asked, PACKS), evaluate(asked, packs)
    assert strictness(after) >= strictness(before)
    assert set(before.rule_ids) <= set(after.rule_ids)


@given(lines(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_no_order_matters(line: dict[str, Any], draw: random.Random) -> None:
    """Of packs, of rules in a pack, of events, statuses, agreements, debts."""
    packs = [msgspec.structs.replace(pack, rules=draw.sample(pack.rules, len(pack.rules))) for pack in PACKS]
    draw.shuffle(packs)
    shuffled = dict(line)
    for name in ("history", "status", "agreements", "debts"):
        shuffled[name] = draw.sample(line[name], len(line[name]))
    one = evaluate(msgspec.convert(line, Situation), PACKS)
    other = evaluate(msgspec.convert(shuffled, Situation), packs)
    assert [pack.id for pack in one.packs] == [pack.id for pack in other.packs]
    assert msgspec.structs.replace(one, packs=[]) == msgspec.structs.replace(other, packs=[])


@given(lines())
@settings(max_examples=40)
def test_same_line_same_verdict(line: dict[str, Any]) -> None:
    """Asked twice, from JSON and with the law read anew."""
    first = evaluate(msgspec.convert(line, Situation), PACKS)
    text = msgspec.json.encode(line)
    anew = tuple(msgspec.json.decode(msgspec.json.encode(pack), type=Pack) for pack in PACKS)
    assert evaluate(msgspec.json.decode(text, type=Situation), anew) == first


@given(situations(), st.lists(st.floats(0, 1), min_size=3, max_size=3))
@settings(max_examples=200)
def test_blocked_until_the_earliest_moment_and_not_at_it(asked: Situation, shares: list[float]) -> None:
    """One second before it BLOCK, and at some moments before; without one at moments of all 400 days."""
    verdict = evaluate(asked, PACKS)
    if verdict.decision is not Decision.BLOCK:
        assert verdict.earliest_allowed_at is None
        return
    last = asked.now + timedelta(days=400)
    if verdict.earliest_allowed_at is not None:
        earliest = datetime.fromisoformat(verdict.earliest_allowed_at)
        assert earliest > asked.now
        assert earliest.second == earliest.microsecond == 0
        assert earliest <= last
        assert at(asked, earliest).decision is not Decision.BLOCK
        last = earliest - timedelta(seconds=1)
        if last > asked.now:
            assert at(asked, last).decision is Decision.BLOCK
    for share in shares:
        moment = asked.now + (last - asked.now) * share
        if last > asked.now and moment.astimezone(UTC).date() >= date(2026, 1, 1):
            assert at(asked, moment).decision is Decision.BLOCK, moment


@given(situations(), st.sampled_from((-1, 0, 0, 1)))
@settings(max_examples=12)
def test_windows_are_what_evaluate_says_minute_by_minute(asked: Situation, ahead: int) -> None:
    """A whole local day, days of 23 and 25 hours among them: a minute is open when it is from its first to its last."""
    zone = ZoneInfo((asked.person.zones or ["UTC"])[0])
    on = asked.now.astimezone(zone).date() + timedelta(days=ahead)
    begun = datetime(on.year, on.month, on.day, tzinfo=UTC) - timedelta(hours=15)
    minutes = [begun + MINUTE * n for n in range(54 * 60)]
    day = [one for one in minutes if one.astimezone(zone).date() == on]
    assume(at(asked, day[0]).packs == evaluate(asked, PACKS).packs)
    nearly = MINUTE - timedelta(microseconds=1)
    opened = {
        one
        for one in day
        if at(asked, one).decision is Decision.ALLOW and at(asked, one + nearly).decision is Decision.ALLOW
    }
    found = windows(asked, PACKS, on)
    spans = [(datetime.fromisoformat(one.start), datetime.fromisoformat(one.end)) for one in found]
    assert {one for one in day if any(start <= one < end for start, end in spans)} == opened
    assert all(start < end for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@st.composite
def counted_lines(draw: st.DrawFn) -> dict[str, Any]:
    """Draw calls, texts and visits of an agency by day, with nothing else that could fire."""
    zones = draw(st.sampled_from((["America/New_York"], ["America/New_York", "America/Chicago"], ["Europe/Lisbon"])))
    channel = draw(st.sampled_from(("call", "call", "call", "voicemail", "sms", "visit", "im")))
    # Massachusetts has hours for visits, and they are listed under the id of the count.
    now = draw(instants(zones[0], st.sampled_from(("09:00", "12:00:01", "20:59:59")) if channel == "visit" else walls))
    age = draw(st.integers(0, 8))
    kinds = draw(st.sampled_from((("call", "frequency"), ("call", "visit"), ())))
    held = [one for one in draw(st.lists(agreements(now), max_size=2)) if one["kind"] in {"call", "frequency", "visit"}]
    return wire(
        {"collector": "agency", "packs": ["CN", "US-REGF", "US-MA", "HOUSE"], "status": []},
        {
            "now": now.isoformat(), "zones": zones, "to": draw(st.sampled_from(("a", "b", None))),
            "channel": channel,
            "place": draw(st.sampled_from((None, "home_door", "workplace"))),
            "about": draw(st.sampled_from((None, ["A"], ["B"]))),
            "debts": [{"id": name, "notified": True, "group": draw(st.sampled_from((None, "one")))} for name in "AB"],
            "history": draw(st.lists(events(now), min_size=1, max_size=24)),
            "agreements": [*held, *({"kind": kind, "from": (now - timedelta(age)).isoformat()} for kind in kinds)],
        },
    )  # fmt: skip


@given(counted_lines())
@settings(max_examples=200)
def test_counts_agree_with_a_count_by_hand(line: dict[str, Any]) -> None:
    """Which counting rules fire, and (when nothing else blocks) whether they block."""
    expected = counting_rules(line)
    verdict = evaluate(msgspec.convert(line, Situation), PACKS)
    fired = set(verdict.rule_ids)
    assert fired & COUNTING == set(expected)
    if "B" in expected.values():
        assert verdict.decision is Decision.BLOCK
    elif fired <= COUNTING | {"US-LCM-01"}:
        assert verdict.decision is (Decision.REVIEW if "R" in expected.values() else Decision.ALLOW)
