"""Does the limitation clock stand where the law puts it: the worked cases SOL-1 to SOL-7, each border on both sides?"""

from typing import NamedTuple

import pytest

from backend.compliance.calendar import ONLY_WEEKENDS
from backend.compliance.limitation.clock import (
    History,
    Obligation,
    Obstacle,
    ObstacleKind,
    State,
    obligation_of,
    says_with,
)
from backend.compliance.limitation.dates import corresponding_day
from backend.compliance.limitation.proof import Claim, Fact, ObligationKind
from backend.compliance.schemas import Says
from tests.backend.compliance.limitation.days import DAYS, fact, on

SOL_1 = Claim(due_on=[on("2023-09-20"), on("2023-10-20"), on("2023-11-20")])
DEMAND = fact("demand", "2025-06-30", "recorded")


def asked(claim: Claim, *facts: Fact, as_of: str = "2026-11-23", obstacles: list[Obstacle] | None = None) -> Obligation:
    """Return the clock of a claim."""
    history = History(facts=list(facts), obstacles=obstacles or [])
    return obligation_of(claim, history, as_of=on(as_of), days=DAYS)


class Case(NamedTuple):
    """Facts on SOL-1, and the nominal end and state on a day."""

    name: str
    facts: list[Fact]
    nominal: str
    state: str
    as_of: str = "2026-11-23"
    set_by: str | None = None


CASES = [
    Case("SOL-1: the last instalment sets the date", [], "2026-11-20", "expired"),
    Case("SOL-1 on its last day", [], "2026-11-20", "running", "2026-11-20"),
    Case("SOL-1 a day later", [], "2026-11-20", "expired", "2026-11-21"),
    Case("on the due date nothing runs yet", [], "2026-11-20", "not_started", "2023-11-20"),
    Case("the day after it does", [], "2026-11-20", "running", "2023-11-21"),
    Case("SOL-2: a recorded answered demand", [DEMAND], "2028-06-30", "running", set_by=DEMAND.id),
    Case(
        "SOL-4: fourteen unanswered calls",
        [fact("demand", f"2026-{day}", "unanswered") for day in
         ("01-05", "01-12", "02-02", "02-09", "03-02", "03-09", "04-06", "04-13", "05-04", "05-11", "06-01", "06-08",
          "07-06", "07-13")],
        "2026-11-20", "expired",
    ),
    Case(
        "a demand on the last day",
        [fact("demand", "2026-11-20", "reached")],
        "2029-11-20", "running", set_by="demand 2026-11-20",
    ),
    Case("a demand a day late", [fact("demand", "2026-11-21", "reached")], "2026-11-20", "expired"),
    Case("a demand on the due date", [fact("demand", "2023-11-20", "signed")], "2026-11-20", "expired"),
    Case(
        "a demand the day after it",
        [fact("demand", "2023-11-21", "signed")],
        "2026-11-21", "expired", "2026-11-24", "demand 2023-11-21",
    ),
    Case(
        "a payment a day late waives the defence",
        [fact("payment", "2026-11-21", "posted")],
        "2029-11-21", "waived", set_by="payment 2026-11-21",
    ),
    Case(
        "a demand signed after expiry does not show that the debtor wants to pay",
        [fact("demand", "2026-11-21", "signed")],
        "2026-11-20", "expired",
    ),
    Case(
        "a signature that shows it does",
        [fact("acknowledgement", "2026-11-21", "signed")],
        "2029-11-21", "waived", set_by="acknowledgement 2026-11-21",
    ),
    Case("a set-off after expiry does not", [fact("set_off", "2026-11-21", "posted")], "2026-11-20", "expired"),
    Case(
        "a set-off before it does",
        [fact("set_off", "2026-11-20", "posted")],
        "2029-11-20", "running", set_by="set_off 2026-11-20",
    ),
    Case(
        "after a waiver demands count again, until the new period expires",
        [fact("payment", "2026-11-21", "posted"), fact("demand", "2027-01-04", "signed")],
        "2030-01-04", "expired", "2030-01-05", "demand 2027-01-04",
    ),
    Case("nothing of tomorrow counts today", [fact("payment", "2026-11-24", "posted")], "2026-11-20", "expired"),
    Case(
        "two facts of one day both stand, the first sets it",
        [fact("demand", "2026-01-05", "signed"), fact("promise", "2026-01-05", "recorded")],
        "2029-01-05", "running", set_by="promise 2026-01-05",
    ),
    Case(
        "a new term moves the due date",
        [fact("restructure", "2025-01-06", "signed", due_on="2026-06-30")],
        "2029-06-30", "running", set_by="restructure 2025-01-06",
    ),
    Case(
        "so does one agreed before the old due date",
        [fact("restructure", "2023-10-09", "signed", due_on="2023-12-20")],
        "2026-12-20", "running", set_by="restructure 2023-10-09",
    ),
    Case(
        "one that nobody can prove does not",
        [fact("restructure", "2025-01-06", "none", due_on="2026-06-30")],
        "2026-11-20", "expired",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_clock_stands_where_the_law_puts_it(case: Case) -> None:
    found = asked(SOL_1, *case.facts, as_of=case.as_of)
    assert (found.nominal_on, found.state, found.set_by) == (on(case.nominal), State(case.state), case.set_by)
    assert len(found.events) == len(case.facts)


def test_an_expired_claim_has_no_suit_route_and_its_alerts_had_fired() -> None:
    found = asked(SOL_1)
    assert (found.state, found.has_suit_route) == (State.EXPIRED, False)
    assert [(alert.days_before, str(alert.on), alert.has_fired) for alert in found.alerts] == [
        (180, "2026-05-24", True),
        (90, "2026-08-22", True),
        (30, "2026-10-21", True),
    ]


@pytest.mark.parametrize(
    ("as_of", "fired"), [("2026-05-23", 0), ("2026-05-24", 1), ("2026-10-20", 2), ("2026-10-21", 3)]
)
def test_an_alert_fires_on_its_day(as_of: str, fired: int) -> None:
    assert [alert.has_fired for alert in asked(SOL_1, as_of=as_of).alerts].count(True) == fired


def test_a_text_that_threatens_a_suit_on_an_expired_claim_says_what_is_false() -> None:
    threat = frozenset({Says.SUIT_THREAT})
    assert says_with(asked(SOL_1), threat) == {Says.SUIT_THREAT, Says.FALSE_CLAIM}
    assert says_with(asked(SOL_1), frozenset({Says.DEBT_INFO})) == {Says.DEBT_INFO}
    assert says_with(asked(SOL_1, DEMAND), threat) == threat


def test_unanswered_calls_are_told_as_not_proven() -> None:
    [event] = asked(SOL_1, fact("demand", "2026-01-05", "unanswered")).events
    assert (event.counts, event.rule, event.why) == (False, "CN-SOL-05", "not_proven")


@pytest.mark.parametrize(
    ("as_of", "state"),
    [("2027-02-28", State.RUNNING), ("2027-03-01", State.RUNNING), ("2027-03-02", State.EXPIRED)],
)
def test_sol_6_a_leap_day_ends_at_the_end_of_february_and_a_sunday_moves_to_monday(as_of: str, state: State) -> None:
    found = asked(Claim(due_on=[on("2024-02-29")]), as_of=as_of)
    assert (found.nominal_on, found.effective_on, found.state) == (on("2027-02-28"), on("2027-03-01"), state)
    assert found.alerts[-1].on == on("2027-01-29")
    assert found.years_without_data == []


def test_a_year_without_a_calendar_is_named() -> None:
    found = obligation_of(Claim(due_on=[on("2024-02-29")]), History(), as_of=on("2026-11-23"), days=ONLY_WEEKENDS)
    assert (found.effective_on, found.years_without_data) == (on("2027-03-01"), [2027])


@pytest.mark.parametrize(
    ("due", "effective"),
    [
        ("2025-09-29", "2028-09-29"),
        ("2025-09-30", "2028-10-04"),  # Saturday, then two statutory days after a Sunday
        ("2025-10-03", "2028-10-04"),
        ("2025-10-07", "2028-10-08"),  # Saturday; the Sunday is a make-up working day
        ("2025-10-08", "2028-10-08"),
    ],
)
def test_a_rest_day_moves_the_end_and_a_make_up_day_does_not(due: str, effective: str) -> None:
    found = asked(Claim(due_on=[on(due)]))
    assert (found.nominal_on, found.effective_on) == (corresponding_day(on(due), 36), on(effective))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-02-28", 12, "2027-02-28"),
        ("2026-03-31", -6, "2025-09-30"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2024-02-29", 36, "2027-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
    ],
)
def test_a_period_ends_on_the_corresponding_day_or_at_the_end_of_the_month(start: str, months: int, end: str) -> None:
    assert corresponding_day(on(start), months) == on(end)


def test_a_creditor_who_could_not_know_earlier_has_three_years_from_then_but_never_more_than_twenty() -> None:
    later = Claim(due_on=[on("2023-11-20")], known_on=on("2024-05-20"))
    assert asked(later).nominal_on == on("2027-05-20")
    assert [event.why for event in asked(later, fact("demand", "2024-02-01", "signed")).events] == ["before_the_period"]
    ancient = Claim(due_on=[on("2007-01-10")], known_on=on("2026-01-05"))
    found = asked(ancient)
    assert (found.nominal_on, found.long_stop_on) == (on("2027-01-10"), on("2027-01-10"))


@pytest.mark.parametrize(
    ("pays_on", "why", "state"),
    [("2027-01-11", "restarts", State.RUNNING), ("2027-01-12", "after_long_stop", State.EXPIRED)],
)
def test_after_twenty_years_nothing_revives_a_claim(pays_on: str, why: str, state: State) -> None:
    """The twenty years end on Sunday 10 January 2027, so on Monday."""
    demands = [fact("demand", f"{year}-01-08", "signed") for year in range(2009, 2027, 2)]
    found = asked(Claim(due_on=[on("2007-01-10")]), *demands, fact("payment", pays_on, "posted"), as_of="2027-01-11")
    if pays_on > "2027-01-11":
        found = asked(Claim(due_on=[on("2007-01-10")]), *demands, fact("payment", pays_on, "posted"), as_of=pays_on)
    assert (found.events[-1].why, found.state, found.nominal_on) == (why, state, on("2027-01-10"))


ENFORCEMENT = Claim(due_on=[on("2025-03-31")], kind=ObligationKind.ENFORCEMENT)


@pytest.mark.parametrize(
    ("as_of", "state"),
    [("2025-03-31", "not_started"), ("2025-04-01", "running"), ("2027-03-31", "running"), ("2027-04-01", "expired")],
)
def test_sol_7_a_judgment_is_enforced_within_two_years_of_its_performance_period(as_of: str, state: str) -> None:
    found = asked(ENFORCEMENT, as_of=as_of)
    assert (found.nominal_on, found.state, found.long_stop_on) == (on("2027-03-31"), State(state), None)


def test_a_judgment_begins_a_period_of_its_own_whatever_stood_before() -> None:
    judgment = fact("judgment", "2025-02-10", "filed", due_on="2025-03-31")
    for claim in (SOL_1, Claim(due_on=[on("2015-01-05")])):
        found = asked(claim, judgment, fact("payment", "2025-05-06", "posted"))
        assert (found.kind, found.nominal_on) == (ObligationKind.ENFORCEMENT, on("2027-05-06"))
        assert [event.why for event in found.events] == ["judgment_starts_afresh", "restarts"]


def test_a_judgment_against_one_who_owes_with_the_debtor_is_not_one_against_the_debtor() -> None:
    judgment = fact("judgment", "2025-02-10", "filed", due_on="2025-03-31", person="wife")
    found = asked(Claim(due_on=[on("2023-11-20")], joint=["wife"]), judgment)
    assert (found.kind, found.events[0].why) == (ObligationKind.CLAIM, "not_the_debtor")


SUIT = fact("suit", "2026-01-12", "filed")


@pytest.mark.parametrize(
    ("facts", "as_of", "nominal", "state", "open_procedure"),
    [
        ([SUIT], "2026-11-23", "2029-01-12", "running", SUIT.id),
        ([SUIT], "2030-01-12", "2029-01-12", "running", SUIT.id),
        ([fact("suit", "2026-01-12", "filed", ended_on="2026-07-01")], "2026-11-23", "2029-07-01", "running", None),
        ([fact("suit", "2026-01-12", "filed", ended_on="2026-12-01")], "2026-11-23", "2029-01-12", "running",
         "suit 2026-01-12"),
        ([fact("suit", "2026-01-12", "filed", ended_on="2030-07-01")], "2030-07-02", "2033-07-01", "running", None),
        ([fact("suit", "2026-11-23", "filed", ended_on="2027-07-01")], "2027-07-02", "2026-11-20", "expired", None),
        ([fact("suit", "2026-01-12", "none")], "2026-11-23", "2026-11-20", "expired", None),
        ([fact("mediation", "2026-01-12", "filed")], "2029-01-15", "2029-01-12", "expired", "mediation 2026-01-12"),
        ([fact("mediation", "2026-01-12", "filed", ended_on="2026-03-02")], "2026-11-23", "2029-03-02", "running",
         None),
        ([fact("mediation", "2026-01-12", "filed", ended_on="2029-01-12")], "2029-01-15", "2032-01-12", "running",
         None),
        ([fact("mediation", "2026-01-12", "filed", ended_on="2029-01-13")], "2029-01-15", "2029-01-12", "expired",
         None),
    ],
)  # fmt: skip
def test_a_step_before_a_court_restarts_at_its_filing_and_at_its_end(
    facts: list[Fact], as_of: str, nominal: str, state: str, open_procedure: str | None
) -> None:
    found = asked(SOL_1, *facts, as_of=as_of)
    assert (found.nominal_on, found.state, found.open_procedure) == (on(nominal), State(state), open_procedure)


JOINT = Claim(due_on=[on("2023-11-20")], joint=["wife"], guarantors=["uncle"])


@pytest.mark.parametrize(
    ("event", "why", "rule"),
    [
        (fact("demand", "2026-01-05", "signed", person="wife"), "restarts", "CN-SOL-07"),
        (fact("promise", "2026-01-05", "recorded", person="wife"), "restarts", "CN-SOL-07"),
        (fact("demand", "2026-01-05", "signed", person="obligor"), "restarts", "CN-SOL-05"),
        (fact("demand", "2026-01-05", "signed", person="neighbour"), "not_the_debtor", "CN-SOL-07"),
        (fact("demand", "2026-01-05", "signed", person="uncle"), "not_the_debtor", "CN-SOL-07"),
        (fact("payment", "2026-01-05", "posted", person="uncle"), "restarts", "CN-SOL-06"),
        (fact("payment", "2026-01-05", "posted", person="neighbour"), "not_the_debtor", "CN-SOL-07"),
        (fact("payment", "2026-11-21", "posted", person="wife"), "after_expiry", "CN-SOL-09"),
        (fact("payment", "2026-11-21", "posted", person="uncle"), "after_expiry", "CN-SOL-09"),
        (fact("payment", "2026-11-21", "posted"), "waives_defence", "CN-SOL-09"),
    ],
)
def test_one_joint_debtor_binds_the_others_but_waives_for_nobody_else(event: Fact, why: str, rule: str) -> None:
    [found] = asked(JOINT, event).events
    assert (found.why, found.rule) == (why, rule)


def test_a_new_term_of_a_joint_debtor_restarts_and_moves_no_due_date_of_the_other() -> None:
    term = fact("restructure", "2026-01-05", "signed", person="wife", due_on="2026-06-30")
    assert asked(JOINT, term).nominal_on == on("2029-01-05")


def test_a_demand_for_a_part_restarts_the_whole_unless_the_rest_is_given_up() -> None:
    part = fact("demand", "2026-01-05", "signed")
    assert asked(SOL_1, part).nominal_on == on("2029-01-05")
    found = asked(SOL_1, fact("demand", "2026-01-05", "signed", gives_up_rest=True))
    assert (found.nominal_on, found.events[0].rule, found.events[0].why) == (
        on("2026-11-20"),
        "CN-SOL-07",
        "rest_given_up",
    )


def flood(since: str, removed: str | None = None, *, is_proven: bool = True) -> Obstacle:
    """Return an obstacle."""
    gone = on(removed) if removed else None
    return Obstacle(ObstacleKind.FORCE_MAJEURE, since=on(since), removed_on=gone, is_proven=is_proven)


@pytest.mark.parametrize(
    ("obstacles", "as_of", "nominal", "is_suspended"),
    [
        # The last six months of SOL-1 begin after 2026-05-20.
        ([flood("2026-03-01", "2026-05-20")], "2026-11-23", "2026-11-20", False),
        ([flood("2026-03-01", "2026-05-21")], "2026-11-23", "2026-11-21", False),
        ([flood("2026-06-01", "2026-08-10")], "2026-11-23", "2027-02-10", False),
        ([flood("2026-11-20", "2026-12-10")], "2026-11-23", "2027-06-10", True),
        ([flood("2026-11-21", "2026-12-10")], "2026-11-23", "2026-11-20", False),
        ([flood("2026-06-01")], "2026-11-23", "2027-05-23", True),
        ([flood("2026-06-01", "2026-08-10", is_proven=False)], "2026-11-23", "2026-11-20", False),
        # The first moves the end so far that the second falls into it.
        ([flood("2027-01-05", "2027-01-20"), flood("2026-06-01", "2026-08-10")], "2027-02-01", "2027-07-20", False),
    ],
)
def test_an_obstacle_in_the_last_six_months_leaves_six_months_after_it(
    obstacles: list[Obstacle], as_of: str, nominal: str, *, is_suspended: bool
) -> None:
    found = asked(SOL_1, as_of=as_of, obstacles=obstacles)
    assert (found.nominal_on, found.is_suspended) == (on(nominal), is_suspended)


def test_an_obstacle_does_not_move_the_twenty_years() -> None:
    demands = [fact("demand", f"{year}-01-08", "signed") for year in range(2009, 2027, 2)]
    found = asked(Claim(due_on=[on("2007-01-10")]), *demands, obstacles=[flood("2026-06-01")])
    assert found.nominal_on == on("2027-01-10")
