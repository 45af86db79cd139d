"""Is everything that is wrong with a mapping told before the first line is touched?"""

import pytest
from msgspec.structs import replace

from backend.integrations.rules.flaws import flaws_of
from backend.integrations.schemas import Field, Mapping, Slot, When
from tests.backend.integrations.books import HEADER, MAPPING

MONEY = "balance.overdue"


def codes(mapping: Mapping, header: tuple[str, ...] | None = HEADER) -> set[tuple[str, str]]:
    return {(flaw.where, flaw.code) for flaw in flaws_of(mapping, header)}


def test_a_sound_mapping_has_no_flaws() -> None:
    assert flaws_of(MAPPING, HEADER) == []
    assert flaws_of(MAPPING, None) == []


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"zone": "Nowhere/City"}, ("zone", "zone.unknown")),
        ({"phone_region": "XX"}, ("phone_region", "contact.no_such_region")),
        ({"obligor": {"external_ref": "ref", "shoe": "late"}}, ("obligor.shoe", "mapping.no_such_field")),
        ({"obligor": {"name": "name"}}, ("obligor.external_ref", "field.missing")),
        ({"account": {"principal": "amount"}}, ("account.external_ref", "field.missing")),
        ({"account": {"external_ref": "loan", "product": "ccy"}}, ("account.principal", "field.missing")),
        ({"balance": {"overdue": "due"}}, ("balance.days_past_due", "field.missing")),
        ({"balance": {"overdue": Field(), "days_past_due": "late"}}, (MONEY, "mapping.no_source")),
        ({"balance": {"overdue": "gone", "days_past_due": "late"}}, (MONEY, "mapping.no_such_column")),
        (
            {"balance": {"overdue": Field(from_=["due"], unit="percent"), "days_past_due": "late"}},
            (MONEY, "mapping.wrong_unit"),
        ),
        (
            {"balance": {"overdue": Field(from_=["due"], combine="days_since"), "days_past_due": "late"}},
            (MONEY, "mapping.wrong_combine"),
        ),
        (
            {"obligor": {"external_ref": "ref", "name": Field(from_=["name"], combine="sum")}},
            ("obligor.name", "mapping.wrong_combine"),
        ),
        (
            {"obligor": {"external_ref": "ref", "name": Field(from_=["name"], format="moon")}},
            ("obligor.name", "mapping.no_such_format"),
        ),
        ({"rows": [When(column="gone", is_empty=True)]}, ("rows", "mapping.no_such_column")),
        ({"contacts": [Slot(fields={"value": "phone"}, party=2)]}, ("contacts.1", "mapping.no_such_party")),
        ({"parties": [Slot(fields={"name": "guarantor"})]}, ("parties.1.role", "field.missing")),
        (
            {"payments": [Slot(fields={"amount": "due", "paid_on": "late"})]},
            ("payments.1.external_ref", "field.missing"),
        ),
        ({"addresses": [Slot(fields={"line": "home"})] * 65}, ("addresses", "mapping.too_many_slots")),
    ],
)
def test_a_flaw_is_named_with_its_place(changes: dict[str, object], flaw: tuple[str, str]) -> None:
    assert flaw in codes(replace(MAPPING, **changes))


def test_a_mapping_that_reads_nothing_is_flawed() -> None:
    nothing = Mapping(title="", currency="CNY", language="en", zone="UTC", phone_region="CN")
    assert codes(nothing) == {("", "mapping.empty")}


def test_columns_are_not_asked_for_while_there_is_no_file() -> None:
    assert codes(replace(MAPPING, obligor={"external_ref": "elsewhere", "name": "name"}), None) == set()
