"""How is a case valued, who may work on it, how do edits merge? Tables on both sides of each border."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from backend.cases.rules import (
    bases_of,
    bucket_of,
    crosses,
    door_of,
    fact_of,
    is_in_time_to_withdraw,
    reasons_of,
    score_of,
    state_after_refresh,
    why_not_work,
    with_edit,
)
from backend.cases.schemas import (
    CaseOnFile,
    CaseState,
    DoorCandidate,
    Edit,
    FactEdit,
    FactField,
    FactOnFile,
    Holding,
    Owed,
    Worker,
)
from backend.kernel.geo import Point
from backend.kernel.ids import new_id

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MEI, BO, TEAM = new_id(), new_id(), new_id()
SECOND = timedelta(seconds=1)


def owed(overdue_minor: int = 100, days: int = 10, accounts: int = 1) -> Owed:
    return Owed(
        obligor_id=new_id(), kind="personal", currency="CNY", overdue_minor=overdue_minor, balance_minor=1000,
        days_past_due=days, account_count=accounts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "M0"), (1, "M1"), (30, "M1"), (31, "M2"), (60, "M2"), (61, "M3"), (180, "M6"), (181, "M7"), (4000, "M7")],
)
def test_buckets_are_thirty_days_and_end_at_seven(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket


def test_a_negative_age_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="negative"):
        bucket_of(-1)


def test_the_score_is_days_times_overdue_and_says_so() -> None:
    assert score_of(owed(250, 4)) == 1000
    assert reasons_of(owed(days=90)) == ["days_past_due_x_overdue"]
    assert reasons_of(owed(days=91, accounts=2)) == ["days_past_due_x_overdue", "over_90_days", "several_accounts"]


@pytest.mark.parametrize(
    ("before", "overdue", "days", "after"),
    [(None, 1, 1, CaseState.NEW), (CaseState.PROMISE, 1, 1, CaseState.PROMISE),
     (CaseState.ACTIVE, 0, 0, CaseState.CURED),
     (None, 0, 0, CaseState.CURED), (CaseState.ACTIVE, 0, 3, CaseState.ACTIVE)],
)  # fmt: skip
def test_the_book_cures_and_nothing_else_changes_a_state(
    before: CaseState | None, overdue: int, days: int, after: CaseState
) -> None:
    assert state_after_refresh(before, owed(overdue, days)) is after


def door(kind: str, *, own: bool = True, usable: bool = True, place: bool = True) -> DoorCandidate:
    return DoorCandidate(
        id=new_id(), kind=kind, is_own=own, is_usable=usable, place=Point(lat=1, lon=1) if place else None
    )


def test_the_door_is_the_client_s_home_if_it_has_a_place() -> None:
    home, work, dark_home = door("home"), door("work"), door("home", place=False)
    theirs, moved = door("home", own=False), door("home", usable=False)
    assert door_of([work, theirs, moved, home]) == home
    assert door_of([dark_home, work]) == work
    assert door_of([dark_home, theirs]) == dark_home
    assert door_of([theirs, moved]) is None


def case(*holdings: Holding, closed_at: datetime | None = None) -> CaseOnFile:
    return CaseOnFile(
        id=new_id(), currency="CNY", zone="Asia/Shanghai", closed_at=closed_at, team_ids=[TEAM], holdings=list(holdings)
    )


def held(user: object, since: datetime, until: datetime | None = None) -> Holding:
    return Holding(user_id=user, user_name="Bo" if user == BO else "Mei", assigned_at=since, released_at=until)  # type: ignore[arg-type]


COLLECTOR = Worker(user_id=MEI, team_ids=(), sees_tenant=False)
YESTERDAY = NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (YESTERDAY - SECOND, "case.reassigned"),
        (YESTERDAY, None),
        (NOW, None),
        (NOW + SECOND, "case.reassigned"),
    ],
)
def test_a_fact_counts_while_the_case_was_held(at: datetime, code: str | None) -> None:
    """AL-2: from the moment of assignment to the moment of release, both included."""
    problem = why_not_work(case(held(MEI, YESTERDAY, NOW), held(BO, NOW)), COLLECTOR, at)
    assert (problem.kind.code if problem else None) == code


def test_a_refusal_names_who_has_the_case_now() -> None:
    problem = why_not_work(case(held(MEI, YESTERDAY, NOW), held(BO, NOW)), COLLECTOR, NOW + SECOND)
    assert problem is not None
    assert problem.data == {"at": NOW.isoformat(), "to": "Bo"}


def test_who_never_had_it_may_not_but_the_team_s_people_may() -> None:
    stranger = why_not_work(case(held(BO, YESTERDAY)), COLLECTOR, NOW)
    assert stranger is not None
    assert stranger.kind.code == "case.not_yours"
    assert why_not_work(None, COLLECTOR, NOW) is not None
    assert why_not_work(case(), Worker(user_id=MEI, team_ids=(TEAM,), sees_tenant=False), NOW) is None
    assert why_not_work(case(), Worker(user_id=MEI, team_ids=(), sees_tenant=True), NOW) is None


@pytest.mark.parametrize(("at", "is_refused"), [(NOW, False), (NOW + SECOND, True)])
def test_a_closed_case_takes_what_happened_before(at: datetime, *, is_refused: bool) -> None:
    problem = why_not_work(case(held(MEI, YESTERDAY), closed_at=NOW), COLLECTOR, at)
    assert (problem is not None) is is_refused


@pytest.mark.parametrize(("seconds", "is_in_time"), [(-0.001, False), (0, True), (5, True), (5.001, False)])
def test_a_record_is_taken_back_within_five_seconds(seconds: float, *, is_in_time: bool) -> None:
    assert is_in_time_to_withdraw(NOW, NOW + timedelta(seconds=seconds)) is is_in_time


CASE = new_id()
VECTORS = Path(__file__).parents[2] / "vectors" / "facts.json"
"""The same on the phone: pwa/tests/rules/facts.test.ts."""


class Vector(msgspec.Struct):
    """Edits of one fact (id, value, minute, bases), and what stands of them: ids, newest first."""

    name: str
    edits: list[tuple[str, str, int, list[str]]]
    heads: list[str]
    others: list[str]


def named(letter: str) -> UUID:
    return UUID(int=ord(letter))


def edit(name: str, value: str, minute: int = 0, bases: Sequence[str] = ()) -> Edit:
    return Edit(
        id=named(name), case_id=CASE, field="visit_hint", value=value, base_ids=[named(base) for base in bases],
        user_id=MEI, device_id=None, at=NOW + timedelta(minutes=minute),
    )  # fmt: skip


VECTORS_READ = msgspec.json.decode(VECTORS.read_bytes(), type=list[Vector])


@pytest.mark.parametrize("vector", VECTORS_READ, ids=[one.name for one in VECTORS_READ])
def test_what_stands_of_a_fact(vector: Vector) -> None:
    """OF-7, N13: no last writer wins; the order of arrival says nothing."""
    edits = [edit(*one) for one in vector.edits]
    for order in permutations(edits) if len(edits) <= 4 else [edits]:
        fact = fact_of(FactOnFile(version=len(order), edits=list(order)))
        assert [head.id for head in fact.heads] == [named(name) for name in vector.heads]
        assert fact.shown.id == named(vector.heads[0])
        assert [other.id for other in fact.others] == [named(name) for name in vector.others]


def test_an_edit_crosses_only_while_it_stands_beside_another_value() -> None:
    one, two, same = edit("a", "x"), edit("b", "y"), edit("c", "x")
    over_both = edit("d", "x", 1, ["a", "b", "c"])
    both = fact_of(FactOnFile(version=2, edits=[one, two]))
    assert (crosses(one, both), crosses(two, both)) == (True, True)
    assert not crosses(one, fact_of(FactOnFile(version=2, edits=[one, same])))
    decided = fact_of(FactOnFile(version=4, edits=[one, two, same, over_both]))
    assert [crosses(edit_, decided) for edit_ in (one, two, same, over_both)] == [False] * 4


def test_an_edit_that_is_kept_already_changes_nothing() -> None:
    first = with_edit(None, edit("a", "x"))
    assert with_edit(first, edit("a", "x")) is first
    second = with_edit(first, edit("b", "y"))
    assert (second.version, [one.value for one in second.edits]) == (2, ["x", "y"])


@pytest.mark.parametrize(
    ("base_version", "bases"), [(None, ["q"]), (1, ["q"]), (2, ["q", "b", "a"]), (3, ["q"]), (0, ["q"])]
)
def test_a_version_stands_for_all_that_stood_when_it_is_the_present_one(
    base_version: int | None, bases: list[str]
) -> None:
    on_file = FactOnFile(version=2, edits=[edit("a", "x"), edit("b", "y", 1)])
    wish = FactEdit(
        case_id=CASE, field=FactField.VISIT_HINT, base_ids=[named("q")], value="z", base_version=base_version
    )
    assert bases_of(wish, on_file) == [named(name) for name in bases]


def test_nobody_saw_anything_of_a_fact_that_is_new() -> None:
    wish = FactEdit(case_id=CASE, field=FactField.VISIT_HINT, base_ids=[], value="z", base_version=0)
    assert bases_of(wish, None) == []
