"""What do two spellings of one number have in common, and is it a number at all?"""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from backend.integrations.rules.cells import Bad

_EMAIL: Final = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,253}\.[^@\s.,;<>\"]{2,63}")
_MOBILE_TYPES: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_NEVER: Final = re.compile(r"(?!)")
_EMAIL_KIND: Final = "email"
_WECHAT_KIND: Final = "wechat"


def is_region(region: str) -> bool:
    """Tell whether phone numbers can be read as of this region (ISO 3166, two letters)."""
    return region in phonenumbers.SUPPORTED_REGIONS


@lru_cache(maxsize=50_000)
def read_contact(text: str, kind: str | None, region: str) -> tuple[str, str] | Bad:
    """Return (kind, normal form) of a contact: E.164 for numbers, lower case for e-mail and WeChat names.

    A number without a kind is called mobile when its numbering plan says so. E-mail is known by its sign.
    """
    if kind == _WECHAT_KIND:
        return _WECHAT_KIND, text.casefold()
    if kind == _EMAIL_KIND or (kind is None and "@" in text):
        return (_EMAIL_KIND, text.casefold()) if _EMAIL.fullmatch(text) else Bad("contact.not_an_address")
    return _read_number(text, kind, region)


def _read_number(text: str, kind: str | None, region: str) -> tuple[str, str] | Bad:
    if text.isascii() and text.isdecimal():
        country_code, mobiles, prefixes = _plan_of(region)
        if mobiles.fullmatch(text) and not prefixes.match(text):
            return kind or "mobile", f"+{country_code}{text}"
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return Bad("contact.not_a_number")
    if not phonenumbers.is_valid_number(number):
        return Bad("contact.no_such_number")
    normal = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if number.extension:
        normal = f"{normal};ext={number.extension}"
    if kind is None:
        kind = "mobile" if phonenumbers.number_type(number) in _MOBILE_TYPES else "phone"
    return kind, normal


@lru_cache(maxsize=300)
def _plan_of(region: str) -> tuple[int, re.Pattern[str], re.Pattern[str]]:
    """Return country code, mobile numbers and national prefixes of a region, from the library's own numbering plan.

    A plain mobile number, most of every book, is read ten times as fast so (a test holds both ways against each other).
    """
    plan = PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.country_code is None or plan.mobile is None or not plan.mobile.national_number_pattern:
        return 0, _NEVER, _NEVER
    prefixes = plan.national_prefix_for_parsing
    mobiles = re.compile(plan.mobile.national_number_pattern, re.ASCII)
    return plan.country_code, mobiles, re.compile(prefixes, re.ASCII) if prefixes else _NEVER


def kept_contact(text: str, kind: str | None) -> tuple[str, str]:
    """Return (kind, normal form) of something that is no contact but must not be lost: its digits, or its letters."""
    digits = "".join(sign for sign in text if sign.isdecimal())
    if kind is None:
        kind = "email" if "@" in text else "phone"
    return kind, digits if digits and kind in {"mobile", "phone"} else text.casefold()
