"""Are the headers of an upload read exactly, and is a piece added only where it belongs?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.evidence import problems, rules
from backend.evidence.rules import HeaderError
from backend.evidence.schemas import AUDIO_BYTES_MAX, PHOTO_BYTES_MAX, Upload
from backend.kernel.problems import Kind
from tests.backend.evidence.phones import metadata

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DIGEST = "ab" * 32
UPLOAD = Upload(
    id=UUID(int=7), sha256=bytes.fromhex(DIGEST), media_type="image/jpeg", length_bytes=100, offset_bytes=40,
    expires_at=NOW + timedelta(seconds=1), finished_at=None, sealed=None,
)  # fmt: skip


def test_an_announcement_is_read() -> None:
    told = rules.announced("100", metadata(DIGEST, "image/heic"))
    assert (told.sha256.hex(), told.media_type, told.length_bytes) == (DIGEST, "image/heic", 100)


def test_other_metadata_is_let_pass() -> None:
    assert rules.announced("1", f"filename eA==,{metadata(DIGEST)},is_own").length_bytes == 1


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256",
        metadata(DIGEST.upper()),
        metadata(DIGEST + "0"),
        metadata(DIGEST, "image/svg+xml"),
        metadata(DIGEST, "image/jpeg\n"),
        f"{metadata(DIGEST)},sha256 eA==",
        f"{metadata(DIGEST)},",
        f"{metadata(DIGEST)},x /w==",
        f"{metadata(DIGEST)},x {'A' * 2000}",
    ],
)
def test_metadata_that_cannot_be_read_is_refused(header: str) -> None:
    with pytest.raises(HeaderError):
        rules.announced("1", header)


@pytest.mark.parametrize("text", [None, "", "-1", "+1", "1.0", "1e3", " 1", "１", "9" * 19])
def test_only_a_whole_number_is_a_number(text: str | None) -> None:
    with pytest.raises(HeaderError, match="Upload-Offset"):
        rules.whole_number("Upload-Offset", text)


@given(st.text(max_size=200))
def test_any_header_is_read_or_refused(header: str) -> None:
    try:
        told = rules.announced("5", header)
    except HeaderError:
        return
    assert len(told.sha256) == 32


def test_what_is_kept_of_the_metadata_reads_back() -> None:
    told = rules.announced("100", rules.metadata_of(UPLOAD))
    assert (told.sha256, told.media_type) == (UPLOAD.sha256, UPLOAD.media_type)


@pytest.mark.parametrize(
    ("media_type", "plain_bytes"), [("image/heic", PHOTO_BYTES_MAX), ("audio/mp4", AUDIO_BYTES_MAX)]
)
def test_photo_and_note_have_a_largest_size_to_which_sealing_adds_some(media_type: str, plain_bytes: int) -> None:
    plain = rules.Announced(sha256=b"", media_type=media_type, length_bytes=0, sealed=None)
    assert rules.length_max(plain) == plain_bytes
    sealed = msgspec.structs.replace(plain, sealed="{}")
    assert rules.length_max(sealed) == plain_bytes + 16 * -(-plain_bytes // 65_536)


@pytest.mark.parametrize(
    ("offset_bytes", "size_bytes", "late", "refusal"),
    [
        (40, 60, timedelta(0), None),
        (40, 61, timedelta(0), problems.TOO_LONG),
        (40, 0, timedelta(0), None),
        (39, 1, timedelta(0), problems.OFFSET_DIFFERS),
        (41, 1, timedelta(0), problems.OFFSET_DIFFERS),
        (40, 1, timedelta(milliseconds=999), None),
        (40, 1, timedelta(seconds=1), problems.UPLOAD_EXPIRED),
    ],
)
def test_a_piece_is_added_only_where_the_upload_stands(
    offset_bytes: int, size_bytes: int, late: timedelta, refusal: Kind | None
) -> None:
    assert rules.chunk_refusal(UPLOAD, offset_bytes, size_bytes, NOW + late) is refusal


def test_tenants_lie_apart_in_the_store() -> None:
    one, other = (rules.key_of(UUID(int=n), UPLOAD.sha256) for n in (1, 2))
    assert one == f"evidence/{UUID(int=1)}/ab/{DIGEST}"
    assert one != other


@given(st.binary(min_size=8, max_size=32))
def test_a_lock_is_a_bigint(digest: bytes) -> None:
    assert -(2**63) <= rules.lock_of(digest) < 2**63
