"""Who may come in, how long does it last, how long must one wait? Pure functions of values and `now`."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from backend.identity import problems
from backend.identity.schemas import (
    PASSWORD_DISTINCT_MIN,
    PASSWORD_LENGTH_MIN,
    DeviceOnFile,
    DeviceProof,
    Profile,
    UserRole,
)
from backend.kernel.problems import Kind

DESK_LIFE = timedelta(hours=12)
DEVICE_LIFE = timedelta(days=30)
SLIDE_AFTER = timedelta(days=1)
LINK_LIFE = timedelta(hours=24)
CHALLENGE_LIFE = timedelta(minutes=2)
PIN_TRIES = 8

FREE_FAILURES = 3
LOGIN_WAIT_MAX_S = 15 * 60
DEVICE_WAIT_MAX_S = 60
"""Only who holds the phone can fail with its proof: a thief is slowed, and the owner is never made to wait for long."""

_SIGNATURE_BYTES = 64
_LOGIN = re.compile(r"[a-z0-9._@-]{2,80}")


def normal_login(typed: str) -> str:
    """Return the name under which somebody is on file: no blanks around it, small letters."""
    return typed.strip().lower()


def login_refusal(login: str) -> Kind | None:
    """Say whether a new sign-in name cannot be used."""
    return None if _LOGIN.fullmatch(login) else problems.LOGIN_UNFIT


def wait_s(failed_count: int, failed_at: datetime, now: datetime, *, longest_s: int) -> int:
    """Return how many whole seconds must pass before the next attempt: none at first, then 2, 4, 8 ... `longest_s`.

    It is a delay, never a lock: at the latest `longest_s` after the last failure there is another attempt.
    """
    if failed_count < FREE_FAILURES:
        return 0
    # 2 ** 20 is beyond every limit; the cap keeps the power small however long somebody tries.
    delay_s = min(longest_s, 2 ** min(failed_count - FREE_FAILURES + 1, 20))
    left = failed_at + timedelta(seconds=delay_s) - now
    return max(0, -(-left // timedelta(seconds=1)))


def password_refusal(password: str, login: str) -> Kind | None:
    """Say whether a password is too easy: short, of few different characters, or with the sign-in name in it."""
    name = login.split("@", maxsplit=1)[0]
    is_weak = (
        len(password) < PASSWORD_LENGTH_MIN
        or len(set(password)) < PASSWORD_DISTINCT_MIN
        or (len(name) > 2 and name in password.lower())  # noqa: PLR2004 - two letters stand in any password
    )
    return problems.PASSWORD_WEAK if is_weak else None


def session_end(now: datetime, *, has_device: bool) -> datetime:
    """Return when a session begun or renewed now ends."""
    return now + (DEVICE_LIFE if has_device else DESK_LIFE)


def must_slide(expires_at: datetime, now: datetime, *, has_device: bool) -> bool:
    """Tell whether a used session is to be prolonged: only a device's, and once a day at most, which spares a write."""
    return has_device and expires_at - now < DEVICE_LIFE - SLIDE_AFTER


def proof_text(device_id: UUID, nonce: str, purpose: str = "sign-in") -> bytes:
    """Return the bytes that a device signs: what it is for, who signs, and the server's nonce, one a line."""
    return f"rounds {purpose}\n{device_id}\n{nonce}".encode()


def base64_text(data: bytes) -> str:
    """Return standard base64 with its padding."""
    return b64encode(data).decode()


def read_public_key(spki: bytes) -> ec.EllipticCurvePublicKey | None:
    """Read an SPKI key; None when it is not a key on P-256."""
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None


def read_base64(text: str) -> bytes | None:
    """Read standard base64, with or without its padding; None when it is not."""
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (Base64Error, ValueError):
        return None


def is_proven(device: DeviceOnFile, proof: DeviceProof, purpose: str = "sign-in") -> bool:
    """Tell whether the device's own key signed the nonce for this purpose (ECDSA, P-256, SHA-256, r || s)."""
    key, signature = read_public_key(device.public_key), read_base64(proof.signature)
    if key is None or signature is None or len(signature) != _SIGNATURE_BYTES:
        return False
    half = _SIGNATURE_BYTES // 2
    encoded = encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
    try:
        key.verify(encoded, proof_text(device.id, proof.nonce, purpose), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def profile_refusal(profile: Profile) -> Kind | None:
    """Say what is wrong with a profile: a zone that nobody knows, a shift that ends before it starts."""
    if profile.shift_start_minute >= profile.shift_end_minute:
        return problems.SHIFT_REVERSED
    return None if is_zone(profile.zone) else problems.UNKNOWN_ZONE


def is_zone(name: str) -> bool:
    """Tell whether the name is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def may_let_in(asker: UserRole, asker_teams: Sequence[UUID], target: UserRole, target_teams: Sequence[UUID]) -> bool:
    """Tell whether somebody may make a sign-in link for another: administrators for all, leads for their own people.

    A link is as good as a password, so a lead's must not open a role that may do more than the lead.
    """
    if asker is UserRole.ADMIN:
        return True
    is_below = target in {UserRole.COLLECTOR, UserRole.CALLER, UserRole.AGENCY}
    return asker is UserRole.LEAD and is_below and not set(asker_teams).isdisjoint(target_teams)


def may_lock_anew(lock_settled_at: datetime | None, session_began_at: datetime | None) -> bool:
    """Tell whether a session may put a new lock without the old PIN: there was none, or it was signed in since.

    `lock_settled_at` is when the lock was last made, opened or spent. A session that is older lies on the disk of the
    phone, where whoever copies the profile finds it.
    """
    if lock_settled_at is None:
        return True
    return session_began_at is not None and session_began_at > lock_settled_at
