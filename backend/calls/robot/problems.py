"""Which refusals do robot calls give?"""

from backend.kernel.problems import Kind

FLOW_FAULTY = Kind("robot.flow_faulty", 409, "This flow may not call people: what is wrong stands beside each step.")
UNKNOWN_FLOW = Kind("robot.unknown_flow", 404, "There is no flow of this name.")
UNKNOWN_CASES = Kind("robot.unknown_cases", 404, "Some of these cases are not seen, or closed.")
ID_TAKEN = Kind("robot.id_taken", 409, "Another campaign has this id.")
WINDOW_REVERSED = Kind("robot.window_reversed", 422, "The hours of a campaign end after they begin.")
NO_EXCHANGE = Kind("robot.no_exchange", 409, "Without an exchange no robot can call.")
OVER = Kind("robot.over", 409, "This campaign is over.")

KINDS = (FLOW_FAULTY, UNKNOWN_FLOW, UNKNOWN_CASES, ID_TAKEN, WINDOW_REVERSED, NO_EXCHANGE, OVER)
