"""Which refusals does the case itself give?"""

from backend.kernel.problems import Kind

NOT_YOURS = Kind("case.not_yours", 403, "This case is not and was not yours.")
REASSIGNED = Kind("case.reassigned", 409, "The case was taken over by somebody else before that moment.")
CLOSED = Kind("case.closed", 409, "The case was closed before that moment.")
UNKNOWN_CONTACT = Kind("contact.unknown", 404, "That number does not belong to this case.")
TOO_LATE_TO_WITHDRAW = Kind("withdraw.too_late", 409, "A record can be taken back for 5 seconds only.")
NOTHING_TO_WITHDRAW = Kind("withdraw.unknown", 404, "There is no such record of yours.")
NOT_CERTIFIED = Kind(
    "case.assignee_not_certified", 409, "A certificate that this person needs for collecting has lapsed."
)
NOT_A_TEAM_MEMBER = Kind("case.assignee_unfit", 409, "That person cannot take cases of this team.")
NOTHING_TO_UNDO = Kind("assignment.nothing_to_undo", 404, "There is nothing to undo, or it was changed since.")
DECIDED = Kind("conflict.decided", 409, "This conflict was decided before.")
FACT_FULL = Kind("case.fact_full", 409, "This fact was edited too often to take another edit.")
BAD_CURSOR = Kind("case.bad_cursor", 422, "That is not a place in this list.")
BAD_FILTER = Kind("case.bad_filter", 422, "Name exactly one of these.")
TOO_MANY_CASES = Kind("assignment.too_many", 422, "That is more than one step takes; draw a smaller area.")
TERRITORY_UNFIT = Kind("territory.unfit", 422, "The outline must be one simple polygon.")
TERRITORY_NAME_TAKEN = Kind("territory.name_taken", 409, "Another territory has this name.")
NO_PLACE = Kind("case.no_place", 404, "It is not known where that is.")

KINDS = (
    NOT_YOURS,
    REASSIGNED,
    CLOSED,
    UNKNOWN_CONTACT,
    TOO_LATE_TO_WITHDRAW,
    NOTHING_TO_WITHDRAW,
    NOT_A_TEAM_MEMBER,
    NOT_CERTIFIED,
    NOTHING_TO_UNDO,
    DECIDED,
    FACT_FULL,
    BAD_CURSOR,
    BAD_FILTER,
    TOO_MANY_CASES,
    TERRITORY_UNFIT,
    TERRITORY_NAME_TAKEN,
    NO_PLACE,
)
