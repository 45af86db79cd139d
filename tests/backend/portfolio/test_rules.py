"""Do names sort as people look for them, and who may be contacted when nobody said?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.portfolio.rules import may_contact_by_default, sort_name
from backend.portfolio.schemas import Consent, PartyRole


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("欧阳娜娜", "ou yang na na"), ("张\u200b三", "zhang san"), ("Zoë 李", "zoë li"), ("０１", "01"),
        ("ANNA  Field", "anna field"), ("阿卜杜拉·买买提", "a bo du la ·mai mai ti"), ("\u200b", "\u200b"),
    ],
)  # fmt: skip
def test_names_sort_by_sound_and_without_what_is_not_seen(name: str, expected: str) -> None:
    assert sort_name(name) == expected


@given(st.text(min_size=1))
def test_no_name_is_lost(name: str) -> None:
    assert sort_name(name)


GIVEN, WITHDRAWN, UNKNOWN = Consent.GIVEN, Consent.WITHDRAWN, Consent.UNKNOWN


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (None, {GIVEN, UNKNOWN}),
        (PartyRole.CO_BORROWER, {GIVEN, UNKNOWN}),
        (PartyRole.GUARANTOR, {GIVEN, UNKNOWN}),
        (PartyRole.RELATED, {GIVEN}),
        (PartyRole.UNRELATED, {GIVEN}),
    ],
)
def test_a_third_person_is_contacted_only_after_consent(role: PartyRole | None, allowed: set[Consent]) -> None:
    """IN-4: what is unknown fails closed for those who owe nothing."""
    assert {consent for consent in Consent if may_contact_by_default(role, consent)} == allowed
