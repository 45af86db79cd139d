"""What happens when one knocks or calls at a moment? Result codes of the standard lists, from the hidden truth.

The set-based `visit_results` and `call_results` make the earlier history; `answer_visit` and `answer_call` answer one
question, reproducibly, and are what simulated collectors and clients use.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from ml.synthetic.columns import Flags, Floats, Ints, Texts, by_luck
from ml.synthetic.contacts import DEAD, WORK, WRONG
from ml.synthetic.seeds import stream
from ml.synthetic.truth import (
    ACTIONS,
    CLOSED,
    DECEASED,
    DISPUTE,
    FAMILY_EVENT,
    HOSPITAL,
    ILLNESS,
    IN_CUSTODY,
    LIVING,
    OVER_INDEBTED,
    PHONE,
    UNEMPLOYMENT,
    VISIT,
    Truth,
)

SATURDAY = 5
LUCKS = 5
"""How many independent uniform numbers one answer uses."""
_HARDSHIP_REASONS = (UNEMPLOYMENT, ILLNESS, FAMILY_EVENT, OVER_INDEBTED)
_UNSAFE, _DENIED = 0.004, 0.015
_DISPUTES = 0.6
"""How often somebody whose reason is a dispute says so."""
_GONE = {"MOVED_AWAY": 0.55, "DOOR_LOCKED_VACANT": 0.20, "NOT_HOME": 0.25}
_DEAD_LINE = {"OUT_OF_SERVICE": 0.45, "INVALID_NUMBER": 0.35, "POWERED_OFF": 0.20}
_NO_ANSWER = {"NO_ANSWER": 0.50, "BUSY": 0.14, "REJECTED": 0.18, "POWERED_OFF": 0.10, "TEMP_UNREACHABLE": 0.08}
_THIRD = {"THIRD_PERSON_MESSAGE": 0.7, "THIRD_PERSON_REFUSED": 0.3}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it; amounts in minor units, 0 and None where nothing was paid or promised."""

    result: str
    paid_minor: int
    promised_minor: int
    promised_on: date | None


@dataclass(frozen=True, slots=True)
class Attempts:
    """Questions put to many people: who, at which hour of which kind of day, with what luck of shape (n, LUCKS)."""

    person: Ints
    is_weekend: Flags
    hour: Ints
    luck: Floats


def visit_results(truth: Truth, attempts: Attempts, place_kind: Ints, is_current: Flags) -> Texts:
    """Return the visit result of each attempt at a place of this kind (numbers of ADDRESS_KINDS)."""
    who, day = attempts.person, attempts.is_weekend.astype(np.int64)
    at_work = place_kind == WORK
    presence = np.where(at_work, truth.work[who, day, attempts.hour], truth.home[who, day, attempts.hour])
    others = np.where(at_work, 0.75, truth.others[who, day, attempts.hour])
    meet, tell, odd = attempts.luck[:, 0], attempts.luck[:, 1], attempts.luck[:, 2]
    fate = truth.fate[who]
    gone = np.where(at_work, "WORKPLACE_LEFT", by_luck(attempts.luck[:, 4], _GONE))
    fates = np.select(
        [fate == DECEASED, fate == HOSPITAL, fate == IN_CUSTODY],
        ["DECEASED_CONFIRMED", "HOSPITAL", "IN_CUSTODY"],
        "BUSINESS_CLOSED",
    )
    told = (fate == CLOSED) | (tell < np.maximum(others, 0.3))
    absent = np.where(tell < others, "THIRD_PERSON_AT_ADDRESS", "NOT_HOME")
    return np.select(
        [odd < _UNSAFE, odd > 1 - _DENIED, ~is_current, (fate != LIVING) & told, fate != LIVING, meet < presence],
        ["UNSAFE", "ACCESS_DENIED", gone, fates, "NOT_HOME", _met(truth, attempts)],
        absent,
    )


def call_results(truth: Truth, attempts: Attempts, number_truth: Ints, is_third: Flags) -> Texts:
    """Return the call result of each attempt on a number that is right, wrong or dead, the obligor's or another's."""
    who = attempts.person
    pick, odd, tell = attempts.luck[:, 0], attempts.luck[:, 1], attempts.luck[:, 2]
    dead, silent = by_luck(odd, _DEAD_LINE), by_luck(odd, _NO_ANSWER)
    at_work = truth.work[who, attempts.is_weekend.astype(np.int64), attempts.hour]
    answers = 0.22 + 0.48 * truth.willingness[who] - 0.12 * at_work
    third = by_luck(tell, _THIRD)
    fate = np.where(truth.fate[who] == DECEASED, "DECEASED", "THIRD_PERSON_MESSAGE")
    return np.select(
        [number_truth == DEAD, pick > np.where(is_third, 0.55, answers), number_truth == WRONG, is_third,
         (truth.fate[who] != LIVING) & (truth.fate[who] != CLOSED)],
        [dead, silent, "WRONG_PARTY", third, fate],
        _spoken(truth, attempts),
    )  # fmt: skip


def answer_visit(truth: Truth, person: int, at: datetime, seed: int, door: tuple[int, bool], due_minor: int) -> Answer:
    """Tell what happens at a door (kind of place, whether the address is still right) at a local time."""
    attempts = _one(truth, person, at, seed, "visit")
    kind, is_current = door
    result = str(visit_results(truth, attempts, np.array([kind]), np.array([is_current]))[0])
    return _money(truth, attempts, result, at, due_minor)


def answer_call(truth: Truth, person: int, at: datetime, seed: int, line: tuple[int, bool], due_minor: int) -> Answer:
    """Tell what happens on a line (right, wrong or dead; whether it is a third person's) at a local time."""
    attempts = _one(truth, person, at, seed, "call")
    number_truth, is_third = line
    result = str(call_results(truth, attempts, np.array([number_truth]), np.array([is_third]))[0])
    return _money(truth, attempts, result, at, due_minor)


def kept_share(truth: Truth, person: int, promised_on: date, seed: int) -> float:
    """Return which part of a promise for that day is paid: 1 kept, between 0 and 1 part-kept, 0 broken."""
    luck = stream(seed, "promise", person, promised_on.toordinal()).random(2)
    if luck[0] < truth.promise_kept[person]:
        return 1.0
    part_chance = 0.3
    return float(0.2 + 0.6 * luck[1]) if luck[0] > 1 - part_chance * truth.willingness[person] else 0.0


def days_to_payment(truth: Truth, person: int, action: str, on: date, seed: int) -> int | None:
    """Return after how many days (1 to 30) the overdue is paid following an action on that day; None if it is not.

    The luck is the same for every action, so that the difference between two actions is their effect.
    """
    luck = stream(seed, "payment", person, on.toordinal()).random(2)
    if luck[0] >= truth.pay_chance[person, ACTIONS.index(action)]:
        return None
    return 1 + int(30 * luck[1] ** 1.5)


def _one(truth: Truth, person: int, at: datetime, seed: int, noun: str) -> Attempts:
    assert 0 <= person < len(truth.fate), "the person is a row of the truth"  # noqa: S101 - a caller's mistake
    minute = int((at.replace(tzinfo=None) - datetime(2000, 1, 1)).total_seconds() // 60)  # noqa: DTZ001 - local clock
    luck = stream(seed, noun, person, minute).random((1, LUCKS))
    return Attempts(np.array([person]), np.array([at.weekday() >= SATURDAY]), np.array([at.hour]), luck)


def _money(truth: Truth, attempts: Attempts, result: str, at: datetime, due_minor: int) -> Answer:
    luck, when = float(attempts.luck[0, 4]), float(attempts.luck[0, 1])
    person = int(attempts.person[0])
    whole = due_minor // 100 * 100
    if result in {"MET_PAID", "RPC_PAID_NOW"}:
        return Answer(result, due_minor, 0, None)
    if result == "MET_PART_PAID":
        return Answer(result, max(int(whole * (0.2 + 0.6 * luck)) // 100 * 100, min(100, due_minor)), 0, None)
    if result in {"MET_PROMISE", "RPC_PROMISE"}:
        share = 1.0 if luck < truth.ability[person] else 0.25 + 0.5 * luck
        amount = max(int(whole * share) // 100 * 100, min(100, due_minor))
        return Answer(result, 0, amount, at.date() + timedelta(days=1 + int(9 * when)))
    return Answer(result, 0, 0, None)


def _met(truth: Truth, attempts: Attempts) -> Texts:
    """Return what the obligor says and does at the door."""
    who, say = attempts.person, attempts.luck[:, 3]
    able, willing = truth.ability[who], truth.willingness[who]
    in_dispute = (truth.reason[who] == DISPUTE) & (say < _DISPUTES)
    complains = truth.temper[who] * 0.12
    paid = 0.10 * truth.pay_chance[who, VISIT] * (0.5 + willing)
    part = paid + 0.12 * able
    hardship = part + np.where(np.isin(truth.reason[who], _HARDSHIP_REASONS), 0.5, 0.12) * (1 - able)
    promise = hardship + (1 - hardship) * (0.30 + 0.6 * willing)
    # The last part of the range complains, whatever came before it.
    return np.select(
        [in_dispute, say > 1 - complains, say < paid, say < part, say < hardship, say < promise],
        ["MET_DISPUTE", "MET_COMPLAINT", "MET_PAID", "MET_PART_PAID", "MET_HARDSHIP", "MET_PROMISE"],
        "MET_REFUSED",
    )


def _spoken(truth: Truth, attempts: Attempts) -> Texts:
    """Return what the obligor says on the line."""
    who, say = attempts.person, attempts.luck[:, 3]
    able, willing = truth.ability[who], truth.willingness[who]
    in_dispute = (truth.reason[who] == DISPUTE) & (say < _DISPUTES)
    complains = truth.temper[who] * 0.10
    paid = 0.06 * truth.pay_chance[who, PHONE] * (0.5 + willing)
    already = paid + 0.03
    hardship = already + np.where(np.isin(truth.reason[who], _HARDSHIP_REASONS), 0.40, 0.08) * (1 - able)
    plan = hardship + 0.10 * willing * (1 - able)
    callback = plan + 0.08
    promise = callback + (1 - callback) * (0.20 + 0.6 * willing)
    hung_up = promise + (1 - promise) * 0.55
    return np.select(
        [in_dispute, say > 1 - complains / 3, say > 1 - complains, say < paid, say < already, say < hardship,
         say < plan, say < callback, say < promise, say < hung_up],
        ["RPC_DISPUTE", "STOP_CONTACT", "RPC_COMPLAINT", "RPC_PAID_NOW", "RPC_ALREADY_PAID", "RPC_HARDSHIP",
         "RPC_PLAN_REQUEST", "RPC_CALLBACK", "RPC_PROMISE", "RPC_HUNG_UP"],
        "RPC_REFUSED",
    )  # fmt: skip
