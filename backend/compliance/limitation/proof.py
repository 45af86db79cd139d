"""Does one fact move the limitation clock, by what rule, and if not, why not?

What nobody can prove did not happen: a demand counts with proof that it arrived (CN-SOL-05), a payment, promise or plan
with proof that the debtor made it (CN-SOL-06), a step before a court or office with its stamp (CN-SOL-07).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from backend.compliance.schemas import PersonKind

DUE_MAX, PERSONS_MAX = 600, 100

Text = Annotated[str, Meta(min_length=1, max_length=200)]


class ObligationKind(StrEnum):
    """Sue on the claim, or apply for the enforcement of a judgment or deed."""

    CLAIM = "claim"
    ENFORCEMENT = "enforcement"


class FactKind(StrEnum):
    """What happened to the claim."""

    DEMAND = "demand"
    SET_OFF = "set_off"
    ASSIGNMENT_NOTICE = "assignment_notice"
    PAYMENT = "payment"
    PROMISE = "promise"
    PLAN = "plan"
    DEFERRAL_REQUEST = "deferral_request"
    SECURITY = "security"
    ACKNOWLEDGEMENT = "acknowledgement"
    RESTRUCTURE = "restructure"
    SUIT = "suit"
    ARBITRATION = "arbitration"
    PAYMENT_ORDER = "payment_order"
    ENFORCEMENT = "enforcement"
    BANKRUPTCY_CLAIM = "bankruptcy_claim"
    MEDIATION = "mediation"
    POLICE_REPORT = "police_report"
    JUDGMENT = "judgment"


class Proof(StrEnum):
    """What can be shown of a fact.

    `delivered`: delivery provable without a signature; `reached`: a letter or data message that reached the person or
    should have (receipt of carrier or server); `recorded`: an answered call with the person; `published`: a notice in
    the media; `posted`: booked on the account; `filed`: stamped by court, arbitrator, mediator or police.
    """

    NONE = "none"
    UNANSWERED = "unanswered"
    SENT = "sent"
    SIGNED = "signed"
    SIGNED_BY_RELATIVE = "signed_by_relative"
    SIGNED_FOR_COMPANY = "signed_for_company"
    SIGNED_BY_OTHER = "signed_by_other"
    DELIVERED = "delivered"
    REACHED = "reached"
    RECORDED = "recorded"
    PUBLISHED = "published"
    POSTED = "posted"
    FILED = "filed"


class Why(StrEnum):
    """Why a fact counts (the first four) or does not."""

    RESTARTS = "restarts"
    WAIVES_DEFENCE = "waives_defence"
    NEW_TERM = "new_term"
    JUDGMENT_STARTS_AFRESH = "judgment_starts_afresh"
    NOT_PROVEN = "not_proven"
    NOT_THE_DEBTOR = "not_the_debtor"
    REST_GIVEN_UP = "rest_given_up"
    BEFORE_THE_PERIOD = "before_the_period"
    AFTER_EXPIRY = "after_expiry"
    AFTER_LONG_STOP = "after_long_stop"
    LATER_THAN_ASKED = "later_than_asked"


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One dated fact. `person`: who was reached, who acted or who was sued; absent, the debtor.

    `ended_on`: the day on which a step before a court or office ended. `due_on`: of a restructure the last new due
    date, of a judgment the end of its performance period. `gives_up_rest`: a demand for a part that waives the rest.
    `is_lost`: the debtor's whereabouts were unknown, as a media notice needs.
    """

    id: Text
    on: date
    kind: FactKind
    proof: Proof = Proof.NONE
    person: Text | None = None
    ended_on: date | None = None
    due_on: date | None = None
    gives_up_rest: bool = False
    is_lost: bool = False

    def __post_init__(self) -> None:
        if self.ended_on is not None and (self.kind not in PROCEDURES or self.ended_on < self.on):
            raise ValueError("only a step before a court or office ends, and not before it began")
        if self.due_on is not None and (self.kind not in DATED or self.due_on <= self.on):
            raise ValueError("only a restructure or judgment sets a due date, and a later one")
        if self.due_on is None and self.kind is FactKind.JUDGMENT:
            raise ValueError("a judgment names the end of its performance period")


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One claim against one debtor. The debts of a part whose rest was given up are a claim of their own.

    `due_on`: the due dates of its instalments as agreed last before the facts; of an enforcement the end of the
    performance period that judgment or deed set. `known_on`: when the creditor could
    first know of the claim and the debtor, if later. `joint`: who owes with the debtor.
    """

    due_on: Annotated[list[date], Meta(min_length=1, max_length=DUE_MAX)]
    kind: ObligationKind = ObligationKind.CLAIM
    debtor: Text = "obligor"
    debtor_kind: PersonKind = PersonKind.NATURAL
    known_on: date | None = None
    joint: Annotated[list[Text], Meta(max_length=PERSONS_MAX)] = []
    guarantors: Annotated[list[Text], Meta(max_length=PERSONS_MAX)] = []


class Weighed(msgspec.Struct, frozen=True):
    """A fact with what it did to the clock, and the rule by which."""

    id: str
    on: date
    kind: FactKind
    proof: Proof
    counts: bool
    rule: str
    why: Why


class Refusal(NamedTuple):
    """Why a fact cannot count, whatever its date."""

    rule: str
    why: Why


TO_A_PERSON = frozenset(
    {Proof.SIGNED, Proof.SIGNED_BY_RELATIVE, Proof.DELIVERED, Proof.REACHED, Proof.RECORDED, Proof.PUBLISHED}
)
TO_A_COMPANY = TO_A_PERSON - {Proof.SIGNED_BY_RELATIVE} | {Proof.SIGNED_FOR_COMPANY}
BY_THE_DEBTOR = frozenset({Proof.SIGNED, Proof.SIGNED_FOR_COMPANY, Proof.RECORDED, Proof.REACHED, Proof.DELIVERED})

DEMANDS = frozenset({FactKind.DEMAND, FactKind.ASSIGNMENT_NOTICE})
AGREEMENTS = frozenset(
    {
        FactKind.PAYMENT,
        FactKind.PROMISE,
        FactKind.PLAN,
        FactKind.DEFERRAL_REQUEST,
        FactKind.SECURITY,
        FactKind.ACKNOWLEDGEMENT,
        FactKind.RESTRUCTURE,
    }
)
"""What the debtor agrees to or does; after expiry it waives the defence (CN-SOL-09)."""
PROCEDURES = frozenset(
    {
        FactKind.SUIT,
        FactKind.ARBITRATION,
        FactKind.PAYMENT_ORDER,
        FactKind.ENFORCEMENT,
        FactKind.BANKRUPTCY_CLAIM,
        FactKind.MEDIATION,
        FactKind.POLICE_REPORT,
    }
)
HOLDING = PROCEDURES - {FactKind.MEDIATION, FactKind.POLICE_REPORT}
"""Before a court or arbitrator a claim does not expire; the others only begin the period anew (195, rule 12, 13)."""
DATED = frozenset({FactKind.RESTRUCTURE, FactKind.JUDGMENT})


def rule_of(kind: FactKind) -> str:
    """Return the rule by which such a fact moves the clock."""
    if kind is FactKind.JUDGMENT:
        return "CN-SOL-10"
    if kind in AGREEMENTS:
        return "CN-SOL-06"
    return "CN-SOL-05" if kind in {FactKind.DEMAND, FactKind.SET_OFF} else "CN-SOL-07"


def refusal(fact: Fact, claim: Claim) -> Refusal | None:
    """Return why a fact cannot count for a claim, None when only its date decides."""
    if not _is_proven(fact, claim):
        return Refusal(rule_of(fact.kind), Why.NOT_PROVEN)
    if not _concerns(fact, claim):
        return Refusal("CN-SOL-07", Why.NOT_THE_DEBTOR)
    if fact.gives_up_rest:
        return Refusal("CN-SOL-07", Why.REST_GIVEN_UP)
    return None


def is_of_debtor(fact: Fact, claim: Claim) -> bool:
    """Say whether a fact is one of the debtor in person, not of somebody who owes with them."""
    return fact.person is None or fact.person == claim.debtor


def weighed(fact: Fact, rule: str, why: Why) -> Weighed:
    """Return a fact with its verdict."""
    return Weighed(fact.id, fact.on, fact.kind, fact.proof, why in COUNTING, rule, why)


COUNTING = frozenset({Why.RESTARTS, Why.WAIVES_DEFENCE, Why.NEW_TERM, Why.JUDGMENT_STARTS_AFRESH})


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts by date; on one day what the debtor did comes first, a judgment last. Refuses doubled ids."""
    known = list(facts)
    if len({fact.id for fact in known}) != len(known):
        raise ValueError("two facts with one id")
    return sorted(known, key=_place)


def _place(fact: Fact) -> tuple[date, int, str]:
    rank = 0 if fact.kind in AGREEMENTS else 1
    return fact.on, 2 if fact.kind is FactKind.JUDGMENT else rank, fact.id


def _is_proven(fact: Fact, claim: Claim) -> bool:
    if fact.proof is Proof.PUBLISHED and not fact.is_lost:
        return False
    if fact.kind in DEMANDS:
        return fact.proof in (TO_A_COMPANY if claim.debtor_kind is PersonKind.COMPANY else TO_A_PERSON)
    if fact.kind is FactKind.SET_OFF:
        return fact.proof is Proof.POSTED
    if fact.kind is FactKind.PAYMENT:
        return fact.proof is Proof.POSTED or fact.proof in BY_THE_DEBTOR
    return fact.proof in BY_THE_DEBTOR if fact.kind in AGREEMENTS else fact.proof is Proof.FILED


def _concerns(fact: Fact, claim: Claim) -> bool:
    if is_of_debtor(fact, claim):
        return True
    if fact.person in claim.joint:
        return fact.kind is not FactKind.JUDGMENT
    return fact.kind is FactKind.PAYMENT and fact.person in claim.guarantors
