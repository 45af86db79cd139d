"""Does a court freeze last as long as the law allows, and is a renewal worth something only before its end?"""

from typing import NamedTuple

import pytest

from backend.compliance.limitation.watches import (
    Asset,
    Freeze,
    Renewal,
    WatchKind,
    WatchState,
    expiry_watch,
    freeze_watch,
)
from tests.backend.compliance.limitation.days import on

DEPOSIT = Freeze(asset=Asset.BANK_DEPOSIT, frozen_on=on("2026-03-10"))


def renewed(*renewals: tuple[str, int | None], asset: Asset = Asset.BANK_DEPOSIT) -> Freeze:
    """Return the freeze of 10 March 2026 with renewals."""
    orders = [Renewal(id=day, on=on(day), months=months) for day, months in renewals]
    return Freeze(asset=asset, frozen_on=on("2026-03-10"), renewals=orders)


def test_the_worked_case_deposits_of_10_march_2026() -> None:
    found = freeze_watch(DEPOSIT, on("2026-11-23"))
    assert (found.kind, found.renew_by, found.state) == (WatchKind.COURT_FREEZE, on("2027-03-10"), WatchState.RUNNING)
    assert [(alert.days_before, str(alert.on), alert.has_fired) for alert in found.alerts] == [
        (60, "2027-01-09", False),
        (30, "2027-02-08", False),
        (7, "2027-03-03", False),
    ]


@pytest.mark.parametrize(
    ("as_of", "state", "fired"),
    [
        ("2027-01-08", "running", 0),
        ("2027-01-09", "running", 1),
        ("2027-03-03", "running", 3),
        ("2027-03-10", "running", 3),
        ("2027-03-11", "lapsed", 3),
    ],
)
def test_it_lapses_after_its_last_day(as_of: str, state: str, fired: int) -> None:
    found = freeze_watch(DEPOSIT, on(as_of))
    assert (found.state, [alert.has_fired for alert in found.alerts].count(True)) == (WatchState(state), fired)


@pytest.mark.parametrize(
    ("asset", "months", "renew_by"),
    [
        ("bank_deposit", None, "2027-03-10"),
        ("bank_deposit", 6, "2026-09-10"),
        ("bank_deposit", 12, "2027-03-10"),
        ("bank_deposit", 13, "2027-03-10"),
        ("movable", None, "2028-03-10"),
        ("movable", 36, "2028-03-10"),
        ("real_property", None, "2029-03-10"),
        ("other_right", None, "2029-03-10"),
    ],
)
def test_a_term_is_what_the_court_set_and_never_longer_than_the_law_allows(
    asset: str, months: int | None, renew_by: str
) -> None:
    freeze = Freeze(asset=Asset(asset), frozen_on=on("2026-03-10"), months=months)
    assert freeze_watch(freeze, on("2026-11-23")).renew_by == on(renew_by)


class Case(NamedTuple):
    """Renewals, and what they did."""

    name: str
    freeze: Freeze
    renew_by: str
    why: list[str]


CASES = [
    Case("on the last day", renewed(("2027-03-10", None)), "2028-03-10", ["renews"]),
    Case("a day late", renewed(("2027-03-11", None)), "2027-03-10", ["after_the_end"]),
    Case("early, counted from the order", renewed(("2027-01-20", None)), "2028-01-20", ["renews"]),
    Case("shorter", renewed(("2027-01-20", 6)), "2027-07-20", ["renews"]),
    Case("so short that it adds nothing", renewed(("2026-05-06", 6)), "2027-03-10", ["ends_no_later"]),
    Case("longer than allowed", renewed(("2027-01-20", 24)), "2028-01-20", ["cut_to_the_longest_term"]),
    Case(
        "twice, in any order", renewed(("2028-01-19", None), ("2027-01-20", None)), "2029-01-19", ["renews", "renews"]
    ),
    Case("after a gap", renewed(("2027-01-20", None), ("2028-01-21", None)), "2028-01-20", ["renews", "after_the_end"]),
    Case("before the freeze", renewed(("2026-03-09", None)), "2027-03-10", ["before_the_freeze"]),
    Case("later than asked", renewed(("2029-01-08", None)), "2027-03-10", ["later_than_asked"]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_renewal_counts_up_to_the_last_day(case: Case) -> None:
    found = freeze_watch(case.freeze, on("2029-01-05") if "asked" in case.name else on("2029-01-19"))
    assert (found.renew_by, [event.why for event in found.events]) == (on(case.renew_by), case.why)
    last = [event.id for event in found.events if event.counts]
    assert found.set_by == (last[-1] if last else None)


@pytest.mark.parametrize("kind", [WatchKind.COLLATERAL_REGISTRATION, WatchKind.COLLATERAL_INSURANCE])
def test_registration_and_insurance_are_watched_alike(kind: WatchKind) -> None:
    running, lapsed = (
        expiry_watch(kind, on("2026-12-01"), on("2026-12-01")),
        expiry_watch(kind, on("2026-12-01"), on("2026-12-02")),
    )
    assert (running.kind, running.renew_by, running.state, lapsed.state) == (
        kind,
        on("2026-12-01"),
        "running",
        "lapsed",
    )
    assert [str(alert.on) for alert in running.alerts] == ["2026-10-02", "2026-11-01", "2026-11-24"]
