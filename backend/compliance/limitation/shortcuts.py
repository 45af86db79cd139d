"""Two ways to enforcement without a suit: is a notarised debt fit for it, and where does a payment order stand?

Notarised debt: Notary Law 37, CPL 249 (CN-LIT-01). Payment order: CPL 225, 227, interpretation 434, 436 (CN-LIT-02).
"""

from datetime import date
from enum import StrEnum

import msgspec

from backend.compliance.calendar import WorkingDays
from backend.compliance.limitation.clock import History, Obligation, obligation_of
from backend.compliance.limitation.dates import ending_after_days
from backend.compliance.limitation.proof import Claim, ObligationKind

ORDER_DAYS, ANSWER_DAYS = 15, 15


class Missing(StrEnum):
    """What a notarised debt lacks."""

    WRITTEN_ACCEPTANCE = "written_acceptance"
    CLEAR_PARTIES = "clear_parties"
    CLEAR_SUMS = "clear_sums"
    EXECUTION_CERTIFICATE = "execution_certificate"


class NotarisedDebt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the deed shows; what nobody recorded is not there."""

    perform_by: date
    accepts_enforcement: bool = False
    parties_are_clear: bool = False
    sums_are_clear: bool = False
    certificate_on: date | None = None


class NotarisedRoute(msgspec.Struct, frozen=True):
    """Whether the court enforces it directly, else what it lacks; `apply_by` is the clock of the enforcement."""

    is_open: bool
    lacks: list[Missing]
    apply_by: Obligation
    rule: str = "CN-LIT-01"


class Ground(StrEnum):
    """Why a debtor objects to a payment order; the first two have no effect."""

    INABILITY = "inability"
    DEFERRAL = "deferral"
    SUBSTANCE = "substance"


class Objection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A written objection."""

    on: date
    ground: Ground


class PaymentOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The steps of a payment order so far."""

    accepted_on: date
    issued_on: date | None = None
    served_on: date | None = None
    paid_on: date | None = None
    objections: list[Objection] = []


class OrderState(StrEnum):
    """`late`: the court did not issue it in time. `ended`: an objection has effect, and a suit must follow."""

    AWAITING_ORDER = "awaiting_order"
    LATE = "late"
    AWAITING_SERVICE = "awaiting_service"
    AWAITING_ANSWER = "awaiting_answer"
    ENDED = "ended"
    PAID = "paid"
    ENFORCEABLE = "enforceable"


class OrderStanding(msgspec.Struct, frozen=True):
    """Where it stands; `answer_by`: the last day to pay or object, null before it is served.

    `apply_by`: the clock of the enforcement, null unless it is enforceable. It never binds a guarantor.
    """

    state: OrderState
    issue_by: date
    answer_by: date | None
    apply_by: Obligation | None
    years_without_data: list[int]
    binds_guarantor: bool = False
    rule: str = "CN-LIT-02"


def notarised_route(debt: NotarisedDebt, history: History, *, as_of: date, days: WorkingDays) -> NotarisedRoute:
    """Return whether a notarised debt can be enforced without a suit, and by when."""
    has_certificate = debt.certificate_on is not None and debt.certificate_on <= as_of
    held = {
        Missing.WRITTEN_ACCEPTANCE: debt.accepts_enforcement,
        Missing.CLEAR_PARTIES: debt.parties_are_clear,
        Missing.CLEAR_SUMS: debt.sums_are_clear,
        Missing.EXECUTION_CERTIFICATE: has_certificate,
    }
    lacks = [missing for missing, is_there in held.items() if not is_there]
    apply_by = _enforcement(debt.perform_by, history, as_of=as_of, days=days)
    return NotarisedRoute(is_open=not lacks and apply_by.has_suit_route, lacks=lacks, apply_by=apply_by)


def order_standing(order: PaymentOrder, history: History, *, as_of: date, days: WorkingDays) -> OrderStanding:
    """Return where a payment order stands at the end of a day."""
    issue = ending_after_days(order.accepted_on, ORDER_DAYS, days)
    served_on = order.served_on if _is_past(order.served_on, as_of) else None
    answer = None if served_on is None else ending_after_days(served_on, ANSWER_DAYS, days)
    answer_by = answer.effective_on if answer else None
    state = _state(order, issue.effective_on, answer_by, as_of)
    is_enforceable = state is OrderState.ENFORCEABLE and answer_by is not None
    return OrderStanding(
        state=state,
        issue_by=issue.effective_on,
        answer_by=answer_by,
        apply_by=_enforcement(answer_by, history, as_of=as_of, days=days) if is_enforceable and answer_by else None,
        years_without_data=sorted({*issue.years_without_data, *(answer.years_without_data if answer else [])}),
    )


def has_effect(objection: Objection, answer_by: date) -> bool:
    """Say whether an objection ends the order: in time, and more than no money or more time (436)."""
    return objection.ground is Ground.SUBSTANCE and objection.on <= answer_by


def _state(order: PaymentOrder, issue_by: date, answer_by: date | None, as_of: date) -> OrderState:
    if _is_past(order.paid_on, as_of):
        return OrderState.PAID
    if answer_by is None:
        if _is_past(order.issued_on, as_of):
            return OrderState.AWAITING_SERVICE
        return OrderState.LATE if as_of > issue_by else OrderState.AWAITING_ORDER
    if any(has_effect(one, answer_by) for one in order.objections if one.on <= as_of):
        return OrderState.ENDED
    return OrderState.ENFORCEABLE if as_of > answer_by else OrderState.AWAITING_ANSWER


def _is_past(on: date | None, as_of: date) -> bool:
    return on is not None and on <= as_of


def _enforcement(perform_by: date, history: History, *, as_of: date, days: WorkingDays) -> Obligation:
    """Return the two years from the end of the performance period, as for a judgment."""
    return obligation_of(Claim(due_on=[perform_by], kind=ObligationKind.ENFORCEMENT), history, as_of=as_of, days=days)
