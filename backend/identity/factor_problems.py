"""Which refusals do second factors, passkeys and a company's own sign-in give?"""

from backend.kernel.problems import Kind

CODE_OWED = Kind("identity.code_owed", 403, "Show the second step first. What waits on the phone is sent all the same.")
FACTOR_OWED = Kind(
    "identity.factor_owed", 403, "Set up a second step first. What waits on the phone is sent all the same."
)
CODE_WRONG = Kind("identity.code_wrong", 403, "This code is not right, or it was used before.")
NOTHING_OWED = Kind("identity.nothing_owed", 409, "No second step is open: sign in anew.")
PROVE_AGAIN = Kind("identity.prove_again", 403, "Type your password to change how you sign in.")
FACTOR_PRESENT = Kind("identity.factor_present", 409, "There is an app already; remove it first.")
FACTOR_ABSENT = Kind("identity.factor_absent", 404, "There is no such second step.")
LAST_FACTOR = Kind("identity.last_factor", 409, "Your role needs a second step: set up another one first.")
FACTORS_OFF = Kind("identity.factors_off", 409, "Your lender has switched second steps off.")
PASSKEY_REFUSED = Kind("identity.passkey_refused", 403, "This passkey is not known here, or it did not prove itself.")
PASSKEY_UNFIT = Kind("identity.passkey_unfit", 422, "This passkey cannot be used: it was not made here just now.")
TOO_MANY_PASSKEYS = Kind("identity.too_many_passkeys", 409, "You have too many passkeys; remove one first.")

KINDS = (
    CODE_OWED,
    FACTOR_OWED,
    CODE_WRONG,
    NOTHING_OWED,
    PROVE_AGAIN,
    FACTOR_PRESENT,
    FACTOR_ABSENT,
    LAST_FACTOR,
    FACTORS_OFF,
    PASSKEY_REFUSED,
    PASSKEY_UNFIT,
    TOO_MANY_PASSKEYS,
)
