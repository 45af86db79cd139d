"""Is there one key, made once, readable by its owner only?"""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backend.kernel.signing import open_signing_key


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: open_signing_key(tmp_path / "keys").key_id, range(16)))
    assert len(set(keys)) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["receipts.ed25519"]
    assert (tmp_path / "keys" / "receipts.ed25519").stat().st_mode & 0o777 == 0o600


def test_a_signature_fits_its_text_only(tmp_path: Path) -> None:
    key = open_signing_key(tmp_path)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key))
    signature = base64.b64decode(key.sign("收据"))
    public.verify(signature, "收据".encode())
    with pytest.raises(InvalidSignature):
        public.verify(signature, "收居".encode())


def test_a_file_that_is_no_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "receipts.ed25519").write_bytes(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        open_signing_key(tmp_path)
