"""Which kinds of words does a language need to make a town and its people?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; lists of equal meaning, the languages may differ in length."""

    surnames: list[str]
    compound_surnames: list[str]
    given_male: list[str]
    given_female: list[str]
    rare_given: list[str]
    long_first: list[str]
    long_last: list[str]
    street_first: list[str]
    street_second: list[str]
    street_kinds: dict[str, str]
    districts: list[str]
    parks: list[str]
    river: str
    lake: str
    town: str
    brand_first: list[str]
    brand_second: list[str]
    trades: list[str]
    company_ends: list[str]
