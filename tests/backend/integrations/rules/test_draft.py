"""Which rows does a line stand for, and does one bad cell take the whole line out and no other?"""

from msgspec.structs import replace

from backend.integrations.rules.draft import draft_of, keep_lines
from backend.integrations.rules.lines import read_lines
from backend.integrations.schemas import Field, Slot
from tests.backend.integrations.books import AS_OF, HEADER, MAPPING, block_of, compiled, line


def test_a_flat_line_stands_for_all_its_nouns() -> None:
    """IN-1, IN-4: person, number, home, guarantor with number, account and balance from one line."""
    draft = draft_of(compiled(), read_lines(compiled(), block_of(line())))
    assert [(row.external_ref, row.kind, row.name) for row in draft.obligors.rows] == [("C1", "person", "王小雨")]
    assert [(row.external_ref, row.role, row.consent) for row in draft.parties.rows] == [
        ("C1#p1", "guarantor", "unknown")
    ]
    assert [(row.party_ref, row.kind, row.normal) for row in draft.contacts.rows] == [
        (None, "mobile", "+8613800138000"), ("C1#p1", "mobile", "+8613800138001"),
    ]  # fmt: skip
    assert [(row.kind, row.line, row.lat) for row in draft.addresses.rows] == [("home", "四海路 1 号", None)]
    account = draft.accounts.rows[0]
    assert (account.external_ref, account.kind, account.currency, account.principal_minor) == (
        "L1",
        "personal",
        "CNY",
        100_000,
    )
    balance = draft.balances.rows[0]
    assert (balance.account_ref, balance.as_of, balance.overdue_minor, balance.days_past_due) == ("L1", AS_OF, 5050, 31)


def test_one_bad_cell_takes_its_line_out_and_no_other() -> None:
    lines = read_lines(
        compiled(), block_of(line(), line(ref="C2", loan="L2", amount="much"), line(ref="C3", loan="L3"))
    )
    draft = draft_of(compiled(), lines)
    assert [row.external_ref for row in draft.obligors.rows] == ["C1", "C3"]
    assert draft.accounts.at == [0, 2]
    told = [(one.n, one.column, one.code, one.value) for one in lines.spoilt]
    assert told == [(1, "amount", "money.not_an_amount", "much")]


def test_a_line_that_the_mapping_does_not_want_is_skipped_and_not_refused() -> None:
    lines = read_lines(compiled(), block_of(line(state="draft", amount="much"), line(ref="C2")))
    assert (lines.skipped, lines.spoilt, lines.good) == ([0], [], [False, True])


def test_an_absent_slot_is_no_row_and_a_number_without_its_person_is_refused() -> None:
    lines = read_lines(compiled(), block_of(line(guarantor="", surety_phone=""), line(ref="C2", guarantor="")))
    draft = draft_of(compiled(), lines)
    assert (draft.parties.rows, len(draft.contacts.rows)) == ([], 1)
    assert [(one.n, one.code) for one in lines.spoilt] == [(1, "party.missing")]


def test_a_bad_number_is_refused_or_kept_as_the_mapping_says() -> None:
    lines = read_lines(compiled(), block_of(line(phone="12"), line(ref="C2", surety_phone="12 34")))
    draft = draft_of(compiled(), lines)
    assert [(one.n, one.code) for one in lines.spoilt] == [(0, "contact.no_such_number")]
    assert [(row.value, row.normal, row.status) for row in draft.contacts.rows if row.party_ref] == [
        ("12 34", "1234", "wrong")
    ]


def test_a_missing_required_cell_is_named() -> None:
    lines = read_lines(compiled(), block_of(line(loan=" ")))
    assert [(one.column, one.code) for one in lines.spoilt] == [("loan", "field.missing")]


def test_an_unknown_zone_or_currency_is_refused() -> None:
    mapping = replace(MAPPING, obligor={**MAPPING.obligor, "zone": "home"})
    lines = read_lines(compiled(mapping), block_of(line(), line(home="UTC", ccy="yen", amount="1", due="")))
    codes = {(one.n, one.code) for one in lines.spoilt}
    assert (0, "zone.unknown") in codes
    assert (1, "money.no_such_currency") in codes


def test_a_company_owes_by_corporate_accounts() -> None:
    draft = draft_of(compiled(), read_lines(compiled(), block_of(line(name="北方商贸有限公司"))))
    assert (draft.obligors.rows[0].kind, draft.accounts.rows[0].kind) == ("company", "corporate")


def test_attributes_go_as_one_object_without_what_is_empty() -> None:
    """IN-3: a lender's own fields need no code."""
    mapping = replace(MAPPING, account={**MAPPING.account, "attributes.grade": "state", "attributes.note": "late"})
    draft = draft_of(compiled(mapping), read_lines(compiled(mapping), block_of(line(state="", late="31"))))
    assert draft.accounts.rows[0].attributes == '{"note":"31"}'


def test_nowhere_in_the_gulf_of_guinea_is_no_place() -> None:
    header = (*HEADER, "lat", "lon")
    mapping = replace(MAPPING, addresses=[Slot(fields={"line": "home", "lat": "lat", "lon": "lon"})])
    made = compiled(mapping, header)
    block = block_of((*line(), "0", "0"), (*line(), "60.17", ""), (*line(), "60.17", "24.94"), header=header)
    rows = draft_of(made, read_lines(made, block)).addresses.rows
    assert [(row.lat, row.lon) for row in rows] == [(None, None), (None, None), (60.17, 24.94)]


def test_only_new_fields_are_not_among_those_that_change() -> None:
    mapping = replace(
        MAPPING, obligor={"external_ref": "ref", "name": Field(from_=["name"], only_new=True), "job": "late"}
    )
    assert compiled(mapping).changeable["obligor"] == frozenset({"job"})
    assert compiled().changeable["balance"] == frozenset({"overdue_minor", "days_past_due"})


def test_lines_can_be_taken_out_again() -> None:
    draft = draft_of(compiled(), read_lines(compiled(), block_of(line(), line(ref="C2", loan="L2"))))
    kept = keep_lines(draft, {0})
    assert [row.external_ref for row in kept.obligors.rows] == ["C2"]
    assert (kept.obligor_refs, kept.contacts.at) == ({1: "C2"}, [1, 1])
    assert keep_lines(draft, set()) is draft
