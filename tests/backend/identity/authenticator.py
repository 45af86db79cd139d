"""An authenticator as WebAuthn describes one, apart from the library that reads it: P-256, no attestation, counted.

The browser's own is used in `tests/pwa`; this one can lie about each thing.
"""

import hashlib
import json
import os

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from backend.identity.passkey_rules import base64url_text
from backend.identity.passkey_schemas import AssertionMade, RegistrationMade, Site

SITE = Site(rp_id="localhost", origin="http://localhost:8400", is_https=False)
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Told(msgspec.Struct, frozen=True):
    """What an authenticator or browser claims; the defaults are true."""

    rp_id: str = "localhost"
    origin: str = "http://localhost:8400"
    kind: str = ""
    flags: int = PRESENT | VERIFIED


TRUE = Told()


class Authenticator(msgspec.Struct):
    """One passkey; `count` grows with each signature."""

    key: ec.EllipticCurvePrivateKey
    credential_id: bytes
    count: int = 0

    def register(self, nonce: str, told: Told = TRUE) -> RegistrationMade:
        """Make the passkey known."""
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + cose
        data = self._data(told, ATTESTED) + attested
        return RegistrationMade(
            id=base64url_text(self.credential_id),
            client_data=base64url_text(_client_data(nonce, told, "webauthn.create")),
            attestation=base64url_text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        )

    def sign(self, nonce: str, told: Told = TRUE) -> AssertionMade:
        """Sign a nonce."""
        self.count += 1
        data, client_data = self._data(told, 0), _client_data(nonce, told, "webauthn.get")
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return AssertionMade(
            id=base64url_text(self.credential_id),
            client_data=base64url_text(client_data),
            authenticator_data=base64url_text(data),
            signature=base64url_text(signature),
        )

    def _data(self, told: Told, more: int) -> bytes:
        return hashlib.sha256(told.rp_id.encode()).digest() + bytes([told.flags | more]) + self.count.to_bytes(4)


def _client_data(nonce: str, told: Told, kind: str) -> bytes:
    challenge = base64url_text(nonce.encode())
    said = {"type": told.kind or kind, "challenge": challenge, "origin": told.origin, "crossOrigin": False}
    return json.dumps(said).encode()


def new_authenticator() -> Authenticator:
    """Return a passkey that nobody knows yet."""
    return Authenticator(key=ec.generate_private_key(ec.SECP256R1()), credential_id=os.urandom(32))
