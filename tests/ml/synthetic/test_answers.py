"""Do people answer as their hidden truth says, each time the same?"""

from datetime import date, datetime

import numpy as np
import pytest

from ml.synthetic.answers import Answer, answer_call, answer_visit, days_to_payment, kept_share
from ml.synthetic.contacts import DEAD, HOME, RIGHT, WRONG
from ml.synthetic.truth import ACTIONS, FATES, LIVING, Truth
from tests.ml.synthetic.worlds import small_block

EVENING = datetime(2026, 11, 24, 19, 30)  # noqa: DTZ001 - local clock of the town
DUE = 824_050
VISIT_CODES = {
    "MET_PROMISE", "MET_PAID", "MET_PART_PAID", "MET_REFUSED", "MET_HARDSHIP", "MET_DISPUTE", "MET_COMPLAINT",
    "THIRD_PERSON_AT_ADDRESS", "NOT_HOME", "DOOR_LOCKED_VACANT", "MOVED_AWAY", "WORKPLACE_LEFT", "BUSINESS_CLOSED",
    "ACCESS_DENIED", "UNSAFE", "DECEASED_CONFIRMED", "IN_CUSTODY", "HOSPITAL",
}  # fmt: skip


@pytest.fixture(scope="module")
def truth() -> Truth:
    return small_block().truth


def visits(truth: Truth, at: datetime, seed: int = 7) -> list[Answer]:
    return [answer_visit(truth, person, at, seed, (HOME, True), DUE) for person in range(300)]


def test_the_same_question_has_the_same_answer(truth: Truth) -> None:
    assert visits(truth, EVENING) == visits(truth, EVENING)
    assert visits(truth, EVENING) != visits(truth, EVENING, seed=8)


def test_answers_are_codes_of_the_list_with_money_that_fits(truth: Truth) -> None:
    for hour in (10, 14, 19):
        for answer in visits(truth, EVENING.replace(hour=hour)):
            assert answer.result in VISIT_CODES
            assert 0 <= answer.paid_minor <= DUE
            assert (answer.paid_minor > 0) == (answer.result in {"MET_PAID", "MET_PART_PAID"})
            assert (answer.promised_minor > 0) == (answer.result == "MET_PROMISE") == (answer.promised_on is not None)
            assert answer.promised_on is None or 1 <= (answer.promised_on - EVENING.date()).days <= 10


def test_people_are_met_as_often_as_their_presence_says(truth: Truth) -> None:
    living = np.flatnonzero(truth.fate == LIVING)
    met = expected = 0.0
    for minute in range(0, 60, 10):
        answers = visits(truth, EVENING.replace(minute=minute))
        met += sum(answers[person].result.startswith("MET_") for person in living)
        expected += float(truth.home[living, 0, 19].sum())
    assert abs(met / expected - 1) < 0.06


def test_dead_and_wrong_lines_never_bring_the_obligor(truth: Truth) -> None:
    for person in range(300):
        assert not answer_call(truth, person, EVENING, 7, (DEAD, False), DUE).result.startswith("RPC_")
        assert not answer_call(truth, person, EVENING, 7, (WRONG, False), DUE).result.startswith("RPC_")
        assert not answer_call(truth, person, EVENING, 7, (RIGHT, True), DUE).result.startswith("RPC_")


def test_who_is_not_alive_and_well_neither_promises_nor_pays(truth: Truth) -> None:
    gone = [person for person in range(300) if FATES[truth.fate[person]] != "living"]
    assert gone, "the small world has such people"
    for person in gone:
        for hour in range(9, 20):
            answer = answer_visit(truth, person, EVENING.replace(hour=hour), 7, (HOME, True), DUE)
            assert (answer.paid_minor, answer.promised_minor) == (0, 0)


def test_an_unknown_person_is_a_mistake_of_the_caller(truth: Truth) -> None:
    with pytest.raises(AssertionError, match="row of the truth"):
        answer_visit(truth, 300, EVENING, 7, (HOME, True), DUE)


def test_payment_follows_the_chance_of_each_action(truth: Truth) -> None:
    for number, action in enumerate(ACTIONS):
        days = [
            days_to_payment(truth, person, action, date(2026, 11, day), 7)
            for person in range(300)
            for day in range(1, 13)
        ]
        paid = sum(value is not None for value in days) / len(days)
        assert abs(paid - truth.pay_chance[:, number].mean()) < 0.025, action
        assert all(value is None or 1 <= value <= 30 for value in days)


def test_an_action_never_makes_worse_what_a_cheaper_one_achieves(truth: Truth) -> None:
    """Same luck for every action: who pays by itself pays after a visit too (agencies may be worse than a call)."""
    none, robot, phone, visit = (truth.pay_chance[:, number] for number in range(4))
    assert (none <= robot).all()
    assert (robot <= phone + 1e-12).all()
    assert (phone <= visit + 1e-12).all()


def test_the_order_by_chance_is_not_the_order_by_gain(truth: Truth) -> None:
    """What a ranker must learn: who pays anyway is not worth the way."""
    gain = truth.pay_chance[:, ACTIONS.index("visit")] - truth.pay_chance[:, ACTIONS.index("phone")]
    by_gain, by_chance = np.argsort(-gain)[:30], np.argsort(-truth.pay_chance[:, 0])[:30]
    assert gain[by_chance].sum() < 0.6 * gain[by_gain].sum()


def test_promises_are_kept_as_often_as_the_truth_says(truth: Truth) -> None:
    shares = np.array(
        [kept_share(truth, person, date(2026, 12, day), 7) for person in range(300) for day in range(1, 8)]
    )
    assert abs((shares == 1).mean() - truth.promise_kept.mean()) < 0.03
    assert ((shares >= 0) & (shares <= 1)).all()
    assert ((shares > 0) & (shares < 1)).any()
