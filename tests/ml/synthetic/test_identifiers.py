"""Are numbers valid in form, and nobody's?"""

import re
from math import gcd

import numpy as np
import phonenumbers
import pytest

from ml.synthetic.identifiers import _MOBILE_SPAN, _MOBILE_STEP, company_numbers, person_numbers, phones
from ml.synthetic.language import LANGUAGES
from ml.synthetic.seeds import stream
from ml.synthetic.sizes import SIZES
from tests.ml.synthetic.worlds import rows, small_block

GB_11643_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
GB_32100_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GB_32100_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@pytest.mark.parametrize(("language", "region"), [("zh", "CN"), ("en", "US")])
def test_phones_are_valid_numbers_of_their_country(language: str, region: str) -> None:
    for value in phones(LANGUAGES[language], np.arange(0, 8_000_000, 40_003), 7).tolist():
        assert phonenumbers.is_valid_number(phonenumbers.parse(value, region)), value


def test_phones_come_from_ranges_that_are_not_given_to_people() -> None:
    serial = np.arange(2_000)
    assert all(re.fullmatch(r"1349\d{7}", value) for value in phones(LANGUAGES["zh"], serial, 7).tolist())
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", value) for value in phones(LANGUAGES["en"], serial, 7).tolist())


def test_no_two_chinese_phones_of_the_biggest_world_are_equal() -> None:
    """Counting by a step that shares no factor with the range visits each number of it once."""
    assert gcd(_MOBILE_STEP, _MOBILE_SPAN) == 1
    people_around, phones_each = 4, 3
    most = SIZES["big"].cases
    assert most * phones_each < 5_000_000, "the obligors' own phones end where those of the people around begin"
    assert 5_000_000 + most * people_around < _MOBILE_SPAN - 100_000, "the staff have the last ones"
    some = np.r_[np.arange(0, 2_400_000, 97), np.arange(5_000_000, 8_200_000, 89)]
    assert len(np.unique(phones(LANGUAGES["zh"], some, 7))) == len(some)


def test_identity_numbers_have_a_right_check_digit_and_an_impossible_division() -> None:
    rng = stream(1, "ids")
    born = np.datetime64("1960-01-01") + rng.integers(0, 16_000, 500)
    female = rng.random(500) < 0.5
    for value, day, is_female in zip(person_numbers(rng, born, female).tolist(), born.tolist(), female, strict=True):
        total = sum(int(digit) * weight for digit, weight in zip(value[:17], GB_11643_WEIGHTS, strict=True))
        assert value[17] == "10X98765432"[total % 11]
        assert value.startswith("99")
        assert value[6:14] == day.strftime("%Y%m%d")
        assert int(value[16]) % 2 == (0 if is_female else 1)


def test_company_numbers_have_a_right_check_character() -> None:
    for value in company_numbers(stream(1, "companies"), 500).tolist():
        total = sum(
            GB_32100_ALPHABET.index(letter) * weight
            for letter, weight in zip(value[:17], GB_32100_WEIGHTS, strict=True)
        )
        assert value[17] == GB_32100_ALPHABET[(31 - total % 31) % 31]
        assert value.startswith("9199")


def test_mail_addresses_lead_nowhere() -> None:
    """example.com is reserved (RFC 2606)."""
    mails = [row["value"] for row in rows(small_block(), "contact_points") if row["kind"] == "email"]
    assert len(mails) > 50
    assert all(str(mail).endswith("@example.com") for mail in mails)
