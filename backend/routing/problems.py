"""Which refusals do plans and stops give?"""

from backend.kernel.problems import Kind

STOP_NOT_YOURS = Kind("stop.not_yours", 404, "That stop is not on your plan.")
STOP_DONE = Kind("stop.done", 409, "That stop was visited; it can no longer be skipped or moved.")
PLAN_REPLACED = Kind("plan.replaced", 409, "A newer plan has taken this one's place.")

KINDS = (STOP_NOT_YOURS, STOP_DONE, PLAN_REPLACED)
