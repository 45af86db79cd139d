"""May this promise be recorded? A pure function of the promise, its case and the local day on which it was made."""

from datetime import date, timedelta

from backend.kernel.problems import Kind
from backend.promises.problems import BAD_TOLERANCE, CURRENCY_DIFFERS, DAY_IN_PAST, MISSING, NOT_WITH_RESULT, TOO_FAR
from backend.promises.schemas import PromiseMade

FAR_MAX = timedelta(days=366)
TOLERANCE_DAYS_MAX = 30


def refusal(promise: PromiseMade | None, *, is_asked: bool, currency: str, made_on: date) -> Kind | None:
    """Tell why not, or None. `is_asked`: the result needs a promise; `made_on`: local day of the client.

    The first that applies: missing, not with this result, currency, past day, more than 366 days ahead, tolerance.
    """
    if promise is None:
        return MISSING if is_asked else None
    checks = (
        (not is_asked, NOT_WITH_RESULT),
        (promise.currency != currency, CURRENCY_DIFFERS),
        (promise.due_on < made_on, DAY_IN_PAST),
        (promise.due_on - made_on > FAR_MAX, TOO_FAR),
        (not 0 <= promise.tolerance_days <= TOLERANCE_DAYS_MAX, BAD_TOLERANCE),
    )
    return next((kind for failed, kind in checks if failed), None)
