"""How does the server open what phones have sealed for it? With X25519 key pairs in the data folder.

A phone makes a symmetric key, wraps it in an envelope that only the server can open, seals things under the key and
forgets it. So what waits on a lost phone cannot be read there, and can still be sent by a service worker that holds no
secret at all. The construction is that of HPKE's base mode in its simplest form: an ephemeral X25519 key, HKDF-SHA-256
over both public keys, AES-256-GCM.

The newest pair is given out; all pairs of the folder open. A pair is taken away by hand, when no phone can hold
anything sealed with it any more (90 days).
"""

import base64
import hashlib
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.kernel.signing import KEY_BYTES, write_once

IV_BYTES = 12


class SealedError(ValueError):
    """Something sealed cannot be opened: for another key, cut, changed, or meant for another place."""


class BoxKey(msgspec.Struct, frozen=True):
    """A key pair: its name (first 16 hex digits of the public key's SHA-256), the public key as base64 and raw."""

    key_id: str
    public_key: str
    public_bytes: bytes
    private: X25519PrivateKey


class Boxes(msgspec.Struct, frozen=True):
    """All key pairs, the newest first; it is the one that phones are told to use."""

    keys: list[BoxKey]

    def by_id(self, key_id: str) -> BoxKey | None:
        """Return the pair with a name."""
        return next((key for key in self.keys if key.key_id == key_id), None)


class WrappedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A symmetric key (32 bytes) that only the owner of a box key can take out; all values but `box_key_id` base64."""

    box_key_id: str
    epk: str
    iv: str
    wrapped: str


def open_boxes(folder: Path) -> Boxes:
    """Read the key pairs of a folder, or make the first; raises OSError, or ValueError for what is no key."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not any(folder.glob("box-*.x25519")):
        # Under a fixed name first, so that two processes that start at once agree on one.
        write_once(folder / "box-0001.x25519", X25519PrivateKey.generate().private_bytes_raw())
    return Boxes(keys=[_read(path) for path in sorted(folder.glob("box-*.x25519"), reverse=True)])


def _read(path: Path) -> BoxKey:
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise ValueError(f"{path.name} does not hold a key of {KEY_BYTES} bytes")
    private = X25519PrivateKey.from_private_bytes(secret)
    public = private.public_key().public_bytes_raw()
    return BoxKey(
        key_id=hashlib.sha256(public).hexdigest()[:16],
        public_key=base64.b64encode(public).decode(),
        public_bytes=public,
        private=private,
    )


def unwrap(boxes: Boxes, envelope: WrappedKey, info: str, bound_to: str) -> AESGCM:
    """Take the key out of an envelope; `info` names its purpose, `bound_to` what it was made for.

    Raises SealedError.
    """
    box = boxes.by_id(envelope.box_key_id)
    if box is None:
        raise SealedError("sealed for a key that is not here")
    ephemeral = from_base64(envelope.epk)
    try:
        shared = box.private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    except ValueError as error:
        raise SealedError("no such point") from error
    secret = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=ephemeral + box.public_bytes, info=info.encode()).derive(
        shared
    )
    key = unseal(AESGCM(secret), from_base64(envelope.iv), from_base64(envelope.wrapped), bound_to)
    if len(key) != KEY_BYTES:
        raise SealedError("the envelope holds no key")
    return AESGCM(key)


def unseal(key: AESGCM, iv: bytes, data: bytes, bound_to: str) -> bytes:
    """Open one thing; raises SealedError when it was changed, or is not what it is said to be."""
    if len(iv) != IV_BYTES:
        raise SealedError(f"an initial value has {IV_BYTES} bytes")
    try:
        return key.decrypt(iv, data, bound_to.encode())
    except InvalidTag as error:
        raise SealedError("changed on the way, or meant for another place") from error


def from_base64(text: str) -> bytes:
    """Read base64 (standard alphabet, padded); raises SealedError."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise SealedError("not base64") from error
