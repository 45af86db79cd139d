"""Which calls are drawn, what do answers come to, what may a mean claim, who may close what?

A call's lot is a number from the week's seed and its own id: nobody can choose, leaving one out moves no other, and a
call that comes later takes no drawn one away. Anybody can redo a draw from seed, plan and calls.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from backend.calls.quality.schemas import (
    Drawable,
    Drawn,
    Outcome,
    SamplingPlan,
    Score,
    ScoreSheet,
    SheetAnswer,
    SheetQuestion,
    Why,
)

WEEK = timedelta(days=7)
TASK_DAYS_MAX = 180
SCORES_MIN = 5
"""Fewer scores give no interval worth showing."""
_LOTS = 2**64
_WHOLE = 1000
# Student's t, two-sided 95 %, by degrees of freedom (Abramowitz and Stegun 1964, table 26.10); beyond 30 the last row
# that is not smaller is taken, so that an interval is never too narrow.
_T95 = {
    4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145,
    15: 2.131, 16: 2.120, 17: 2.110, 18: 2.101, 19: 2.093, 20: 2.086, 21: 2.080, 22: 2.074, 23: 2.069, 24: 2.064,
    25: 2.060, 26: 2.056, 27: 2.052, 28: 2.048, 29: 2.045, 30: 2.042, 40: 2.021, 60: 2.000, 120: 1.980,
}  # fmt: skip


def lot_of(seed: str, call: Drawable) -> float:
    """Return the call's lot: uniform from 0 (inclusive) to 1, by SHA-256 of seed and id."""
    digest = hashlib.sha256(f"{seed}:{call.call_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / _LOTS


def draw(calls: Sequence[Drawable], plan: SamplingPlan, seed: str) -> list[Drawn]:
    """Return the calls that the plan draws, each with all reasons that hold, by caller and lot."""
    interest = {one.result: one.share_permille for one in plan.interest}
    of_caller: dict[object, list[tuple[float, Drawable]]] = defaultdict(list)
    for call in calls:
        of_caller[call.caller_id].append((lot_of(seed, call), call))
    found = []
    for lots in of_caller.values():
        lots.sort(key=lambda one: (one[0], one[1].call_id))
        for place, (lot, call) in enumerate(lots):
            holds = {
                Why.SHARE: lot * _WHOLE < plan.share_permille,
                Why.AT_LEAST: place < plan.at_least_a_week,
                Why.INTEREST: lot * _WHOLE < interest.get(call.result, 0),
                Why.EXCEPTION: call.is_exception,
            }
            why = [reason for reason, is_so in holds.items() if is_so]
            if why:
                found.append(Drawn(call=call, why=why))
    return found


def is_sound_plan(plan: SamplingPlan, results: Collection[str]) -> bool:
    """Tell whether each result of interest exists and is named once."""
    named = [one.result for one in plan.interest]
    return len(named) == len(set(named)) and set(named) <= set(results)


def is_sound_sheet(sheet: ScoreSheet) -> bool:
    """Tell whether ids are different and something must always be answered."""
    ids = [question.id for question in sheet.questions]
    return len(ids) == len(set(ids)) and not all(question.may_not_apply for question in sheet.questions)


def score_of(sheet: ScoreSheet, answers: Mapping[str, SheetAnswer]) -> Score | None:
    """Return what answers come to: the weight of the yes among yes and no, 0 after a knock-out; rounded half up.

    None when a question has no answer or one that it does not take, or an answer has no question.
    """
    if set(answers) != {question.id for question in sheet.questions}:
        return None
    if any(answers[one.id] is SheetAnswer.NOT_APPLICABLE and not one.may_not_apply for one in sheet.questions):
        return None
    asked = [one for one in sheet.questions if answers[one.id] is not SheetAnswer.NOT_APPLICABLE]
    failed = [one for one in asked if answers[one.id] is SheetAnswer.NO]
    total = sum(one.weight for one in asked)
    good = total - sum(one.weight for one in failed)
    is_knocked_out = any(one.is_knock_out for one in failed)
    permille = 0 if is_knocked_out else (2 * _WHOLE * good + total) // (2 * total)
    return Score(
        permille=permille,
        is_knocked_out=is_knocked_out,
        is_passed=not is_knocked_out and permille >= sheet.pass_from_permille,
        failed=[one.id for one in failed],
    )


def questions_failed(sheet: ScoreSheet, answers: Mapping[str, SheetAnswer]) -> list[SheetQuestion]:
    """Return the questions with a no, in the order of the sheet."""
    return [one for one in sheet.questions if answers.get(one.id) is SheetAnswer.NO]


def mean_of(scores: Sequence[int]) -> int | None:
    """Return the mean in permille, rounded half up; None of nothing."""
    return None if not scores else (2 * sum(scores) + len(scores)) // (2 * len(scores))


def interval_of(scores: Sequence[int]) -> tuple[int, int] | None:
    """Return the 95 % interval of the mean in permille, by Student's t, within 0 and 1000.

    None below 5 scores, and when all are the same: that says nothing of how far the next one may lie.
    """
    count = len(scores)
    if count < SCORES_MIN or len(set(scores)) == 1:
        return None
    mean = sum(scores) / count
    spread = math.sqrt(sum((score - mean) ** 2 for score in scores) / (count - 1))
    degrees = max(known for known in _T95 if known <= count - 1)
    half = _T95[degrees] * spread / math.sqrt(count)
    return max(0, math.floor(mean - half)), min(_WHOLE, math.ceil(mean + half))


def week_of(week_on: date, zone: str) -> tuple[datetime, datetime]:
    """Return from when (inclusive) to when (exclusive) a week lasts where the lender is."""
    there = ZoneInfo(zone)
    begins = datetime(week_on.year, week_on.month, week_on.day, tzinfo=there)
    after = week_on + WEEK
    return begins, datetime(after.year, after.month, after.day, tzinfo=there)


def is_week(week_on: date, zone: str, now: datetime) -> bool:
    """Tell whether a day is a Monday and has begun where the lender is."""
    return week_on.weekday() == 0 and week_of(week_on, zone)[0] <= now


def is_day_for_task(due_on: date, today: date) -> bool:
    """Tell whether a task may be due then: today at the earliest, at most 180 days from now."""
    return today <= due_on <= today + timedelta(days=TASK_DAYS_MAX)


def is_proof_of(outcome: Outcome, *, has_reached_client: bool) -> bool:
    """Tell whether a call can have that outcome: only who was reached can confirm or deny."""
    return (outcome is Outcome.NOT_REACHED) != has_reached_client
