"""How is a case valued, who may work on it, how do edits merge? Tables on both sides of each border."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from backend.cases.rules import (
    bucket_of,
    door_of,
    is_in_time_to_withdraw,
    merge,
    reasons_of,
    score_of,
    state_after_refresh,
    why_not_work,
)
from backend.cases.schemas import (
    CaseOnFile,
    CaseState,
    Conflict,
    DoorCandidate,
    Edited,
    Fact,
    FactEdit,
    FactField,
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


def edit(value: str, base: int) -> Edited:
    wish = FactEdit(case_id=CASE, field=FactField.VISIT_HINT, base_version=base, value=value)
    return Edited(edit=wish, user_id=MEI, at=NOW, device_id=new_id(), mutation_id=new_id())


def fact(value: str, version: int) -> Fact:
    return Fact(value=value, version=version, edited_by=BO, edited_at=NOW, mutation_id=None)


def test_an_edit_of_the_present_version_is_the_next_one() -> None:
    first = merge(None, edit("mornings", 0), new_id())
    assert isinstance(first, Fact)
    assert (first.value, first.version) == ("mornings", 1)
    second = merge(fact("mornings", 4), edit("evenings", 4), new_id())
    assert isinstance(second, Fact)
    assert second.version == 5


@pytest.mark.parametrize("base", [0, 3, 5])
def test_an_edit_of_another_version_is_a_conflict_with_both_values(base: int) -> None:
    """OF-7: no last writer wins."""
    found = merge(fact("mornings", 4), edit("evenings", base), new_id())
    assert isinstance(found, Conflict)
    assert (found.stored.value, found.sent.edit.value) == ("mornings", "evenings")


def test_two_people_who_typed_the_same_agree() -> None:
    assert merge(fact("mornings", 4), edit("mornings", 0), new_id()) is None


def test_whatever_the_order_of_arrival_no_value_is_lost() -> None:
    """N13: every value that was sent stands as the fact or in a conflict."""
    sent = [edit(word, 0) for word in ("a", "b", "c")]
    for order in permutations(sent):
        stored: Fact | None = None
        kept = set()
        for one in order:
            merged = merge(stored, one, new_id())
            if isinstance(merged, Fact):
                stored = merged
            elif merged is not None:
                kept.add(merged.sent.edit.value)
        assert stored is not None
        assert kept | {stored.value} == {"a", "b", "c"}
