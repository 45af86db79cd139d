"""What follows from a word of the exchange? Tables of values."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from backend.calls.codes import BY_CODE
from backend.calls.line import rules
from backend.calls.line.schemas import Heard, Leg, LineCall, PausedSpan, Standing, State, Word
from backend.compliance.schemas import Action, Channel, Decision, Situation, Verdict

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)
CALL, CASE, POINT, OTHER = (UUID(int=n) for n in range(4))


def call(state: State = State.ASKED, kind: str = "desk", **changes: object) -> LineCall:
    made = LineCall(
        id=CALL, tenant_id=OTHER, case_id=CASE, contact_point_id=POINT, user_id=OTHER, kind=kind, adapter="ari",
        permit_id=OTHER, notice_id=None, state=state, asked_at=NOW, dialled_at=None, rang_at=None, answered_at=None,
        ended_at=None, cause=None, suggested_result=None, is_paused=False, memory=None, wake_at=None,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def heard(word: Word, leg: Leg = Leg.CLIENT, cause: int | None = None) -> Heard:
    return Heard(id=OTHER, call_id=CALL, leg=leg, word=word, at=LATER, cause=cause)


@pytest.mark.parametrize(
    ("cause", "has_rung", "expected"),
    [
        (16, True, "NO_ANSWER"), (16, False, "TEMP_UNREACHABLE"), (17, True, "BUSY"), (17, False, "BUSY"),
        (18, True, "NO_ANSWER"), (19, True, "NO_ANSWER"), (20, False, "POWERED_OFF"), (21, True, "REJECTED"),
        (1, False, "INVALID_NUMBER"), (28, False, "INVALID_NUMBER"), (22, False, "OUT_OF_SERVICE"),
        (27, False, "OUT_OF_SERVICE"), (31, True, "NO_ANSWER"), (38, False, "TECHNICAL_FAILURE"),
        (34, True, "TECHNICAL_FAILURE"), (0, True, "TEMP_UNREACHABLE"), (None, True, "TEMP_UNREACHABLE"),
        (999, True, "TEMP_UNREACHABLE"),
    ],
)  # fmt: skip
def test_a_cause_suggests_a_result(*, cause: int | None, has_rung: bool, expected: str) -> None:
    assert rules.suggested_result(cause, has_rung=has_rung, is_answered=False) == expected


def test_who_answered_alone_knows_what_was_said() -> None:
    assert rules.suggested_result(16, has_rung=True, is_answered=True) is None


def test_every_suggested_result_is_in_the_list_of_results() -> None:
    assert {*rules.RESULT_OF_CAUSE.values(), rules.UNKNOWN_END} <= set(BY_CODE)


@pytest.mark.parametrize(
    ("before", "word", "leg", "after"),
    [
        (State.ASKED, Word.DIALLED, Leg.CLIENT, State.DIALLING),
        (State.DIALLING, Word.RINGING, Leg.CLIENT, State.RINGING),
        (State.DIALLING, Word.RINGING, Leg.DESK, State.DIALLING),
        (State.DIALLING, Word.ANSWERED, Leg.DESK, State.DIALLING),
        (State.DIALLING, Word.ANSWERED, Leg.CLIENT, State.ANSWERED),
        (State.RINGING, Word.ANSWERED, Leg.CLIENT, State.ANSWERED),
        (State.ANSWERED, Word.RINGING, Leg.CLIENT, State.ANSWERED),
        (State.ANSWERED, Word.DIGIT, Leg.CLIENT, State.ANSWERED),
        (State.RINGING, Word.ENDED, Leg.CLIENT, State.ENDED),
        (State.DIALLING, Word.ENDED, Leg.DESK, State.ENDED),
        (State.RINGING, Word.ENDED, Leg.DESK, State.RINGING),
        (State.ENDED, Word.ANSWERED, Leg.CLIENT, State.ENDED),
        (State.BY_HAND, Word.ENDED, Leg.CLIENT, State.BY_HAND),
    ],
)
def test_a_word_moves_a_call(before: State, word: Word, leg: Leg, after: State) -> None:
    rang_at = NOW if before in {State.RINGING, State.ANSWERED} else None
    assert rules.after(call(before, rang_at=rang_at), heard(word, leg)).state is after


def test_a_telephone_of_the_house_that_nobody_lifts_is_our_fault_not_the_clients() -> None:
    ended = rules.after(call(State.DIALLING), heard(Word.ENDED, Leg.DESK, 19))
    assert ended.suggested_result == "TECHNICAL_FAILURE"


def test_a_robot_does_not_end_with_the_person_who_takes_over() -> None:
    assert rules.after(call(State.DIALLING, kind="robot"), heard(Word.ENDED, Leg.DESK)).state is State.DIALLING


def test_what_was_paused_is_a_list_of_spans_that_the_end_closes() -> None:
    at = [NOW + timedelta(seconds=n) for n in range(5)]
    words = [(Word.PAUSED, at[0]), (Word.PAUSED, at[1]), (Word.RESUMED, at[2]), (Word.PAUSED, at[3])]
    assert rules.paused_spans(words) == [PausedSpan(at[0], at[2]), PausedSpan(at[3], None)]
    assert rules.paused_spans([*words, (Word.RECORDED, at[4])])[-1] == PausedSpan(at[3], at[4])


@pytest.mark.parametrize(
    ("state", "standing", "said"),
    [
        (State.ASKED, [], []),
        (State.DIALLING, [], [Word.ENDED]),
        (State.DIALLING, [Standing(CALL, Leg.DESK, is_answered=False)], []),
        (State.RINGING, [Standing(CALL, Leg.DESK, is_answered=True)], [Word.ENDED]),
        (State.RINGING, [Standing(CALL, Leg.CLIENT, is_answered=False)], []),
        (State.RINGING, [Standing(CALL, Leg.CLIENT, is_answered=True)], [Word.ANSWERED]),
        (State.RINGING, [Standing(OTHER, Leg.CLIENT, is_answered=True)], [Word.ENDED]),
        (State.ENDED, [], []),
    ],
)
def test_what_was_missed_is_said_after_a_look(state: State, standing: list[Standing], said: list[Word]) -> None:
    assert [one.word for one in rules.reconciled(call(state), standing, LATER, (CALL, OTHER))] == said


def verdict(decision: Decision = Decision.ALLOW) -> Verdict:
    return Verdict(id=None, decision=decision, rule_ids=[], conditions=[], earliest_allowed_at=None, packs=[])


@pytest.mark.parametrize(
    ("wanted", "channel", "decision", "age_s", "flaw"),
    [
        ((CASE, POINT), Channel.CALL, Decision.ALLOW, 0, None),
        ((CASE, POINT), Channel.CALL, Decision.ALLOW, 299, None),
        ((CASE, POINT), Channel.CALL, Decision.ALLOW, 300, "not fresh"),
        ((CASE, POINT), Channel.CALL, Decision.ALLOW, -1, "not fresh"),
        ((OTHER, POINT), Channel.CALL, Decision.ALLOW, 0, "another case"),
        ((CASE, OTHER), Channel.CALL, Decision.ALLOW, 0, "another number"),
        ((CASE, POINT), Channel.SMS, Decision.ALLOW, 0, "another channel"),
        ((CASE, POINT), Channel.CALL, Decision.REVIEW, 0, "not allowed"),
        ((CASE, POINT), Channel.CALL, Decision.BLOCK, 0, "not allowed"),
    ],
)
def test_a_verdict_lets_one_call_one_number_for_five_minutes(
    wanted: tuple[UUID, UUID], channel: Channel, decision: Decision, age_s: int, flaw: str | None
) -> None:
    situation = Situation(now=NOW, action=Action(channel=channel, to=str(POINT)))
    found = rules.verdict_flaw(wanted, (CASE, situation, verdict(decision)), NOW, NOW + timedelta(seconds=age_s))
    assert found == flaw
