"""Is a notarised debt enforced only when nothing is missing, a payment order only when nobody objected in time?"""

import msgspec
import pytest

from backend.compliance.limitation.clock import History
from backend.compliance.limitation.shortcuts import (
    Ground,
    NotarisedDebt,
    Objection,
    OrderState,
    PaymentOrder,
    notarised_route,
    order_standing,
)
from tests.backend.compliance.limitation.days import DAYS, fact, on

NOTHING = History()
DEED = NotarisedDebt(
    perform_by=on("2025-03-31"),
    accepts_enforcement=True,
    parties_are_clear=True,
    sums_are_clear=True,
    certificate_on=on("2025-06-02"),
)
ORDER = PaymentOrder(accepted_on=on("2026-09-01"), issued_on=on("2026-09-10"), served_on=on("2026-09-14"))


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({}, []),
        ({"accepts_enforcement": False}, ["written_acceptance"]),
        ({"parties_are_clear": False}, ["clear_parties"]),
        ({"sums_are_clear": False}, ["clear_sums"]),
        ({"certificate_on": None}, ["execution_certificate"]),
        ({"certificate_on": on("2026-11-24")}, ["execution_certificate"]),
        ({"certificate_on": on("2026-11-23")}, []),
    ],
)
def test_a_notarised_debt_is_enforced_only_when_nothing_is_missing(
    changes: dict[str, object], lacks: list[str]
) -> None:
    found = notarised_route(msgspec.structs.replace(DEED, **changes), NOTHING, as_of=on("2026-11-23"), days=DAYS)
    assert (found.is_open, found.lacks) == (not lacks, lacks)


@pytest.mark.parametrize(("as_of", "is_open"), [("2027-03-31", True), ("2027-04-01", False)])
def test_a_notarised_debt_is_enforced_within_two_years(as_of: str, *, is_open: bool) -> None:
    found = notarised_route(DEED, NOTHING, as_of=on(as_of), days=DAYS)
    assert (found.is_open, found.apply_by.nominal_on, found.lacks) == (is_open, on("2027-03-31"), [])
    demand = History(facts=[fact("demand", "2026-06-30", "signed")])
    assert notarised_route(DEED, demand, as_of=on(as_of), days=DAYS).apply_by.nominal_on == on("2028-06-30")


@pytest.mark.parametrize(
    ("as_of", "changes", "state"),
    [
        ("2026-09-09", {}, "awaiting_order"),
        ("2026-09-16", {"issued_on": None, "served_on": None}, "awaiting_order"),
        ("2026-09-17", {"issued_on": None, "served_on": None}, "late"),
        ("2026-09-10", {}, "awaiting_service"),
        ("2026-09-14", {}, "awaiting_answer"),
        ("2026-09-29", {}, "awaiting_answer"),
        ("2026-09-30", {}, "enforceable"),
        ("2026-09-30", {"paid_on": on("2026-09-29")}, "paid"),
        ("2026-09-28", {"paid_on": on("2026-09-29")}, "awaiting_answer"),
    ],
)
def test_the_court_has_fifteen_days_and_so_has_the_debtor(as_of: str, changes: dict[str, object], state: str) -> None:
    order = msgspec.structs.replace(ORDER, **changes)
    found = order_standing(order, NOTHING, as_of=on(as_of), days=DAYS)
    assert (found.state, found.issue_by) == (OrderState(state), on("2026-09-16"))
    assert not found.binds_guarantor
    assert (found.apply_by is not None) == (state == "enforceable")


def test_the_fifteenth_day_on_a_rest_day_is_moved_and_the_clock_of_enforcement_starts_there() -> None:
    order = msgspec.structs.replace(ORDER, served_on=on("2026-09-11"))  # the 26th is a Saturday
    found = order_standing(order, NOTHING, as_of=on("2026-11-23"), days=DAYS)
    assert found.answer_by == on("2026-09-28")
    assert found.apply_by is not None
    assert found.apply_by.nominal_on == on("2028-09-28")


@pytest.mark.parametrize(
    ("ground", "day", "state"),
    [
        ("inability", "2026-09-20", "enforceable"),
        ("deferral", "2026-09-20", "enforceable"),
        ("substance", "2026-09-20", "ended"),
        ("substance", "2026-09-29", "ended"),
        ("substance", "2026-09-30", "enforceable"),
    ],
)
def test_only_an_objection_in_time_that_is_more_than_no_money_ends_it(ground: str, day: str, state: str) -> None:
    order = msgspec.structs.replace(ORDER, objections=[Objection(on=on(day), ground=Ground(ground))])
    assert order_standing(order, NOTHING, as_of=on("2026-11-23"), days=DAYS).state is OrderState(state)
