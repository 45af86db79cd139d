"""Does the reader of stamps that goes with every export believe OpenSSL's stamps, and none that was touched?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.journal.stamps import StampError, check_stamp
from tests.backend.journal.authority import OpenSslAuthority

TEXT = '{"count":3,"number":1}'


def made(tmp_path: Path, name: str, **kind: object) -> OpenSslAuthority:
    folder = tmp_path / name
    folder.mkdir()
    return OpenSslAuthority(folder, **kind)  # type: ignore[arg-type]  # names of its own parameters


@pytest.mark.parametrize("kind", [{}, {"key": "ec"}, {"ess": "sha1"}, {"key": "ec", "ess": "sha512"}], ids=str)
def test_a_stamp_of_openssl_holds(tmp_path: Path, kind: dict[str, object]) -> None:
    """EV-2: a stamp that another program made is read without it."""
    authority = made(tmp_path, "a", **kind)
    stamp = check_stamp(TEXT.encode(), authority.stamp(TEXT), [authority.root])
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert stamp.serial > 0


def test_no_byte_of_a_stamp_can_be_changed(tmp_path: Path) -> None:
    """Each byte flipped in one bit: it does not hold, or it says the same (the root's copy in it)."""
    authority = made(tmp_path, "a")
    whole = authority.stamp(TEXT)
    true = check_stamp(TEXT.encode(), whole, [authority.root])
    believed = []
    for at in range(len(whole)):
        spoilt = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        try:
            found = check_stamp(TEXT.encode(), spoilt, [authority.root])
        except StampError:
            continue
        believed.append((at, found))
    assert all((one.at, one.serial, one.info) == (true.at, true.serial, true.info) for _, one in believed)
    assert len(believed) < len(whole) // 4


def test_another_text_another_authority_another_purpose(tmp_path: Path) -> None:
    authority, other = made(tmp_path, "a"), made(tmp_path, "b")
    whole = authority.stamp(TEXT)
    for text, roots, why in (
        ("another", [authority.root], "covers another text"),
        (TEXT, [other.root], "not trusted here"),
        (TEXT, [], "not trusted here"),
    ):
        with pytest.raises(StampError, match=why):
            check_stamp(text.encode(), whole, roots)


@pytest.mark.parametrize("cut", [0, 1, 5, 40, 200, -1])
def test_a_stamp_that_is_cut_short_is_none(tmp_path: Path, cut: int) -> None:
    authority = made(tmp_path, "a")
    with pytest.raises(StampError):
        check_stamp(TEXT.encode(), authority.stamp(TEXT)[:cut], [authority.root])


@pytest.mark.parametrize(
    "junk",
    [b"", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00", b"\x30\x03\x30\x01\x00", b"\0" * 70_000],
)
def test_junk_is_no_stamp(junk: bytes) -> None:
    with pytest.raises(StampError):
        check_stamp(TEXT.encode(), junk, [])


def test_a_refusal_of_the_authority_is_no_stamp(tmp_path: Path) -> None:
    with pytest.raises(StampError, match="gave no stamp"):
        check_stamp(TEXT.encode(), made(tmp_path, "a").answer(b"what is this"), [])
