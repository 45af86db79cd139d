"""Who needs a second factor, from when on, and what may be done before it is shown? Pure functions of values."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
from pyotp.exceptions import OTPVerificationError

from backend.identity.factor_schemas import RECOVERY_CODES, Demand, FactorsOnFile, StepKind, Strength
from backend.identity.permissions import Permission
from backend.identity.rules import session_end as whole_session_end

TOTP_SECRET_LENGTH = 32
"""160 bits in base32, as long as the hash (RFC 4226, 4, R6)."""

TOTP_WINDOW = 1
"""One step before and one after: phones' clocks differ, and a code is typed late (RFC 6238, 5.2)."""

RESET_GRACE = timedelta(days=1)
FRESH = timedelta(minutes=15)
"""How long after signing in somebody needs no password again to change factors (OWASP ASVS 7.5.1)."""

STEP_LIFE = timedelta(minutes=15)
"""How long a desk may take over the second step; a phone's session goes on sending meanwhile."""

_SLOTS = "abcdefghjk"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is mistaken when read out: i, l, o, 0, 1."""

_RANDOM_LETTERS, _GROUP = 11, 4
"""54 bits; the letter before them says which of the ten it is, so that one hash is tried and not ten."""

WHILE_OWING_CODE = frozenset({Permission.SESSION_OWN, Permission.SYNC_PUSH, Permission.UPLOAD_CREATE})
"""Whoever showed one factor of two can send what the phone carries, and read nothing."""

OF_OWN_PHONE = frozenset({Permission.DEVICE_OWN})
"""What a phone that proved itself may do besides: be opened; it reads what it already has."""

WHILE_OWING_FACTOR = WHILE_OWING_CODE | OF_OWN_PHONE | {Permission.ACCOUNT_OWN}
"""Whoever must set up a factor can do that, and send."""


def has_factor(found: FactorsOnFile) -> bool:
    """Tell whether somebody can show more than a password."""
    return found.has_totp or found.passkeys > 0


def owes_code(found: FactorsOnFile, strength: Strength) -> bool:
    """Tell whether a second step is asked for at the door."""
    return strength is Strength.ONE and has_factor(found) and found.policy.demand is not Demand.OFF


def enrol_by(found: FactorsOnFile) -> datetime | None:
    """Return from when on everything but sending waits for a factor; None when none is demanded or one is there.

    The days of grace begin with the rule or with the person, whichever is later; after a reset there is one day.
    """
    if found.policy.demand is not Demand.REQUIRED or has_factor(found):
        return None
    by_rule = max(found.policy.set_at, found.made_at) + timedelta(days=found.policy.grace_days)
    return by_rule if found.reset_at is None else max(by_rule, found.reset_at + RESET_GRACE)


def session_end(now: datetime, *, has_device: bool, owes_code: bool) -> datetime:
    """Return when a session begun now ends: a desk has a quarter of an hour for the second step."""
    if owes_code and not has_device:
        return now + STEP_LIFE
    return whole_session_end(now, has_device=has_device)


def ways_of(found: FactorsOnFile) -> list[StepKind]:
    """Return by what somebody can show the second factor, the easiest first."""
    ways = {
        StepKind.PASSKEY: found.passkeys > 0,
        StepKind.TOTP: found.has_totp,
        StepKind.RECOVERY: found.recovery_left > 0,
    }
    return [kind for kind, is_there in ways.items() if is_there]


def may_while_owing_code(permission: Permission, *, has_device: bool) -> bool:
    """Tell whether something may be done before the code is shown."""
    return permission in WHILE_OWING_CODE or (has_device and permission in OF_OWN_PHONE)


def new_totp_secret() -> str:
    """Return a new secret in base32."""
    return pyotp.random_base32(TOTP_SECRET_LENGTH)


def totp_uri(secret: str, login: str, issuer: str) -> str:
    """Return the address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """Return which step of time the code is of; None when it is not right now."""
    digits = re.sub(r"\s", "", code)
    # The library reads any digits that Unicode knows; apps show these ten.
    if re.fullmatch(r"[0-9]{6}", digits) is None:
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(digits, for_time=now, valid_window=TOTP_WINDOW)
    except OTPVerificationError:
        return None


def new_recovery_codes(choose: Callable[[str], str] = secrets.choice) -> list[str]:
    """Return ten codes of three groups of four; the first letter says which of the ten it is."""
    return [
        _grouped(slot + "".join(choose(_ALPHABET) for _ in range(_RANDOM_LETTERS))) for slot in _SLOTS[:RECOVERY_CODES]
    ]


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def normal_recovery_code(typed: str) -> tuple[int, str] | None:
    """Return (which of the ten, the code as it was hashed); None when it cannot be one."""
    letters = re.sub(r"[\s-]", "", typed).lower()
    if len(letters) != _RANDOM_LETTERS + 1 or letters[0] not in _SLOTS:
        return None
    return _SLOTS.index(letters[0]), _grouped(letters)


def is_fresh(signed_in_at: datetime, now: datetime) -> bool:
    """Tell whether somebody signed in so recently that it is surely the person."""
    return now - signed_in_at < FRESH
