"""Does the earlier history agree with payments, people and law of the house?"""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from ml.synthetic.columns import Value
from ml.synthetic.history import ENDS_CONTACT, ENDS_USE
from tests.ml.synthetic.worlds import TODAY, by_ref, rows, small_block, small_world


def local_day(row: dict[str, Value]) -> date:
    started = row["started_at"]
    assert isinstance(started, datetime)
    return (started + timedelta(hours=8)).date()


@pytest.mark.parametrize("seed", [7, 11])
def test_every_promise_has_the_state_that_the_payments_give_it(seed: int) -> None:
    block = small_block(seed)
    payments: dict[Value, list[tuple[date, int]]] = defaultdict(list)
    for row in rows(block, "payments"):
        payments[row["account_ref"]].append((row["paid_on"], row["amount_minor"]))  # type: ignore[arg-type] # as written
    states = Counter[str]()
    for row in rows(block, "history"):
        promised, due = row["promised_minor"], row["promised_on"]
        if not isinstance(promised, int) or promised == 0:
            assert (due, row["promise_state"]) == (None, None)
            continue
        assert isinstance(due, date)
        came = sum(amount for on, amount in payments[row["promise_account_ref"]] if local_day(row) < on <= due)
        ahead = "open" if due > TODAY else "due_today" if due == TODAY else "part_kept" if came else "broken"
        assert row["promise_state"] == ("kept" if came >= promised else ahead)
        states[str(row["promise_state"])] += 1
    assert {"kept", "part_kept", "broken", "open"} <= set(states)


def test_promises_of_one_account_do_not_overlap() -> None:
    last: dict[Value, date] = {}
    for row in sorted(rows(small_block(), "history"), key=lambda row: str(row["started_at"])):
        due = row["promised_on"]
        if isinstance(due, date):
            assert local_day(row) > last.get(row["promise_account_ref"], date.min)
            last[row["promise_account_ref"]] = due


def test_what_was_paid_at_the_door_is_a_payment_of_that_day() -> None:
    block = small_block()
    accounts = by_ref(block, "accounts")
    paid = {(accounts[row["account_ref"]]["obligor_ref"], row["paid_on"]) for row in rows(block, "payments")}
    visits = [row for row in rows(block, "history") if row["result"] in {"MET_PAID", "MET_PART_PAID"}]
    assert visits
    assert all((row["obligor_ref"], local_day(row)) in paid for row in visits)


def test_contact_ends_where_it_must_and_the_book_knows_why() -> None:
    block = small_block()
    contacts, addresses = by_ref(block, "contact_points"), by_ref(block, "addresses")
    ended: set[Value] = set()
    useless: set[Value] = set()
    for row in sorted(rows(block, "history"), key=lambda row: (str(row["obligor_ref"]), str(row["started_at"]))):
        target = row["contact_ref"] or row["address_ref"]
        assert row["obligor_ref"] not in ended
        assert target not in useless
        if row["result"] in ENDS_CONTACT:
            ended.add(row["obligor_ref"])
        if state := ENDS_USE.get(str(row["result"])):
            useless.add(target)
            assert (contacts.get(target) or addresses[target])["status"] == state
    assert ended
    assert useless


def test_attempts_are_by_day_by_the_right_people_on_own_numbers_and_places() -> None:
    block = small_block()
    contacts, addresses = by_ref(block, "contact_points"), by_ref(block, "addresses")
    role = {row["ref"]: row["role"] for row in small_world().staff_table().rows()}
    for row in rows(block, "history"):
        started = row["started_at"]
        assert isinstance(started, datetime)
        assert 9 <= (started + timedelta(hours=8)).hour < 20
        assert local_day(row) < TODAY
        is_call = row["channel"] == "call"
        target = contacts[row["contact_ref"]] if is_call else addresses[row["address_ref"]]
        assert target["obligor_ref"] == row["obligor_ref"]
        assert role[row["user_ref"]] == ("caller" if is_call else "collector")


def test_collectors_visit_their_own_area() -> None:
    world, block = small_world(), small_block()
    staff = world.staff
    area = dict(zip(staff.user_ref.tolist(), staff.area.tolist(), strict=True))
    addresses = by_ref(block, "addresses")
    sites, plane = world.town.areas.sites_m, world.town.plane
    for row in rows(block, "history"):
        place = addresses.get(row["address_ref"], {})
        lat, lon = place.get("lat"), place.get("lon")
        if isinstance(lat, float) and isinstance(lon, float):
            here = plane.to_plane(np.array([lat]), np.array([lon]))
            assert area[row["user_ref"]] == ((sites - here) ** 2).sum(axis=1).argmin()
