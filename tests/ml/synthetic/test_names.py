"""Do names cover what breaks software?"""

import pytest

from ml.synthetic import words_zh
from tests.ml.synthetic.worlds import rows, small_block


def names(language: str, seed: int = 7) -> list[tuple[str, str]]:
    return [(str(row["kind"]), str(row["name"])) for row in rows(small_block(seed, language), "obligors")]


@pytest.mark.parametrize("seed", [0, 7, 99])
def test_chinese_names_hold_the_hard_cases_in_every_world(seed: int) -> None:
    people = [name for kind, name in names("zh", seed) if kind == "person"]
    assert any(name[:2] in words_zh.COMPOUND_SURNAMES and len(name) >= 3 for name in people)
    assert any("·" in name and len(name) >= 7 for name in people)
    assert any(len(name) == 2 for name in people)
    assert any(len(name) == 3 for name in people)
    assert any(set(name) & set("".join(words_zh.RARE_GIVEN)) for name in people)


def test_companies_have_a_legal_form() -> None:
    companies = [name for kind, name in names("zh") if kind == "company"]
    assert len(companies) > 10
    assert all(name.endswith(tuple(words_zh.COMPANY_ENDS)) for name in companies)


def test_english_names_hold_accents_hyphens_and_great_length() -> None:
    people = [name for kind, name in names("en") if kind == "person"]
    assert any(not name.isascii() for name in people)
    assert any("-" in name or "'" in name for name in people)
    assert any(len(name) > 30 for name in people)
