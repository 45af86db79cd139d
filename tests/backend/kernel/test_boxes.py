"""Is there one first box key, do older ones still open, and is nothing else a key?"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.kernel.boxes import SealedError, WrappedKey, from_base64, open_boxes, unwrap
from backend.kernel.ids import new_id
from tests.backend.sync.sealing import OutboxKey

INFO = "rounds outbox key v1"


def wrapped(key: OutboxKey) -> WrappedKey:
    envelope = key.envelope
    return WrappedKey(box_key_id=envelope.box_key_id, epk=envelope.epk, iv=envelope.iv, wrapped=envelope.wrapped)


def test_processes_that_start_at_once_agree_on_one_pair(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: open_boxes(tmp_path / "keys").keys[0].key_id, range(16)))
    assert len(set(ids)) == 1
    assert (tmp_path / "keys" / "box-0001.x25519").stat().st_mode & 0o777 == 0o600


def test_the_newest_pair_is_given_out_and_the_older_one_still_opens(tmp_path: Path) -> None:
    device = new_id()
    old = OutboxKey(open_boxes(tmp_path).keys[0], device)
    (tmp_path / "box-0002.x25519").write_bytes(X25519PrivateKey.generate().private_bytes_raw())
    boxes = open_boxes(tmp_path)
    assert len(boxes.keys) == 2
    assert boxes.keys[0].key_id != old.envelope.box_key_id
    iv = bytes(12)
    sealed = unwrap(boxes, wrapped(old), INFO, str(device)).encrypt(iv, b"text", b"")
    assert unwrap(boxes, wrapped(old), INFO, str(device)).decrypt(iv, sealed, b"") == b"text"


@pytest.mark.parametrize(("info", "is_own_device"), [("rounds photo key v1", True), (INFO, False)])
def test_an_envelope_opens_for_its_purpose_and_its_device_only(
    tmp_path: Path, info: str, *, is_own_device: bool
) -> None:
    boxes, device = open_boxes(tmp_path), new_id()
    key = OutboxKey(boxes.keys[0], device)
    unwrap(boxes, wrapped(key), INFO, str(device))
    with pytest.raises(SealedError):
        unwrap(boxes, wrapped(key), info, str(device if is_own_device else new_id()))


def test_a_file_that_is_no_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "box-0001.x25519").write_bytes(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        open_boxes(tmp_path)


@pytest.mark.parametrize("text", ["?", "YQ", "YQ= ", "é"])
def test_only_padded_base64_is_read(text: str) -> None:
    assert from_base64("YQ==") == b"a"
    with pytest.raises(SealedError):
        from_base64(text)
