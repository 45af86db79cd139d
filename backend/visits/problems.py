"""Which refusals does a visit give?"""

from backend.kernel.problems import Kind

UNKNOWN_RESULT = Kind("visit.unknown_result", 422, "That result is not in the list of visit results.")
PARTY_NOT_WITH_RESULT = Kind("visit.party_not_with_result", 422, "That person does not go with this result.")
TIMES_REVERSED = Kind("visit.times_reversed", 422, "The visit ends before it begins.")
TOO_LONG = Kind("visit.too_long", 422, "A visit of more than 12 hours is two visits.")
NOTE_MISSING = Kind("visit.note_missing", 422, "This result needs a note.")
DAY_MISSING = Kind("visit.day_missing", 422, "This result needs the day from which contact is possible again.")
PHOTO_CONSENT_MISSING = Kind("visit.photo_consent_missing", 422, "A photo inside needs the consent of who lives there.")
SIGNED_OTHERWISE = Kind("visit.signed_otherwise", 422, "What was signed is not the promise of this visit.")

KINDS = (
    UNKNOWN_RESULT,
    PARTY_NOT_WITH_RESULT,
    TIMES_REVERSED,
    TOO_LONG,
    NOTE_MISSING,
    DAY_MISSING,
    PHOTO_CONSENT_MISSING,
    SIGNED_OTHERWISE,
)
