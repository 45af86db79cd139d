"""Which refusals does identity give?"""

from backend.kernel.problems import Kind

WRONG_PASSWORD = Kind("identity.wrong_password", 401, "The name or the password is not right.")
WAIT = Kind("identity.wait", 429, "Too many attempts under this name; wait, or ask for a sign-in link.")
LINK_SPENT = Kind("identity.link_spent", 410, "This link was used before or has expired; ask for a new one.")
DEVICE_NOT_PROVEN = Kind("identity.device_not_proven", 403, "The device did not prove itself; sign in once more.")
DEVICE_REVOKED = Kind("identity.device_revoked", 403, "This device was revoked; ask your lead.")
DEVICE_ID_TAKEN = Kind("identity.device_id_taken", 409, "Another device has this id.")
DEVICE_KEY_UNFIT = Kind("identity.device_key_unfit", 422, "A P-256 public key (SPKI) is needed.")
TOO_MANY_DEVICES = Kind("identity.too_many_devices", 409, "You have too many devices; revoke one first.")
NO_LOCK = Kind("device.no_lock", 404, "This device has no PIN yet.")
LOCK_UNFIT = Kind("device.lock_unfit", 422, "The proof of a PIN has 32 bytes.")
PIN_WRONG = Kind("device.pin_wrong", 403, "This PIN is not right.")
PIN_SPENT = Kind("device.pin_spent", 410, "The PIN was wrong too often; set a new one. Unsent work is safe.")
SIGN_IN_AGAIN = Kind("device.sign_in_again", 403, "Sign in again, then a new PIN can be set. Unsent work is safe.")
LOCKED = Kind("device.locked", 403, "This phone is locked: open it, then this can be read. Unsent work is sent anyway.")
LOGIN_TAKEN = Kind("identity.login_taken", 409, "Somebody else signs in with this name.")
LOGIN_UNFIT = Kind("identity.login_unfit", 422, "A sign-in name has 2 to 80 small letters, digits, or . _ @ -.")
PASSWORD_WEAK = Kind("identity.password_weak", 422, "This password is too easy to guess.")
LAST_ADMIN = Kind("identity.last_admin", 409, "Nobody could administer any more: name another administrator first.")
USER_INACTIVE = Kind("identity.user_inactive", 409, "This person is not active.")
UNKNOWN_TEAM = Kind("identity.unknown_team", 404, "There is no such team.")
TEAM_NAME_TAKEN = Kind("identity.team_name_taken", 409, "Another team has this name.")
UNKNOWN_ZONE = Kind("identity.unknown_zone", 422, "There is no such time zone.")
SHIFT_REVERSED = Kind("identity.shift_reversed", 422, "A shift ends after it starts.")
LINK_NOT_YOURS_TO_GIVE = Kind("identity.link_not_yours_to_give", 403, "You may let in people of your own team only.")
TENANT_CODE_TAKEN = Kind("identity.tenant_code_taken", 409, "Another tenant has this code.")

KINDS = (
    WRONG_PASSWORD,
    WAIT,
    LINK_SPENT,
    DEVICE_NOT_PROVEN,
    DEVICE_REVOKED,
    DEVICE_ID_TAKEN,
    DEVICE_KEY_UNFIT,
    TOO_MANY_DEVICES,
    NO_LOCK,
    LOCK_UNFIT,
    PIN_WRONG,
    PIN_SPENT,
    SIGN_IN_AGAIN,
    LOCKED,
    LOGIN_TAKEN,
    LOGIN_UNFIT,
    PASSWORD_WEAK,
    LAST_ADMIN,
    USER_INACTIVE,
    UNKNOWN_TEAM,
    TEAM_NAME_TAKEN,
    UNKNOWN_ZONE,
    SHIFT_REVERSED,
    LINK_NOT_YOURS_TO_GIVE,
    TENANT_CODE_TAKEN,
)
