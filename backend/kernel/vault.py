"""How does the server keep a secret that it must read again? Under a key in the data folder, not in the database.

A copy of the database alone then gives no code of anybody's app and no secret of a provider. Each secret is bound to
its place, so that a row cannot be moved to somebody else.
"""

import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.kernel.boxes import IV_BYTES, unseal
from backend.kernel.signing import KEY_BYTES, write_once


class Vault(msgspec.Struct, frozen=True):
    """The one key of an installation."""

    key: AESGCM

    def keep(self, secret: bytes, place: str) -> bytes:
        """Return the secret as it may lie in the database."""
        iv = os.urandom(IV_BYTES)
        return iv + self.key.encrypt(iv, secret, place.encode())

    def give(self, kept: bytes, place: str) -> bytes:
        """Return the secret; raises SealedError when it was changed, moved, or kept under another key."""
        return unseal(self.key, kept[:IV_BYTES], kept[IV_BYTES:], place)


def open_vault(folder: Path) -> Vault:
    """Read the key of a folder, or make it; raises OSError (folder not writable) or ValueError (not a key)."""
    path = folder / "vault.aes256"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        write_once(path, AESGCM.generate_key(bit_length=256))
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise ValueError(f"{path.name} does not hold a key of {KEY_BYTES} bytes")
    return Vault(key=AESGCM(secret))
