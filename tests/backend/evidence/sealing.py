"""A phone that seals a photo, as the PWA does: made from the description, not from the server's code."""

import base64
import hashlib
import os

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.evidence.sealed import SealedHeader
from backend.kernel.boxes import BoxKey


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def seal(box: BoxKey, photo: bytes) -> tuple[SealedHeader, bytes]:
    """Seal a photo as a phone does, made from the description."""
    key, iv, prefix, ephemeral = os.urandom(32), os.urandom(12), os.urandom(7), X25519PrivateKey.generate()
    epk, public = ephemeral.public_key().public_bytes_raw(), base64.b64decode(box.public_key)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    secret = HKDF(algorithm=SHA256(), length=32, salt=epk + public, info=b"rounds photo key v1").derive(shared)
    wrapped = AESGCM(secret).encrypt(iv, key, hashlib.sha256(photo).hexdigest().encode())
    header = SealedHeader(
        box_key_id=box.key_id, epk=text(epk), iv=text(iv), wrapped=text(wrapped), prefix=text(prefix), size=len(photo)
    )
    pieces = [photo[at : at + 65_536] for at in range(0, len(photo), 65_536)]
    nonces = [prefix + n.to_bytes(4) + bytes([n == len(pieces) - 1]) for n in range(len(pieces))]
    return header, b"".join(AESGCM(key).encrypt(nonce, one, b"") for nonce, one in zip(nonces, pieces, strict=True))
