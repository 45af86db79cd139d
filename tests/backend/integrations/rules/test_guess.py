"""Is a mapping guessed that a person would have written?"""

import pytest

from backend.integrations.rules.flaws import flaws_of
from backend.integrations.rules.guess import columns_read, fits, fold, guess_mapping
from backend.integrations.schemas import Field, SavedMapping
from backend.integrations.shipped import shipped_mappings
from tests.backend.integrations.books import HEADER, MAPPING, block_of

ENGLISH = (
    "Customer ID",
    "Loan No.",
    "Full Name",
    "Mobile",
    "Loan amount",
    "Disbursement date",
    "DPD",
    "Overdue amount",
    "x",
)
CHINESE = ("客户编号", "借据号", "客户姓名", "手机号码", "贷款金额(万元)", "放款日期", "逾期天数", "逾期金额", "备注")


FIELDS = (
    "obligor.external_ref",
    "account.external_ref",
    "obligor.name",
    "contacts/mobile.value",
    "account.principal",
    "account.opened_on",
    "balance.days_past_due",
    "balance.overdue",
)


@pytest.mark.parametrize(("header", "currency"), [(ENGLISH, "USD"), (CHINESE, "CNY")])
def test_a_flat_book_is_guessed_in_both_languages(header: tuple[str, ...], currency: str) -> None:
    """IN-1: the mapping is guessed, shown and needs no correction here."""
    row = ("C1", "L1", "王 Wang", "13800138000", "1.5", "11/24/2025", "31", "99.50", "hello")
    mapping, guessed = guess_mapping(block_of(row, header=header))
    assert flaws_of(mapping, header) == []
    assert {one.field: one.column for one in guessed} == dict(zip(FIELDS, header, strict=False))
    assert mapping.account["opened_on"] == Field(from_=[header[5]], format="us")
    assert "x" not in columns_read(mapping)
    if currency == "CNY":
        assert mapping.account["principal"] == Field(from_=[header[4]], unit="wan")


def test_a_column_whose_cells_say_otherwise_is_not_taken() -> None:
    mapping, guessed = guess_mapping(block_of(("C1", "tomorrow"), header=("customer id", "overdue amount")))
    assert [one.field for one in guessed] == ["obligor.external_ref"]
    assert mapping.balance == {}


def test_an_account_without_a_customer_is_its_own_obligor() -> None:
    mapping, _ = guess_mapping(block_of(("7", "100"), header=("loan id", "loan amount")))
    assert mapping.obligor["external_ref"] == "loan id"
    assert mapping.obligor["name"] == Field(constant="Obligor", from_=["loan id"], only_new=True)


def test_our_own_columns_of_refused_lines_are_not_offered() -> None:
    _, guessed = guess_mapping(block_of(("1", "C1", "9"), header=("rounds_line", "customer id", "rounds_value")))
    assert [one.column for one in guessed] == ["customer id"]


def test_saved_mappings_that_fit_come_with_the_fullest_first() -> None:
    saved = [SavedMapping("small", 1, MAPPING, None), *shipped_mappings().values()]
    assert [one.name for one in fits(saved, HEADER)] == ["small", "people_names"]
    people = ("ref", "name", "phone", "id_number", "address", "company", "job")
    assert [one.name for one in fits(saved, people)] == ["cn_people", "people_names"]


def test_headers_are_folded() -> None:
    assert fold(" Loan-Amount (USD) ") == "loanamount"
    assert fold("年利率(%)") == "年利率"
    assert fold("(%)") == ""
