"""Is a guarantor bound exactly as long as the law says, and called only by what must happen? (CN-SOL-11)"""

from typing import NamedTuple

import pytest

from backend.compliance.limitation.guarantees import (
    Guarantee,
    GuaranteeKind,
    GuaranteeObligation,
    GuaranteeState,
    Must,
    guarantee_of,
)
from backend.compliance.limitation.proof import Fact
from backend.compliance.schemas import PersonKind
from tests.backend.compliance.limitation.days import DAYS, fact, on

DUE = on("2026-03-31")
JOINT = Guarantee(guarantor="uncle", main_due_on=DUE, kind=GuaranteeKind.JOINT)
GENERAL = Guarantee(guarantor="uncle", main_due_on=DUE)


def asked(guarantee: Guarantee, *facts: Fact, as_of: str = "2026-11-23") -> GuaranteeObligation:
    """Return where a guarantee stands."""
    return guarantee_of(guarantee, facts, as_of=on(as_of), days=DAYS)


@pytest.mark.parametrize(
    ("agreed", "nominal", "effective"),
    [
        (None, "2026-09-30", "2026-09-30"),
        ("2026-03-31", "2026-09-30", "2026-09-30"),
        ("2026-03-30", "2026-09-30", "2026-09-30"),
        ("2026-04-01", "2026-04-01", "2026-04-01"),
        ("2028-03-31", "2028-03-31", "2028-03-31"),
        ("2027-02-28", "2027-02-28", "2027-03-01"),
    ],
)
def test_the_period_is_the_agreed_one_or_six_months(agreed: str | None, nominal: str, effective: str) -> None:
    until = on(agreed) if agreed else None
    found = asked(Guarantee(guarantor="uncle", main_due_on=DUE, agreed_until=until))
    assert (found.nominal_on, found.effective_on) == (on(nominal), on(effective))


def test_a_kind_that_was_not_agreed_is_a_general_guarantee() -> None:
    assert (asked(GENERAL).kind, asked(GENERAL).must) == (GuaranteeKind.GENERAL, Must.SUE_DEBTOR)
    assert asked(JOINT).must is Must.DEMAND_GUARANTOR


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        ("2026-03-31", "not_started"),
        ("2026-04-01", "in_period"),
        ("2026-09-30", "in_period"),
        ("2026-10-01", "released"),
    ],
)
def test_without_the_act_the_guarantor_is_released_after_the_last_day(as_of: str, state: str) -> None:
    for guarantee in (JOINT, GENERAL):
        assert asked(guarantee, as_of=as_of).state is GuaranteeState(state)


class Case(NamedTuple):
    """A fact, and whether it calls the guarantor."""

    name: str
    guarantee: Guarantee
    event: Fact
    why: str | None
    state: str


COMPANY = Guarantee(guarantor="uncle", main_due_on=DUE, kind=GuaranteeKind.JOINT, guarantor_kind=PersonKind.COMPANY)
CASES = [
    Case("joint: a proven demand on the guarantor", JOINT,
         fact("demand", "2026-09-30", "signed", person="uncle"), "restarts", "called"),
    Case("joint: a day late", JOINT,
         fact("demand", "2026-10-01", "signed", person="uncle"), "after_expiry", "released"),
    Case("joint: on the main due date it is too early", JOINT,
         fact("demand", "2026-03-31", "signed", person="uncle"), "before_the_period", "released"),
    Case("joint: the day after it is not", JOINT,
         fact("demand", "2026-04-01", "signed", person="uncle"), "restarts", "called"),
    Case("joint: without proof", JOINT,
         fact("demand", "2026-09-30", "sent", person="uncle"), "not_proven", "released"),
    Case("joint: a demand on the debtor is none on the guarantor", JOINT,
         fact("demand", "2026-09-30", "signed", person="obligor"), "not_the_debtor", "released"),
    Case("joint: a suit against the guarantor", JOINT,
         fact("suit", "2026-09-30", "filed", person="uncle"), "restarts", "called"),
    Case("joint: a suit against the debtor alone", JOINT,
         fact("suit", "2026-09-30", "filed", person="obligor"), "not_the_debtor", "released"),
    Case("joint: the company's mail room signs", COMPANY,
         fact("demand", "2026-09-30", "signed_for_company", person="uncle"), "restarts", "called"),
    Case("general: a suit against the debtor", GENERAL,
         fact("suit", "2026-09-30", "filed"), "restarts", "called"),
    Case("general: a day late", GENERAL, fact("suit", "2026-10-01", "filed"), "after_expiry", "released"),
    Case("general: arbitration", GENERAL, fact("arbitration", "2026-09-30", "filed"), "restarts", "called"),
    Case("general: a suit against the guarantor alone", GENERAL,
         fact("suit", "2026-09-30", "filed", person="uncle"), "not_the_debtor", "released"),
    Case("general: a demand on the guarantor is not enough", GENERAL,
         fact("demand", "2026-09-30", "signed", person="uncle"), None, "released"),
    Case("nothing of tomorrow counts", JOINT,
         fact("demand", "2026-11-24", "signed", person="uncle"), "later_than_asked", "released"),
    Case("a payment does not lengthen the period", JOINT,
         fact("payment", "2026-09-30", "posted", person="uncle"), None, "released"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_what_must_happen_inside_the_period_calls_the_guarantor(case: Case) -> None:
    found = asked(case.guarantee, case.event)
    assert ([event.why for event in found.events], found.state) == ([case.why] if case.why else [], case.state)
    assert {event.rule for event in found.events} <= {"CN-SOL-11"}
    assert (found.called_by is not None) == (case.state == "called")


def test_the_first_demand_starts_three_years_that_later_demands_restart() -> None:
    first = fact("demand", "2026-05-06", "signed", person="uncle")
    found = asked(JOINT, first)
    assert found.clock is not None
    assert (found.called_on, found.clock.nominal_on) == (on("2026-05-06"), on("2029-05-06"))
    later = fact("demand", "2026-11-02", "signed", person="uncle")
    debtor = fact("payment", "2026-11-16", "posted", person="obligor")
    again = asked(JOINT, later, debtor, first)
    assert again.clock is not None
    assert (again.called_by, again.clock.nominal_on, again.clock.set_by) == (first.id, on("2029-11-02"), later.id)


def test_a_general_guarantor_owes_three_years_from_the_end_of_the_defence() -> None:
    suit = fact("suit", "2026-05-06", "filed")
    assert asked(GENERAL, suit).clock is None
    ended = Guarantee(guarantor="uncle", main_due_on=DUE, defence_ended_on=on("2026-10-12"))
    clock = asked(ended, suit).clock
    assert clock is not None
    assert clock.nominal_on == on("2029-10-12")
    assert asked(ended).clock is None
    assert asked(ended, suit, as_of="2026-10-11").clock is None


def test_alerts_go_by_the_nominal_end() -> None:
    found = asked(Guarantee(guarantor="uncle", main_due_on=DUE, agreed_until=on("2027-02-28")))
    assert [(str(alert.on), alert.has_fired) for alert in found.alerts] == [
        ("2026-09-01", True),
        ("2026-11-30", False),
        ("2027-01-29", False),
    ]
