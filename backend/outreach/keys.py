"""With which key do we sign pushes? One P-256 key in the data folder (RFC 8292), made on first use, its owner's only.

Browsers subscribe with its public half: a new key would silence every subscription until each app is opened again.
"""

import base64
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from py_vapid import Vapid02

from backend.kernel.signing import write_once
from backend.outreach.rules import origin_of

FILE = "push.p256.pem"
SIGNED_FOR = timedelta(hours=12)
"""A push service refuses more than 24 h."""

RENEWED_BEFORE = timedelta(hours=1)
ORIGINS_MAX = 1000


class Signed(msgspec.Struct, frozen=True):
    """A header that is good for one push service until it expires."""

    header: str
    expires_at: datetime


class PushSigner(msgspec.Struct, frozen=True):
    """The key, whom a push service may write to about it, and the headers that were signed lately."""

    private: EllipticCurvePrivateKey
    public_key: str
    contact: str
    signed: dict[str, Signed]

    def authorization(self, endpoint: str, now: datetime) -> str:
        """Return the Authorization header for the push service of an endpoint."""
        audience = origin_of(endpoint)
        known = self.signed.get(audience)
        if known is not None and known.expires_at - RENEWED_BEFORE > now:
            return known.header
        expires_at = now + SIGNED_FOR
        claims = {"aud": audience, "exp": int(expires_at.timestamp()), "sub": self.contact}
        header: str = Vapid02(self.private).sign(claims)["Authorization"]
        if len(self.signed) >= ORIGINS_MAX:
            self.signed.clear()
        self.signed[audience] = Signed(header=header, expires_at=expires_at)
        return header


def open_push_signer(folder: Path, contact: str) -> PushSigner:
    """Read the key of a folder, or make it; raises OSError (folder not writable) or ValueError (not such a key)."""
    path = folder / FILE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = generate_private_key(SECP256R1())
        write_once(path, fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, EllipticCurvePrivateKey) or not isinstance(private.curve, SECP256R1):
        raise ValueError(f"{path.name} does not hold a P-256 key")  # noqa: TRY004 - the content is wrong, not our type
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    public = base64.urlsafe_b64encode(point).decode().rstrip("=")
    return PushSigner(private=private, public_key=public, contact=contact, signed={})
