"""How does the server sign? With one Ed25519 key in the data folder, made on first use, readable by its owner."""

import base64
import hashlib
import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

KEY_BYTES = 32


class SigningKey(msgspec.Struct, frozen=True):
    """A key with the name under which phones know it (first 16 hex digits of the public key's SHA-256)."""

    key_id: str
    public_key: str
    private: Ed25519PrivateKey

    def sign(self, text: str) -> str:
        """Return the signature over the UTF-8 bytes of the text, base64."""
        return base64.b64encode(self.private.sign(text.encode())).decode()


def open_signing_key(folder: Path) -> SigningKey:
    """Read the key of a folder, or make it; raises OSError (folder not writable) or ValueError (not a key)."""
    path = folder / "receipts.ed25519"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        write_once(path, fresh)
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise ValueError(f"{path.name} does not hold a key of {KEY_BYTES} bytes")
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return SigningKey(
        key_id=hashlib.sha256(public).hexdigest()[:16], public_key=base64.b64encode(public).decode(), private=private
    )


def write_once(path: Path, content: bytes) -> None:
    """Write through a temporary name and link it, so that two processes that start at once agree on one key."""
    temporary = path.with_name(f"{path.name}.{os.urandom(6).hex()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass  # the other process was first: its key is the one
    finally:
        temporary.unlink()
