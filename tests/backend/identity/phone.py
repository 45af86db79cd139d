"""A phone as WebCrypto makes one: a P-256 key that signs r || s over SHA-256."""

from base64 import b64encode
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.identity.rules import proof_text
from backend.identity.schemas import DeviceOnFile, DeviceProof, NewDevice
from backend.kernel.ids import new_id


class Phone(msgspec.Struct, frozen=True):
    """A phone with its key; `id` is made on the phone."""

    id: UUID
    key: ec.EllipticCurvePrivateKey

    @property
    def spki(self) -> bytes:
        """The public key as `exportKey("spki")` gives it."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def registration(self, label: str = "Mei's phone") -> NewDevice:
        """Return what the phone posts to register."""
        return NewDevice(id=self.id, label=label, public_key=b64encode(self.spki).decode())

    def proof(self, nonce: str, purpose: str = "sign-in") -> DeviceProof:
        """Sign a nonce of the server."""
        r, s = decode_dss_signature(self.key.sign(proof_text(self.id, nonce, purpose), ec.ECDSA(SHA256())))
        return DeviceProof(nonce=nonce, signature=b64encode(r.to_bytes(32) + s.to_bytes(32)).decode())

    def on_file(self, user_id: UUID) -> DeviceOnFile:
        """Return the phone as the server has it."""
        return DeviceOnFile(id=self.id, user_id=user_id, public_key=self.spki, revoked_at=None)


def new_phone() -> Phone:
    """Return a phone that nobody knows yet."""
    return Phone(id=new_id(), key=ec.generate_private_key(ec.SECP256R1()))
