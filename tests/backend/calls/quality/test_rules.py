"""Which calls are drawn, what do answers come to, what may a mean claim? Values on both sides of each border."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calls import codes
from backend.calls.quality import rules, shipped
from backend.calls.quality.schemas import (
    Drawable,
    Interest,
    Outcome,
    SamplingPlan,
    ScoreSheet,
    SheetAnswer,
    SheetQuestion,
    Why,
)

YES, NO, NA = SheetAnswer.YES, SheetAnswer.NO, SheetAnswer.NOT_APPLICABLE


def call(number: int, *, caller: int = 1, result: str = "NO_ANSWER", is_exception: bool = False) -> Drawable:
    return Drawable(UUID(int=number), UUID(int=9), UUID(int=caller), result, is_exception)


def plan(share: int = 0, least: int = 0, **interest: int) -> SamplingPlan:
    return SamplingPlan(share, least, [Interest(result, permille) for result, permille in interest.items()])


def why_of(calls: list[Drawable], by: SamplingPlan, seed: str = "week") -> dict[int, list[Why]]:
    return {one.call.call_id.int: one.why for one in rules.draw(calls, by, seed)}


CALLS = [call(number, caller=number % 3) for number in range(300)]


def test_a_share_of_nothing_draws_nothing_and_of_all_everything() -> None:
    assert why_of(CALLS, plan()) == {}
    assert why_of(CALLS, plan(1000)) == {number: [Why.SHARE] for number in range(300)}


def test_each_caller_has_at_least_so_many_and_who_made_fewer_has_all() -> None:
    drawn = rules.draw([*CALLS, call(900, caller=8)], plan(0, 2), "week")
    counts = [sum(one.call.caller_id.int == caller for one in drawn) for caller in (0, 1, 2, 8)]
    assert counts == [2, 2, 2, 1]


def test_an_exception_of_the_gate_is_drawn_under_any_plan() -> None:
    assert why_of([call(1), call(2, is_exception=True)], plan()) == {2: [Why.EXCEPTION]}


def test_a_result_of_interest_is_drawn_more_often_and_each_reason_is_named() -> None:
    calls = [call(1), call(2, result="RPC_COMPLAINT")]
    assert why_of(calls, plan(RPC_COMPLAINT=1000)) == {2: [Why.INTEREST]}
    assert why_of(calls, plan(1000, 1, RPC_COMPLAINT=1000))[2][0] is Why.SHARE
    assert why_of(calls, plan(1000, 2, RPC_COMPLAINT=1000))[2] == [Why.SHARE, Why.AT_LEAST, Why.INTEREST]


def test_a_share_draws_about_its_share() -> None:
    """3,000 calls at 3 %: 90, and a fair coin strays less than 5 deviations (47)."""
    calls = [call(number) for number in range(3000)]
    assert 43 <= len(why_of(calls, plan(30))) <= 137


@given(st.sets(st.integers(0, 299)), st.integers(0, 1000), st.text(max_size=8))
def test_leaving_calls_out_moves_no_other_of_a_share(left_out: set[int], share: int, seed: str) -> None:
    whole, less = (
        why_of(CALLS, plan(share), seed),
        why_of([CALLS[n] for n in range(300) if n not in left_out], plan(share), seed),
    )
    assert less == {number: why for number, why in whole.items() if number not in left_out}


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    assert why_of(CALLS, plan(100)) == why_of(list(reversed(CALLS)), plan(100))
    assert why_of(CALLS, plan(100)) != why_of(CALLS, plan(100), "other")


SHEET = ScoreSheet(
    [
        SheetQuestion("polite", "礼貌", "Polite", 1, is_knock_out=False, may_not_apply=False),
        SheetQuestion("result", "结果", "Result", 2, is_knock_out=False, may_not_apply=True),
        SheetQuestion("no_threat", "无威胁", "No threat", 3, is_knock_out=True, may_not_apply=True),
    ],
    pass_from_permille=667,
)


@pytest.mark.parametrize(
    ("polite", "result", "no_threat", "permille", "is_knocked_out", "is_passed"),
    [
        (YES, YES, YES, 1000, False, True),
        (YES, NO, YES, 667, False, True),
        (NO, NO, YES, 500, False, False),
        (YES, YES, NO, 0, True, False),
        (YES, NA, NA, 1000, False, True),
        (YES, NO, NA, 333, False, False),
        (NO, YES, NA, 667, False, True),
        (NO, NA, NA, 0, False, False),
    ],
)
def test_answers_come_to_the_weight_of_the_yes(
    *,
    polite: SheetAnswer,
    result: SheetAnswer,
    no_threat: SheetAnswer,
    permille: int,
    is_knocked_out: bool,
    is_passed: bool,
) -> None:
    score = rules.score_of(SHEET, {"polite": polite, "result": result, "no_threat": no_threat})
    assert score is not None
    assert (score.permille, score.is_knocked_out, score.is_passed) == (permille, is_knocked_out, is_passed)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"polite": YES, "result": YES},
        {"polite": NA, "result": YES, "no_threat": YES},
        {"polite": YES, "result": YES, "no_threat": YES, "more": YES},
    ],
)
def test_answers_that_do_not_fit_the_sheet_come_to_nothing(answers: dict[str, SheetAnswer]) -> None:
    assert rules.score_of(SHEET, answers) is None


def test_what_was_failed_is_told_in_the_order_of_the_sheet() -> None:
    answers = {"no_threat": NO, "result": YES, "polite": NO}
    score = rules.score_of(SHEET, answers)
    assert score is not None
    assert score.failed == ["polite", "no_threat"] == [one.id for one in rules.questions_failed(SHEET, answers)]


def test_a_sheet_has_different_ids_and_something_that_always_applies() -> None:
    first, *others = SHEET.questions
    assert rules.is_sound_sheet(SHEET)
    assert rules.is_sound_sheet(shipped.SHEET)
    assert not rules.is_sound_sheet(msgspec.structs.replace(SHEET, questions=others))
    assert not rules.is_sound_sheet(msgspec.structs.replace(SHEET, questions=[first, first]))


def test_a_plan_names_results_that_exist_once() -> None:
    assert rules.is_sound_plan(shipped.PLAN, codes.BY_CODE)
    assert not rules.is_sound_plan(plan(NO_SUCH=1), codes.BY_CODE)
    assert not rules.is_sound_plan(SamplingPlan(1, 1, [Interest("BUSY", 1), Interest("BUSY", 2)]), codes.BY_CODE)


@pytest.mark.parametrize(
    ("scores", "mean", "interval"),
    [
        ([], None, None),
        ([500], 500, None),
        ([900, 901], 901, None),
        ([1000, 800, 600, 900], 825, None),
        # By hand: mean 820, deviation 83.67, 2.776 * 83.67 / sqrt(5) = 103.9.
        ([700, 800, 800, 900, 900], 820, (716, 924)),
        ([1000, 1000, 1000, 1000, 0], 800, (244, 1000)),
        ([1000] * 30, 1000, None),
    ],
)
def test_a_mean_claims_no_more_than_its_count_allows(
    scores: list[int], mean: int | None, interval: tuple[int, int] | None
) -> None:
    assert (rules.mean_of(scores), rules.interval_of(scores)) == (mean, interval)


def test_an_interval_between_two_rows_of_the_table_is_the_wider_one() -> None:
    """36 scores have 35 degrees: the row of 30 (2.042) is taken, for the one of 40 would claim too much."""
    scores = [400, 600] * 18
    assert rules.interval_of(scores) == (465, 535)


@pytest.mark.parametrize(
    ("week_on", "now", "is_one"),
    [
        (date(2026, 11, 23), datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), False),
        (date(2026, 11, 23), datetime(2026, 11, 22, 16, 0, tzinfo=UTC), True),
        (date(2026, 11, 24), datetime(2026, 11, 30, tzinfo=UTC), False),
    ],
)
def test_a_week_is_a_monday_that_has_begun_where_the_lender_is(week_on: date, now: datetime, *, is_one: bool) -> None:
    assert rules.is_week(week_on, "Asia/Shanghai", now) is is_one


def test_a_week_with_a_change_of_the_clock_is_an_hour_longer() -> None:
    begins, ends = rules.week_of(date(2026, 10, 19), "Europe/Berlin")
    assert (ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() == 7 * 86400 + 3600


@pytest.mark.parametrize(
    ("due_on", "is_one"),
    [(date(2026, 11, 24), False), (date(2026, 11, 25), True), (date(2027, 5, 24), True), (date(2027, 5, 25), False)],
)
def test_a_task_is_due_from_today_to_half_a_year(due_on: date, *, is_one: bool) -> None:
    assert rules.is_day_for_task(due_on, date(2026, 11, 25)) is is_one


@pytest.mark.parametrize(
    ("outcome", "has_reached", "is_one"),
    [
        (Outcome.CONFIRMED, True, True),
        (Outcome.CONFIRMED, False, False),
        (Outcome.DIFFERS, True, True),
        (Outcome.DIFFERS, False, False),
        (Outcome.NOT_REACHED, True, False),
        (Outcome.NOT_REACHED, False, True),
    ],
)
def test_only_who_was_reached_confirms_or_denies(outcome: Outcome, *, has_reached: bool, is_one: bool) -> None:
    assert rules.is_proof_of(outcome, has_reached_client=has_reached) is is_one
