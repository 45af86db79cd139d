"""Which refusals does a call give?"""

from backend.kernel.problems import Kind

UNKNOWN_RESULT = Kind("call.unknown_result", 422, "That result is not in the list of call results.")
PARTY_NOT_WITH_RESULT = Kind("call.party_not_with_result", 422, "That person does not go with this result.")
TIMES_REVERSED = Kind("call.times_reversed", 422, "The call ends before it begins.")
TOO_LONG = Kind("call.too_long", 422, "A call of more than 6 hours is not one call.")
NOTE_MISSING = Kind("call.note_missing", 422, "This result needs a note.")
DAY_MISSING = Kind("call.day_missing", 422, "This result needs the day on which to go on.")
ID_TAKEN = Kind("call.id_taken", 409, "Another call has this id.")
LEASED = Kind("call.leased", 409, "Somebody else has this case open and may be talking to the client.")
CALLBACK_UNLAWFUL = Kind("callback.unlawful", 409, "The law lets nobody call the client at that moment.")

KINDS = (
    UNKNOWN_RESULT,
    PARTY_NOT_WITH_RESULT,
    TIMES_REVERSED,
    TOO_LONG,
    NOTE_MISSING,
    DAY_MISSING,
    ID_TAKEN,
    LEASED,
    CALLBACK_UNLAWFUL,
)
