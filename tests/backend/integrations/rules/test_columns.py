"""Does a field of a mapping read its cells as it says?"""

from datetime import date

import pytest

from backend.integrations.reading.blocks import Block
from backend.integrations.rules.columns import Context, compile_conditions, compile_field, holds, read_column
from backend.integrations.rules.nouns import NOUNS
from backend.integrations.schemas import Field, Mapping, Source, When

AS_OF = date(2026, 11, 24)
EMPTY = Mapping(title="", currency="CNY", language="en", zone="UTC", phone_region="CN")


def read(noun: str, name: str, source: Source, *rows: tuple[str, ...], currency: str | None = None) -> list[object]:
    """Return values, or codes for spoilt cells, of columns a, b, c."""
    header = ("a", "b", "c")
    padded = [(*row, *("",) * (3 - len(row))) for row in rows]
    block = Block(header, list(range(2, len(rows) + 2)), [list(one) for one in zip(*padded, strict=True)], [])
    context = Context({one: n for n, one in enumerate(header)}, EMPTY, AS_OF, currency)
    column = read_column(compile_field(name, source, NOUNS[noun][name], context), block, None)
    out: list[object] = list(column.values)
    for one in column.spoilt:
        out[one.n] = one.code
    return out


@pytest.mark.parametrize(
    ("noun", "name", "source", "row", "expected"),
    [
        ("obligor", "name", "a", (" 张三 ",), "张三"),
        ("obligor", "name", "a", ("null",), "null"),
        ("obligor", "name", "a", ("  ",), None),
        ("obligor", "name", Field(from_=["a", "b"]), ("Ann", "Lee"), "Ann Lee"),
        ("obligor", "name", Field(from_=["a", "b"]), ("", "Lee"), "Lee"),
        ("obligor", "name", Field(constant="Borrower", from_=["a"]), ("7",), "Borrower 7"),
        ("obligor", "external_ref", Field(from_=["a"], prefix="LC-"), ("7",), "LC-7"),
        ("obligor", "kind", "a", ("企业",), "company"),
        ("obligor", "kind", "a", ("alien",), "code.not_in_list"),
        ("obligor", "kind", Field(from_=["a"], map={"1": "person"}), ("1",), "person"),
        ("obligor", "kind", Field(from_=["a"], map={"1": "person"}), ("2",), "code.not_in_map"),
        ("obligor", "kind", Field(from_=["a"], map={"1": "person"}, otherwise="company"), ("2",), "company"),
        ("obligor", "kind", Field(from_=["a"], on_bad="empty"), ("alien",), None),
        ("balance", "overdue", "a", ("N/A",), None),
        ("balance", "overdue", Field(from_=["a"], default="0"), ("-",), 0),
        ("balance", "overdue", "a", ("-1",), "money.negative"),
        ("balance", "overdue", Field(from_=["a"], at_least_zero=True), ("-1",), 0),
        ("balance", "principal", "a", ("-1",), -100),
        ("balance", "principal", Field(from_=["a", "b"], combine="sum"), ("1.10", "2.20"), 330),
        ("balance", "principal", Field(from_=["a", "b", "c"], combine="difference"), ("10", "2", "0.5"), 750),
        ("balance", "principal", Field(from_=["a", "b"], combine="difference"), ("1", ""), 100),
        ("balance", "principal", Field(from_=["a", "b"], combine="difference", at_least_zero=True), ("1", "2"), 0),
        ("balance", "principal", Field(from_=["a", "b"], combine="sum"), ("1", "x"), "money.not_an_amount"),
        ("balance", "days_past_due", "a", ("31.0",), 31),
        ("balance", "days_past_due", "a", ("-3",), "number.negative"),
        ("balance", "days_past_due", Field(from_=["a"], combine="days_since"), ("2026-11-23",), 1),
        ("balance", "days_past_due", Field(from_=["a"], combine="days_since"), ("2026-11-25",), 0),
        ("balance", "days_past_due", Field(from_=["a", "b"], combine="days_since"), ("", "2026-11-20"), 4),
        ("balance", "days_past_due", Field(from_=["a"], combine="days_since", default="0"), ("",), 0),
        ("account", "matures_on", Field(from_=["a"], plus_months_of="b"), ("2026-01-31", "1"), date(2026, 2, 28)),
        ("account", "matures_on", Field(from_=["a"], plus_months_of="b"), ("2026-01-31", "x"), "number.not_whole"),
        ("account", "opened_on", Field(from_=["a", "b"], combine="first"), ("", "2026-01-31"), date(2026, 1, 31)),
        ("account", "annual_rate", Field(from_=["a"], unit="fraction"), ("0.1136",), 113_600),
        ("parties", "may_contact", "a", ("否",), False),
        ("addresses", "lat", "a", ("60.17",), 60.17),
    ],
)  # fmt: skip
def test_a_field_reads(noun: str, name: str, source: Source, row: tuple[str, ...], expected: object) -> None:
    assert read(noun, name, source, row) == [expected]


def test_an_amount_has_the_digits_of_the_currency_beside_it() -> None:
    rows = (("12.5", "CNY"), ("12", "JPY"), ("12.5", "JPY"), ("1", ""))
    assert read("account", "principal", "a", *rows, currency="b") == [1250, 12, "money.too_many_digits", 100]


def test_the_default_stands_where_a_condition_fails() -> None:
    source = Field(from_=["a"], when=[When(column="b", one_of=["late"])], default="0")
    assert read("balance", "overdue", source, ("5", "late"), ("5", "fine")) == [500, 0]


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        (When(column="a", one_of=["x"]), " x ", True),
        (When(column="a", one_of=["x"]), "y", False),
        (When(column="a", none_of=["x"]), "x", False),
        (When(column="a", is_empty=True), "N/A", True),
        (When(column="a", is_empty=False), "", False),
        (When(column="a", by_as_of=True), "2026-11-24", True),
        (When(column="a", by_as_of=True), "2026-11-25", False),
        (When(column="a", by_as_of=True), "", False),
        (When(column="a", by_as_of=False), "", True),
        (When(column="a", by_as_of=True, format="us"), "11/24/2026", True),
    ],
)
def test_conditions(when: When, text: str, expected: bool) -> None:  # noqa: FBT001 - a value of the table
    context = Context({"a": 0}, EMPTY, AS_OF, None)
    block = Block(("a",), [2], [[text]], [])
    assert holds(compile_conditions([when], context), block) == [expected]
    assert holds((), block) is None
