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
COMPANY_ABSENT = Kind("identity.company_absent", 404, "There is no company sign-in of this lender here.")
COMPANY_SPENT = Kind("identity.company_spent", 410, "This way in is over: begin again in the same browser.")
COMPANY_UNREACHED = Kind("identity.company_unreached", 503, "Your company's sign-in did not answer as it should.")
COMPANY_REFUSED = Kind("identity.company_refused", 403, "Your company's sign-in did not vouch for you.")
COMPANY_UNKNOWN = Kind(
    "identity.company_unknown", 403, "Your company knows you, but nobody here signs in by this name: ask your lead."
)
COMPANY_UNFIT = Kind("identity.company_unfit", 422, "The issuer is an https address without anything behind it.")

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
    COMPANY_ABSENT,
    COMPANY_SPENT,
    COMPANY_UNREACHED,
    COMPANY_REFUSED,
    COMPANY_UNKNOWN,
    COMPANY_UNFIT,
)
