"""Which refusals do plans and stops give?"""

from backend.kernel.problems import Kind

STOP_NOT_YOURS = Kind("stop.not_yours", 404, "That stop is not on your plan.")
STOP_DONE = Kind("stop.done", 409, "That stop was visited; it can no longer be skipped or moved.")
PLAN_REPLACED = Kind("plan.replaced", 409, "A newer plan has taken this one's place.")
NOT_READY = Kind("plan.not_ready", 409, "The plan is not a finished draft.")
BUSY = Kind("plan.busy", 503, "The planner has enough to do; try again in a minute.")
NOBODY_WORKS = Kind("plan.nobody_works", 409, "Nobody of the team works that day.")
MUST_NOT_OPEN = Kind(
    "plan.must_not_open", 409, "A case that must be visited is closed, not the team's, or was visited that day."
)
NOTHING_TO_VISIT = Kind("plan.nothing_to_visit", 409, "The team has no open case to visit that day.")
CASE_NOT_IN_PLAN = Kind("plan.case_not_in_plan", 404, "That case is not in the plan.")
NO_DOOR = Kind("plan.no_door", 409, "It is not known where the door of that case is.")
NOT_WORKING = Kind("plan.not_working", 409, "That person is not in the team.")
UNLAWFUL_HOURS = Kind("plan.unlawful_hours", 409, "A visit would begin outside the hours in which visits are allowed.")
NOT_LAWFUL = Kind("plan.not_lawful", 409, "The law leaves no minute of that day for a visit to this person.")
STOP_BLOCKED = Kind("stop.blocked", 409, "The contact gate took that stop out of the day; a lead decides about it.")
DAY_PAST = Kind("plan.day_past", 409, "That day is over.")

KINDS = (
    STOP_NOT_YOURS,
    STOP_DONE,
    PLAN_REPLACED,
    NOT_READY,
    BUSY,
    NOBODY_WORKS,
    MUST_NOT_OPEN,
    NOTHING_TO_VISIT,
    CASE_NOT_IN_PLAN,
    NO_DOOR,
    NOT_WORKING,
    UNLAWFUL_HOURS,
    NOT_LAWFUL,
    STOP_BLOCKED,
    DAY_PAST,
)
