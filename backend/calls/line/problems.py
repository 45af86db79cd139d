"""Which refusals does the line give?"""

from backend.kernel.problems import Kind

NO_VERDICT = Kind("line.no_verdict", 409, "A call is placed only under a fresh verdict that allows it.")
NO_PERMIT = Kind("line.no_permit", 409, "A call is placed only under a permit that is held and not used.")
ID_TAKEN = Kind("line.id_taken", 409, "Another call has this id, this verdict or this permit.")
NO_EXCHANGE = Kind("line.no_exchange", 409, "There is no exchange: this call is made on a telephone of one's own.")
NOT_YOURS = Kind("line.not_yours", 403, "Somebody else is on this call.")
ENDED = Kind("line.ended", 409, "This call is over.")
NOT_ANSWERED = Kind("line.not_answered", 409, "Nobody has answered yet: nothing is being recorded.")
NOT_HEARABLE = Kind("line.not_hearable", 409, "There is no recording to be heard.")
DAMAGED = Kind("line.damaged", 500, "The store does not hold the recording of this hash.")
NO_SUCH_PART = Kind("line.no_such_part", 416, "The recording has no such part.")

KINDS = (
    NO_VERDICT,
    NO_PERMIT,
    ID_TAKEN,
    NO_EXCHANGE,
    NOT_YOURS,
    ENDED,
    NOT_ANSWERED,
    NOT_HEARABLE,
    DAMAGED,
    NO_SUCH_PART,
)
