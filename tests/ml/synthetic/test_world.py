"""Is the world whole: the promised sizes, every reference resolved, nothing hidden in the book?"""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from ml.synthetic.block import make_block
from ml.synthetic.columns import Table
from ml.synthetic.sizes import SIZES
from ml.synthetic.world import make_world
from tests.ml.synthetic.worlds import TODAY, by_ref, days, ints, rows, small_block, small_world

REFERENCES = [
    ("related_parties", "obligor_ref", "obligors"),
    ("contact_points", "obligor_ref", "obligors"),
    ("contact_points", "party_ref", "related_parties"),
    ("addresses", "obligor_ref", "obligors"),
    ("addresses", "party_ref", "related_parties"),
    ("accounts", "obligor_ref", "obligors"),
    ("collateral", "account_ref", "accounts"),
    ("collateral", "obligor_ref", "obligors"),
    ("instalments", "account_ref", "accounts"),
    ("payments", "account_ref", "accounts"),
    ("balances", "account_ref", "accounts"),
    ("history", "obligor_ref", "obligors"),
    ("history", "contact_ref", "contact_points"),
    ("history", "address_ref", "addresses"),
    ("history", "promise_account_ref", "accounts"),
]


@pytest.mark.parametrize(("noun", "column", "target"), REFERENCES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reference_resolves(noun: str, column: str, target: str, language: str) -> None:
    block = small_block(7, language)
    known = set(by_ref(block, target))
    named = [row[column] for row in rows(block, noun) if row[column] is not None]
    assert named
    assert set(named) <= known


@pytest.mark.parametrize(
    "noun",
    ["obligors", "related_parties", "contact_points", "addresses", "accounts", "collateral", "payments", "history"],
)
def test_references_are_unique(noun: str) -> None:
    assert len(by_ref(small_block(), noun)) == len(small_block().book[noun])


def test_parties_point_to_the_obligor_of_their_contact() -> None:
    parties = by_ref(small_block(), "related_parties")
    for noun in ("contact_points", "addresses"):
        for row in rows(small_block(), noun):
            assert row["party_ref"] is None or parties[row["party_ref"]]["obligor_ref"] == row["obligor_ref"]


@pytest.mark.parametrize(
    ("name", "cases", "accounts"), [("small", 300, 375), ("city", 100_000, 125_000), ("big", 800_000, 1_000_000)]
)
def test_sizes_are_what_is_promised(name: str, cases: int, accounts: int) -> None:
    size = SIZES[name]
    assert (size.cases, size.accounts) == (cases, accounts)
    assert sum(size.cases_of(block) for block in range(size.blocks)) == cases
    assert max(size.cases_of(block) for block in range(size.blocks)) <= 20_000


def test_a_small_world_has_every_kind_of_thing() -> None:
    """AD-10: the seeded portfolio that demo, tests and benchmarks stand on."""
    block, world = small_block(), small_world()
    assert len(block.book["obligors"]) == 300
    assert len(block.book["accounts"]) == 375
    assert set(Counter(row["kind"] for row in rows(block, "accounts"))) == {"personal", "corporate", "special"}
    assert {row["schedule"] for row in rows(block, "accounts")} == {"annuity", "equal_principal", "bullet"}
    assert {row["kind"] for row in rows(block, "collateral")} == {"vehicle", "equipment", "farm", "property"}
    assert {row["role"] for row in rows(block, "related_parties")} == {
        "co_borrower",
        "guarantor",
        "related",
        "unrelated",
    }
    assert {row["kind"] for row in rows(block, "addresses")} == {"home", "work", "registered", "collateral"}
    assert {"dead", "wrong", "verified", "unknown"} <= {row["status"] for row in rows(block, "contact_points")}
    assert any(row["lat"] is None for row in rows(block, "addresses")), "some addresses could not be placed"
    assert Counter(row["role"] for row in world.staff_table().rows()) == {"lead": 2, "collector": 8, "caller": 4}
    assert len(world.territory_table()) == 8


def test_unrelated_people_may_not_be_contacted_and_consent_withdrawn_means_no() -> None:
    for row in rows(small_block(), "related_parties"):
        if row["role"] == "unrelated" or row["consent"] == "withdrawn":
            assert row["may_contact"] is False


def test_the_book_tells_nothing_of_the_hidden_truth() -> None:
    hidden = {"willingness", "ability", "reason", "fate", "truth", "is_current", "has_moved", "promise_kept"}
    assert not hidden & {name for table in small_block().book.values() for name in table.columns}


def test_a_block_depends_on_its_number_and_not_on_those_before() -> None:
    frame = small_world().frame
    assert same(make_block(frame, 1, 50).book["accounts"], make_block(frame, 1, 50).book["accounts"])
    assert not same(make_block(frame, 1, 50).book["accounts"], make_block(frame, 0, 50).book["accounts"])


def test_references_of_two_blocks_never_meet() -> None:
    frame = small_world().frame
    one, two = make_block(frame, 0, 400), make_block(frame, 1, 400)
    for noun in ("obligors", "related_parties", "contact_points", "addresses", "accounts", "payments", "history"):
        assert not set(by_ref(one, noun)) & set(by_ref(two, noun))


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 3, 1), date(2026, 12, 31)])
def test_any_day_can_be_today(today: date) -> None:
    block = next(make_world("small", 3, today, "en").blocks())
    assert (ints(block.book["balances"], "days_past_due") >= 0).all()
    assert (days(block.book["payments"], "paid_on") < np.datetime64(today)).all()


def test_the_world_of_another_seed_is_another_world() -> None:
    assert not same(small_block(7).book["obligors"], small_block(8).book["obligors"])


@pytest.mark.slow
def test_a_full_block_of_a_city_is_whole() -> None:
    """20,000 cases, 25,000 accounts; lender's balances stay consistent in bulk."""
    world = make_world("city", 7, TODAY, "zh")
    block = make_block(world.frame, 4, 20_000)
    balances, accounts = block.book["balances"], block.book["accounts"]
    assert len(accounts) == 25_000
    principal, overdue = ints(balances, "principal_minor"), ints(balances, "overdue_minor")
    assert (principal <= ints(accounts, "principal_minor")).all()
    assert (overdue <= principal + ints(balances, "interest_minor")).all()
    assert ((ints(balances, "days_past_due") > 0) == (overdue > 0)).all()
    assert len(np.unique(block.book["obligors"].columns["id_number"])) > 19_990


@pytest.mark.slow
def test_a_city_has_a_hundred_thousand_cases_none_twice() -> None:
    """100,000 cases and 125,000 accounts; the references of all blocks together are unique."""
    people, accounts = [], []
    for block in make_world("city", 7, TODAY, "zh").blocks():
        people.append(block.book["obligors"].columns["ref"])
        accounts.append(block.book["accounts"].columns["ref"])
    assert len(np.unique(np.concatenate(people))) == 100_000
    assert len(np.unique(np.concatenate(accounts))) == 125_000


def same(one: Table, other: Table) -> bool:
    return list(one.rows()) == list(other.rows())
