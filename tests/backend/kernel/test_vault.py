"""Is a kept secret readable only here, only whole, and only in its own place?"""

from pathlib import Path

import pytest

from backend.kernel.boxes import SealedError
from backend.kernel.vault import open_vault


def test_what_was_kept_is_given_after_a_restart_in_its_own_place_only(tmp_path: Path) -> None:
    kept = open_vault(tmp_path).keep(b"a secret", "totp of mei")
    assert b"a secret" not in kept
    assert open_vault(tmp_path).give(kept, "totp of mei") == b"a secret"
    with pytest.raises(SealedError):
        open_vault(tmp_path).give(kept, "totp of bo")


def test_another_key_and_changed_bytes_give_nothing(tmp_path: Path) -> None:
    kept = open_vault(tmp_path / "one").keep(b"a secret", "here")
    for folder, bytes_ in (("two", kept), ("one", kept[:-1] + bytes([kept[-1] ^ 1])), ("one", b"")):
        with pytest.raises(SealedError):
            open_vault(tmp_path / folder).give(bytes_, "here")


def test_the_key_is_readable_by_its_owner_alone_and_must_be_one(tmp_path: Path) -> None:
    open_vault(tmp_path)
    path = tmp_path / "vault.aes256"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="does not hold a key"):
        open_vault(tmp_path)
