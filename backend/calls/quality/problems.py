"""Which refusals does the quality of calls give?"""

from backend.kernel.problems import Kind

BAD_PLAN = Kind("quality.bad_plan", 422, "The plan names a result twice, or one that is not in the list.")
BAD_SHEET = Kind("quality.bad_sheet", 422, "Two questions have one id, or every question may be left out.")
BAD_WEEK = Kind("quality.bad_week", 422, "A week is named by its Monday and has begun.")
TOO_MANY = Kind("quality.too_many", 409, "That week has more calls than one draw takes.")
NOT_DRAWN = Kind("quality.not_drawn", 404, "No such call was drawn.")
OWN_CALL = Kind("quality.own_call", 403, "Nobody scores or checks a call of their own.")
BAD_ANSWERS = Kind("quality.bad_answers", 422, "Each question of the sheet needs one answer that it takes.")
OLD_SHEET = Kind("quality.old_sheet", 409, "The sheet was changed meanwhile; answer the new one.")
ID_TAKEN = Kind("quality.id_taken", 409, "Something else has this id.")
CHECK_OPEN = Kind("quality.check_open", 409, "A call back is open for this call.")
NO_CHECK = Kind("quality.no_check", 404, "There is no such open call back of yours.")
NOT_THAT_CALL = Kind("quality.not_that_call", 409, "That call was not made for this check.")
NOT_REACHED = Kind("quality.nobody_reached", 422, "That call reached nobody who could confirm or deny.")
BAD_TASK = Kind("quality.bad_task", 422, "The owner does not work here, or the day is not within 180 days from now.")
NO_TASK = Kind("quality.no_task", 404, "There is no such task in that state.")
OWN_TASK = Kind("quality.own_task", 403, "Nobody closes a task of their own.")

KINDS = (
    BAD_PLAN, BAD_SHEET, BAD_WEEK, TOO_MANY, NOT_DRAWN, OWN_CALL, BAD_ANSWERS, OLD_SHEET, ID_TAKEN,
    CHECK_OPEN, NO_CHECK, NOT_THAT_CALL, NOT_REACHED, BAD_TASK, NO_TASK, OWN_TASK,
)  # fmt: skip
