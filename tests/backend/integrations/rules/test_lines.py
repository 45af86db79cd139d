"""Are names of zones and currencies known, and are all reasons of a line collected?"""

from backend.integrations.rules.lines import is_currency, is_zone, read_lines
from tests.backend.integrations.books import block_of, compiled, line


def test_all_reasons_of_a_line_are_told_at_once() -> None:
    """A person fixes a line once, not once a cell."""
    lines = read_lines(compiled(), block_of(line(amount="much", late="-1", phone="12")))
    assert sorted(one.code for one in lines.spoilt) == [
        "contact.no_such_number", "money.not_an_amount", "number.negative",
    ]  # fmt: skip


def test_zones_and_currencies() -> None:
    assert is_zone("Asia/Shanghai")
    assert not is_zone("Asia/Nowhere")
    assert is_currency("CNY")
    assert not any(map(is_currency, ("cny", "CN", "CNYY", "元元元", "12A")))
