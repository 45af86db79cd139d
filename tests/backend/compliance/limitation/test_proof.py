"""Does each kind of fact count with its own kind of proof only, and with no other?"""

import pytest

from backend.compliance.limitation.clock import History, Obligation, obligation_of
from backend.compliance.limitation.proof import Claim, Fact
from backend.compliance.schemas import PersonKind
from tests.backend.compliance.limitation.days import DAYS, TODAY, fact, on

SOL_1 = Claim(due_on=[on("2023-11-20")])
DEMAND = fact("demand", "2025-06-30", "recorded")


def counted(claim: Claim, *facts: Fact) -> Obligation:
    """Return the clock of a claim today."""
    return obligation_of(claim, History(facts=list(facts)), as_of=TODAY, days=DAYS)


@pytest.mark.parametrize(
    ("kind", "proof", "counts"),
    [
        ("demand", "signed", True), ("demand", "signed_by_relative", True), ("demand", "signed_by_other", False),
        ("demand", "signed_for_company", False), ("demand", "delivered", True), ("demand", "reached", True),
        ("demand", "sent", False), ("demand", "none", False), ("demand", "unanswered", False),
        ("demand", "recorded", True), ("demand", "published", False), ("demand", "posted", False),
        ("assignment_notice", "reached", True), ("assignment_notice", "sent", False),
        ("set_off", "posted", True), ("set_off", "recorded", False),
        ("payment", "posted", True), ("payment", "signed", True), ("payment", "none", False),
        ("promise", "recorded", True), ("promise", "none", False), ("promise", "signed_by_relative", False),
        ("plan", "signed", True), ("plan", "sent", False), ("deferral_request", "reached", True),
        ("security", "signed", True), ("acknowledgement", "signed", True), ("acknowledgement", "none", False),
        ("suit", "filed", True), ("suit", "signed", False), ("arbitration", "filed", True),
        ("payment_order", "filed", True), ("enforcement", "filed", True), ("bankruptcy_claim", "filed", True),
        ("mediation", "filed", True), ("police_report", "filed", True), ("police_report", "recorded", False),
    ],
)  # fmt: skip
def test_a_fact_counts_with_its_own_kind_of_proof_only(kind: str, proof: str, *, counts: bool) -> None:
    [event] = counted(SOL_1, fact(kind, "2026-01-05", proof)).events
    assert event.counts is counts


def test_a_media_notice_counts_when_the_whereabouts_were_unknown() -> None:
    assert counted(SOL_1, fact("demand", "2026-01-05", "published", is_lost=True)).nominal_on == on("2029-01-05")


def test_for_a_company_its_people_sign_and_not_a_relative() -> None:
    company = Claim(due_on=[on("2023-11-20")], debtor_kind=PersonKind.COMPANY)
    assert counted(company, fact("demand", "2026-01-05", "signed_for_company")).nominal_on == on("2029-01-05")
    assert counted(company, fact("demand", "2026-01-05", "signed_by_relative")).nominal_on == on("2026-11-20")


def test_two_facts_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="one id"):
        counted(SOL_1, DEMAND, DEMAND)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("demand", {"ended_on": "2026-02-01"}),
        ("suit", {"ended_on": "2026-01-04"}),
        ("demand", {"due_on": "2026-02-01"}),
        ("restructure", {"due_on": "2026-01-05"}),
        ("judgment", {}),
    ],
)
def test_a_fact_that_contradicts_itself_is_refused(kind: str, more: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"court|due date|judgment"):
        fact(kind, "2026-01-05", "filed", **more)
