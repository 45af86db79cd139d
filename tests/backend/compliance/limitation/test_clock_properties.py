"""Does the clock keep its promises for histories that nobody thought of? Hypothesis looks for one that breaks them."""

from datetime import date, timedelta
from random import Random

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.compliance.limitation.clock import History, Obligation, Obstacle, ObstacleKind, obligation_of
from backend.compliance.limitation.dates import corresponding_day
from backend.compliance.limitation.proof import DATED, PROCEDURES, Claim, Fact, FactKind, ObligationKind, Proof
from tests.backend.compliance.limitation.days import DAYS

PERSONS = [None, None, None, None, "obligor", "wife", "uncle", "neighbour"]

dates = st.dates(date(2006, 1, 1), date(2028, 12, 31))
"""Of facts; claims are due at their beginning, and asked for at their end."""
due_dates = st.dates(date(2005, 1, 1), date(2012, 12, 31))
days_asked = st.integers(0, 5_000).map(lambda days: date(2032, 12, 31) - timedelta(days=days))
claims = st.builds(
    Claim,
    due_on=st.lists(due_dates, min_size=1, max_size=3),
    known_on=st.sampled_from([None, None, date(2010, 2, 28), date(2015, 8, 31)]),
    kind=st.sampled_from(ObligationKind),
    joint=st.just(["wife"]),
    guarantors=st.just(["uncle"]),
)


def best_proof(kind: FactKind) -> Proof:
    """Return a proof with which such a fact counts, so that half of them do."""
    if kind in {FactKind.PAYMENT, FactKind.SET_OFF}:
        return Proof.POSTED
    return Proof.FILED if kind in {*PROCEDURES, FactKind.JUDGMENT} else Proof.SIGNED


@st.composite
def facts(draw: st.DrawFn, kinds: list[FactKind], proofs: list[Proof]) -> Fact:
    """Return a fact of one of these kinds with one of these proofs."""
    kind, on = draw(st.sampled_from(kinds)), draw(dates)
    later = st.integers(1, 2000).map(lambda days: on + timedelta(days=days))
    needs_due = kind is FactKind.JUDGMENT
    return Fact(
        id=draw(st.uuids().map(str)),
        on=on,
        kind=kind,
        proof=draw(st.sampled_from([*proofs, *[best for best in [best_proof(kind)] * 13 if best in proofs]])),
        person=draw(st.sampled_from(PERSONS)),
        ended_on=draw(st.none() | later) if kind in PROCEDURES else None,
        due_on=draw(later if needs_due else st.none() | later) if kind in DATED else None,
        gives_up_rest=draw(st.integers(0, 9)) == 0,
        is_lost=draw(st.booleans()),
    )


def histories(kinds: list[FactKind], obstacles_max: int = 2) -> st.SearchStrategy[History]:
    """Return histories of such facts."""
    obstacle = st.builds(
        lambda since, length, is_proven: Obstacle(
            ObstacleKind.OTHER, since, None if length is None else since + timedelta(days=length), is_proven
        ),
        dates,
        st.none() | st.integers(0, 1500),
        st.booleans(),
    )
    return st.builds(
        History,
        facts=st.lists(facts(kinds, list(Proof)), max_size=8),
        obstacles=st.lists(obstacle, max_size=obstacles_max),
    )


EVERY = list(FactKind)
INTERRUPTING = [kind for kind in FactKind if kind not in DATED]


def asked(claim: Claim, history: History, as_of: date) -> Obligation:
    """Return the clock."""
    return obligation_of(claim, history, as_of=as_of, days=DAYS)


def with_fact(history: History, fact: Fact) -> History:
    """Return a history with one fact more."""
    return msgspec.structs.replace(history, facts=[*history.facts, fact])


@given(claims, histories(INTERRUPTING), facts(INTERRUPTING, list(Proof)), days_asked)
def test_one_interruption_more_never_makes_the_end_earlier(
    claim: Claim, history: History, fact: Fact, as_of: date
) -> None:
    before, after = asked(claim, history, as_of), asked(claim, with_fact(history, fact), as_of)
    assert (before.nominal_on, before.effective_on) <= (after.nominal_on, after.effective_on)
    assert after.has_suit_route or not before.has_suit_route


@given(
    claims,
    histories(EVERY),
    facts(EVERY, [Proof.NONE, Proof.SENT, Proof.UNANSWERED, Proof.SIGNED_BY_OTHER]),
    days_asked,
)
def test_what_nobody_can_prove_changes_nothing(claim: Claim, history: History, fact: Fact, as_of: date) -> None:
    before, after = asked(claim, history, as_of), asked(claim, with_fact(history, fact), as_of)
    assert before == msgspec.structs.replace(after, events=[one for one in after.events if one.id != fact.id])


@given(claims, histories(EVERY), facts(EVERY, list(Proof)), days_asked)
def test_a_fact_that_does_not_count_changes_nothing(claim: Claim, history: History, fact: Fact, as_of: date) -> None:
    after = asked(claim, with_fact(history, fact), as_of)
    [own] = [one for one in after.events if one.id == fact.id]
    assume(not own.counts)
    rest = msgspec.structs.replace(after, events=[one for one in after.events if one.id != fact.id])
    assert asked(claim, history, as_of) == rest


@given(claims, histories(EVERY), days_asked, st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(claim: Claim, history: History, as_of: date, random: Random) -> None:
    shuffled = History(
        facts=random.sample(history.facts, len(history.facts)),
        obstacles=random.sample(history.obstacles, len(history.obstacles)),
    )
    assert asked(claim, history, as_of) == asked(claim, shuffled, as_of)


@given(claims, histories(INTERRUPTING), days_asked)
def test_the_twenty_years_are_never_passed(claim: Claim, history: History, as_of: date) -> None:
    found = asked(claim, history, as_of)
    if found.long_stop_on is not None:
        assert found.long_stop_on == corresponding_day(max(claim.due_on), 240)
        assert found.nominal_on <= found.long_stop_on


@given(claims, histories(EVERY), days_asked)
def test_alerts_go_by_the_nominal_date_which_is_never_the_later_one(
    claim: Claim, history: History, as_of: date
) -> None:
    found = asked(claim, history, as_of)
    assert found.nominal_on <= found.effective_on <= found.nominal_on + timedelta(days=10)
    assert [(found.nominal_on - alert.on).days for alert in found.alerts] == [180, 90, 30]


@given(claims, histories(EVERY, obstacles_max=0), days_asked, st.integers(1, 400))
def test_without_new_facts_the_dates_stay_and_what_expired_stays_so(
    claim: Claim, history: History, as_of: date, later: int
) -> None:
    """Facts after the first day, and procedures that end after it, would be news."""
    old = [one for one in history.facts if one.on <= as_of and (one.ended_on is None or one.ended_on <= as_of)]
    known = History(facts=old)
    first, second = asked(claim, known, as_of), asked(claim, known, as_of + timedelta(days=later))
    assert (first.nominal_on, first.set_by) == (second.nominal_on, second.set_by)
    assert first.has_suit_route or not second.has_suit_route


@given(dates, st.integers(-60, 400), st.integers(0, 400))
def test_the_corresponding_day_keeps_the_day_or_is_the_end_of_the_month(day: date, months: int, more: int) -> None:
    found = corresponding_day(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)
    assert corresponding_day(day, months + more) >= found
