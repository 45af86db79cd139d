"""Are the words for codes read, and is a firm known by its name?"""

import pytest

from backend.integrations.rules.cells import read_code
from backend.integrations.rules.nouns import LEADING, LISTS, NOUNS, field_of, kind_by_name


@pytest.mark.parametrize(
    ("noun", "name", "word", "code"),
    [
        ("obligor", "kind", "企业", "company"), ("obligor", "kind", "Person", "person"),
        ("account", "kind", "对公", "corporate"), ("account", "kind", "特殊", "special"),
        ("parties", "role", "保证人", "guarantor"), ("parties", "role", "配偶", "related"),
        ("parties", "consent", "已授权", "given"), ("parties", "consent", "拒绝", "withdrawn"),
        ("contacts", "kind", "微信", "wechat"), ("addresses", "kind", "户籍地", "registered"),
        ("obligor", "language", "中文", "zh-CN"),
    ],
)  # fmt: skip
def test_words_mean_codes(noun: str, name: str, word: str, code: str) -> None:
    """IN-4: role and consent come in the lender's words."""
    field = NOUNS[noun][name]
    assert read_code(word, field.allowed, field.synonyms) == code


def test_every_word_means_a_code_of_its_field() -> None:
    for fields in NOUNS.values():
        for field in fields.values():
            assert set(field.synonyms.values()) <= field.allowed


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("北方商贸有限公司", "company"), ("老王五金店", "company"), ("Acme Ltd.", "company"), ("Nordic Oy", "company"),
        ("王小雨", "person"), ("Anna Field", "person"), ("Colin Cole", "person"), ("公司里的人", "company"),
    ],
)  # fmt: skip
def test_a_firm_is_known_by_its_name(name: str, kind: str) -> None:
    assert kind_by_name(name) == kind


def test_fields_by_name() -> None:
    found = field_of("account", "attributes.grade")
    assert found is not None
    assert found.column == "attributes"
    assert field_of("account", "attributes.") is None
    assert field_of("contacts", "attributes.grade") is None
    assert {noun: LEADING[noun] in NOUNS[noun] for noun in LISTS} == dict.fromkeys(LISTS, True)
