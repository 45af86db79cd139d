"""Has every code that a line or mapping can be refused with a sentence in both languages?"""

import re
from pathlib import Path

import pytest

from backend.integrations.rules.reasons import REASONS, say

SOURCES = Path(__file__).parents[4] / "backend" / "integrations"
FAMILIES = {code.partition(".")[0] for code in REASONS}


def test_every_code_of_the_sources_has_a_sentence() -> None:
    said = {
        code
        for path in SOURCES.rglob("*.py")
        for code in re.findall(r'"([a-z]+\.[a-z_]+)"', path.read_text(encoding="utf-8"))
        if code.partition(".")[0] in FAMILIES and path.name not in {"reasons.py", "nouns.py", "words.py"}
    }
    fields = {"obligor.external_ref", "account.external_ref", "parties.external_ref", "payments.external_ref"}
    fields |= {"payments.amount", "obligor.name", "account.currency"}
    assert said - fields <= set(REASONS)
    assert len(said & set(REASONS)) >= len(REASONS) - 2


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_code_is_said_in_both_languages(code: str) -> None:
    assert say(code, "en").endswith(".")
    assert say(code, "zh-CN").endswith("。")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in say(code, "zh-CN"))
