"""Which good lines fall because of what is on file?"""

from datetime import date

import pytest
from msgspec.structs import replace

from backend.integrations.rules.decide import in_account_currency, refs_of, refusals_of
from backend.integrations.rules.draft import Draft, draft_of
from backend.integrations.rules.lines import read_lines
from backend.integrations.schemas import Field, Mapping, Slot
from backend.kernel.ids import new_id
from backend.ledger.schemas import PaymentOnFile
from backend.portfolio.schemas import AccountOnFile, Directory, PartyOnFile
from tests.backend.integrations.books import MAPPING, block_of, compiled, line

ME, OTHER, LOAN = new_id(), new_id(), new_id()
EMPTY = Directory(obligors={}, parties={}, accounts={}, currencies={})
PAYMENTS = replace(
    MAPPING, rows=[], obligor={}, account={"external_ref": "loan"}, balance={}, parties=[], contacts=[], addresses=[],
    payments=[Slot(fields={"amount": "amount", "external_ref": "ref", "paid_on": "late"})],
)  # fmt: skip


def draft(*rows: tuple[str, ...], mapping: Mapping = MAPPING) -> Draft:
    made = compiled(mapping)
    lines = read_lines(made, block_of(*rows))
    assert lines.spoilt == []
    return draft_of(made, lines)


def codes(
    one: Draft, directory: Directory = EMPTY, payments: dict[str, PaymentOnFile] | None = None
) -> list[tuple[int, str]]:
    return [(found.n, found.code) for found in refusals_of(one, directory, payments or {})]


def test_a_new_line_stands() -> None:
    assert codes(draft(line())) == []


def test_a_reference_to_nobody_is_refused() -> None:
    mapping = replace(MAPPING, obligor={"external_ref": "ref"}, account={}, balance={}, parties=[], contacts=[])
    assert codes(draft(line(), mapping=mapping)) == [(0, "obligor.unknown")]
    known = replace(EMPTY, obligors={"C1": ME})
    assert codes(draft(line(), mapping=mapping), known) == []


def test_an_account_keeps_its_obligor() -> None:
    known = replace(EMPTY, obligors={"C1": ME}, accounts={"L1": AccountOnFile(LOAN, OTHER, "CNY")})
    assert codes(draft(line()), known) == [(0, "account.other_obligor")]
    assert codes(draft(line(), line(ref="C2"))) == [(1, "account.other_obligor"), (1, "party.other_obligor")][:1]


def test_all_accounts_of_an_obligor_have_one_currency() -> None:
    """IN-2: they form one case, and a case has one currency."""
    known = replace(EMPTY, obligors={"C1": ME}, currencies={ME: "USD"})
    assert codes(draft(line()), known) == [(0, "account.currency_differs")]
    assert codes(draft(line(), line(loan="L2", ccy="USD"))) == [(1, "account.currency_differs")]
    assert codes(draft(line(), line(loan="L2", ccy="CNY"))) == []


def test_an_account_of_nobody_knows_gets_no_money() -> None:
    payment = line(late="2026-11-01")
    assert codes(draft(payment, mapping=PAYMENTS)) == [(0, "account.unknown")]


STOOD = PaymentOnFile(
    account_id=LOAN, paid_on=date(2026, 11, 1), amount_minor=100_000, currency="CNY", reversed_on=None
)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (STOOD, []),
        (replace(STOOD, amount_minor=1), [(0, "payment.changed")]),
        (replace(STOOD, paid_on=date(2026, 11, 2)), [(0, "payment.changed")]),
        (replace(STOOD, account_id=OTHER), [(0, "payment.changed")]),
        (replace(STOOD, reversed_on=date(2026, 11, 3)), [(0, "payment.changed")]),
    ],
)
def test_a_payment_that_stands_is_not_changed(stored: PaymentOnFile, expected: list[tuple[int, str]]) -> None:
    known = replace(EMPTY, accounts={"L1": AccountOnFile(LOAN, ME, "CNY")})
    assert codes(draft(line(late="2026-11-01"), mapping=PAYMENTS), known, {"C1": stored}) == expected


def test_the_same_payment_twice_in_a_file_stands_once_and_another_one_is_refused() -> None:
    known = replace(EMPTY, accounts={"L1": AccountOnFile(LOAN, ME, "CNY")})
    rows = (line(late="2026-11-01"), line(late="2026-11-01"), line(late="2026-11-01", amount="2"))
    assert codes(draft(*rows, mapping=PAYMENTS), known) == [(2, "payment.changed")]


def test_a_payment_of_nothing_is_refused() -> None:
    known = replace(EMPTY, accounts={"L1": AccountOnFile(LOAN, ME, "CNY")})
    assert codes(draft(line(late="2026-11-01", amount="0"), mapping=PAYMENTS), known) == [(0, "money.not_above_zero")]


def test_money_without_a_currency_is_in_that_of_its_account_when_the_digits_agree() -> None:
    payments = draft(line(late="2026-11-01"), mapping=PAYMENTS)
    dollars = replace(EMPTY, accounts={"L1": AccountOnFile(LOAN, ME, "USD")})
    yen = replace(EMPTY, accounts={"L1": AccountOnFile(LOAN, ME, "JPY")})
    assert in_account_currency(payments, dollars).payments.rows[0].currency == "USD"
    assert codes(in_account_currency(payments, dollars), dollars) == []
    assert codes(in_account_currency(payments, yen), yen) == [(0, "account.currency_differs")]


def test_a_party_belongs_to_one_obligor() -> None:
    """IN-4: a guarantor's number is not hung on somebody else's case."""
    slot = Slot(fields={"value": "phone", "party_ref": "guarantor"})
    mapping = replace(
        MAPPING, obligor={"external_ref": "ref"}, account={}, balance={}, parties=[], contacts=[slot], addresses=[]
    )
    known = replace(EMPTY, obligors={"C1": ME})
    mine = replace(known, parties={"G1": PartyOnFile(new_id(), ME, "guarantor", "given")})
    others = replace(known, parties={"G1": PartyOnFile(new_id(), OTHER, "guarantor", "given")})
    one = draft(line(guarantor="G1"), mapping=mapping)
    assert codes(one, known) == [(0, "party.unknown")]
    assert codes(one, mine) == []
    assert codes(one, others) == [(0, "party.other_obligor")]


def test_what_must_be_looked_up() -> None:
    obligors, parties, accounts = refs_of(draft(line(), line(ref="C2", loan="L2")))
    assert (set(obligors), set(parties), set(accounts)) == ({"C1", "C2"}, {"C1#p1", "C2#p1"}, {"L1", "L2"})


def test_a_file_without_account_currency_field_says_none() -> None:
    assert draft(line()).says_currency
    assert not draft(
        line(late="2026-11-01"), mapping=replace(PAYMENTS, account={"external_ref": Field(from_=["loan"])})
    ).says_currency
