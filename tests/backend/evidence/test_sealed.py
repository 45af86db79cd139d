"""Does a sealed photo come out byte for byte, and is any change of it found?"""

import base64
import hashlib
import os
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.evidence.sealed import SEGMENT_BYTES, SealedHeader, opened, read_header, sealed_length
from backend.kernel.boxes import Boxes, BoxKey, SealedError, open_boxes


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


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Boxes:
    return open_boxes(Path(tmp_path_factory.mktemp("keys")))


@pytest.mark.parametrize("size", [1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * SEGMENT_BYTES, 500_000])
def test_a_photo_comes_out_as_it_went_in(boxes: Boxes, size: int) -> None:
    photo = os.urandom(size)
    header, sealed = seal(boxes.keys[0], photo)
    assert len(sealed) == sealed_length(size)
    assert opened(boxes, header, hashlib.sha256(photo).digest(), sealed) == photo


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_no_byte_can_be_changed(boxes: Boxes, data: st.DataObject) -> None:
    photo = bytes(range(256)) * 600
    header, sealed = seal(boxes.keys[0], photo)
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    with pytest.raises(SealedError):
        opened(boxes, header, hashlib.sha256(photo).digest(), other)


@pytest.mark.parametrize(
    "what", ["cut", "cut, and says so", "swapped", "another photo's key", "another hash", "longer"]
)
def test_no_segment_can_be_dropped_moved_or_added(boxes: Boxes, what: str) -> None:
    photo = os.urandom(3 * SEGMENT_BYTES)
    digest = hashlib.sha256(photo).digest()
    header, sealed = seal(boxes.keys[0], photo)
    step = SEGMENT_BYTES + 16
    parts = [sealed[at : at + step] for at in range(0, len(sealed), step)]
    attacks = {
        "cut": (header, digest, sealed[:-step]),
        "cut, and says so": (msgspec.structs.replace(header, size=2 * SEGMENT_BYTES), digest, sealed[:-step]),
        "swapped": (header, digest, parts[1] + parts[0] + parts[2]),
        "another photo's key": (seal(boxes.keys[0], photo)[0], digest, sealed),
        "another hash": (header, hashlib.sha256(b"x").digest(), sealed),
        "longer": (header, digest, sealed + b"0"),
    }
    with pytest.raises(SealedError):
        opened(boxes, *attacks[what])


@pytest.mark.parametrize("header", ["", "{}", '{"size": -1}', "[1]", "\x00"])
def test_what_is_no_header_is_said(header: str) -> None:
    with pytest.raises(SealedError):
        read_header(header)
