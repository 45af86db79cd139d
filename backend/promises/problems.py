"""Which refusals does a promise give?"""

from backend.kernel.problems import Kind

MISSING = Kind("promise.missing", 422, "This result needs a promise: amount and day.")
NOT_WITH_RESULT = Kind("promise.not_with_result", 422, "This result does not go with a promise.")
CURRENCY_DIFFERS = Kind("promise.currency_differs", 422, "The case is kept in another currency.")
DAY_IN_PAST = Kind("promise.day_in_past", 422, "The day of a promise cannot lie before the day it is made.")
TOO_FAR = Kind("promise.too_far", 422, "The day of a promise cannot lie more than a year ahead.")
BAD_TOLERANCE = Kind("promise.bad_tolerance", 422, "The tolerance is 0 to 30 days.")

KINDS = (MISSING, NOT_WITH_RESULT, CURRENCY_DIFFERS, DAY_IN_PAST, TOO_FAR, BAD_TOLERANCE)
