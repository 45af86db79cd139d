"""Does a contact that may still happen count as the worst it can become, and as nothing where that would permit?"""

from collections.abc import Iterator

import pytest

from backend.compliance.choosing import shipped_packs
from backend.compliance.packs import Condition
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Event
from tests.backend.compliance.builder import TODAY, events, situation
from tests.backend.compliance.situations_of_permits import CN, US, reserved

TWO = events(2, "connect")
IN_THE_US = "America/Chicago"


@pytest.mark.parametrize(
    ("base", "given", "waiting", "rules"),
    [
        (CN, {"history": TWO}, 0, ""),
        (CN, {"history": TWO}, 1, "CN-FREQ-01"),
        (CN, {"history": events(1, "connect")}, 1, ""),
        (CN, {"history": events(5, "attempt")}, 1, "CN-FREQ-02"),
        (CN, {"history": [*events(5, "failed", to="b"), *events(1, "connect")]}, 1, ""),
        (US, {}, 0, ""),
        (US, {}, 1, "US-FREQ-02"),
    ],
)
def test_it_is_a_connect_an_attempt_and_a_conversation_at_once(
    base: dict[str, object], given: dict[str, object], waiting: int, rules: str
) -> None:
    asked = situation(base, {"to": "a", **given})
    assert evaluate(asked, shipped_packs(), [reserved("20:00")] * waiting).rule_ids == rules.split()


@pytest.mark.parametrize(
    ("event", "rules"),
    [
        (reserved("20:00", IN_THE_US), "US-FREQ-02 US-FREQ-04"),
        (reserved("20:00", IN_THE_US, to="b"), "US-FREQ-02"),
        (reserved("20:00", IN_THE_US, debts=["other"]), "US-FREQ-04"),
        (reserved("20:00", IN_THE_US, channel="visit"), ""),
        (reserved("20:00", IN_THE_US, person="guarantor"), ""),
        (reserved("20:00", IN_THE_US, channel="sms"), ""),
    ],
)
def test_it_counts_only_for_its_channel_person_and_debt(event: Event, rules: str) -> None:
    """The gap of five minutes is by number, whatever the debt."""
    assert evaluate(situation(US, {"to": "a"}), shipped_packs(), [event]).rule_ids == rules.split()


def test_consent_lifts_nothing_beside_it() -> None:
    """It may happen, and be a conversation, when the consent has ended."""
    given = {"to": "a", "agreements": [{"kind": "call", "from": f"{TODAY} 09:00"}]}
    said = [event | {"to": "b"} for event in events(1, "conversation")]
    lifted = evaluate(situation(US, {**given, "history": said}), shipped_packs())
    assert (lifted.decision, lifted.rule_ids) == ("ALLOW", ["US-FREQ-03"])
    beside = evaluate(
        situation(US, {**given, "history": said}), shipped_packs(), [reserved("20:00", IN_THE_US, to="b")]
    )
    assert (beside.decision, "US-FREQ-02" in beside.rule_ids) == ("BLOCK", True)


def test_a_series_of_failures_is_over_while_the_obligor_may_still_be_reached() -> None:
    given = {"role": "neighbour", "history": events(3, "attempt")}
    assert evaluate(situation(CN, given), shipped_packs()).decision == "ALLOW"
    assert evaluate(situation(CN, given), shipped_packs(), [reserved("20:00")]).rule_ids == ["CN-3P-01"]


@pytest.mark.parametrize(
    ("last", "earliest"), [("22:00", "2026-11-24T08:00"), ("2026-11-24 00:00", "2026-11-25T08:00")]
)
def test_a_count_is_released_by_its_last_moment(last: str, earliest: str) -> None:
    verdict = evaluate(situation(CN, {"to": "a"}), shipped_packs(), [reserved(last)] * 3)
    assert str(verdict.earliest_allowed_at).startswith(earliest)


def directions(condition: Condition | None, *, trips: bool) -> Iterator[str]:
    """Give how each count inside a condition acts when a contact is added: towards tripping (`up`) or away (`down`)."""
    if condition is None:
        return
    if condition.happened is not None:
        yield "up" if trips else "down"
    if condition.last_ones is not None:
        yield "open" if trips else "up"
    for one in condition.any or []:
        yield from directions(one, trips=trips)
    for one in condition.none_of or []:
        yield from directions(one, trips=not trips)


def test_no_rule_of_the_law_counts_in_two_directions() -> None:
    """A draw asks twice, with all that is out and with nothing: that is the worst only while each rule has one way."""
    found = {
        rule.id: set(directions(rule.breaks, trips=True))
        | set(directions(rule.when, trips=True))
        | set(directions(rule.unless, trips=False))
        for pack in shipped_packs()
        for rule in pack.rules
    }
    assert {one for one, ways in found.items() if len(ways) > 1 or "open" in ways} == set()
    assert {"up", "down"} == set().union(*found.values())
