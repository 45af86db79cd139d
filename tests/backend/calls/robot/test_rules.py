"""How does a robot go through its flow? Words in, acts out: a table of whole conversations."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

import msgspec
import pytest

from backend.calls.codes import BY_CODE
from backend.calls.line.schemas import Heard, Leg, Word
from backend.calls.robot import rules
from backend.calls.robot.commands import shipped_flows
from backend.calls.robot.schemas import Act, Flow, Memory, Outcome, Phase

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
CALL = UUID(int=1)
(FLOW,) = [flow for flow in shipped_flows() if flow.code == "reminder"]


def memory(days_past_due: int = 10) -> Memory:
    facts = {"days_past_due": days_past_due, "overdue_minor": 1}
    return Memory(campaign_id=CALL, code="reminder", version=1, language="zh", facts=facts)


def spoken(words: str, begun: Memory) -> tuple[Memory, list[str]]:
    """Let a conversation happen.

    `a` answered, `p` the prompt ended, `t` time is over, digits are pressed; `J`, `L`: a person joined, left.
    """
    kinds = {"a": Word.ANSWERED, "p": Word.PLAYED, "t": Word.TIMED_OUT, "J": Word.ANSWERED, "L": Word.ENDED}
    held, done = begun, list[str]()
    for letter in words:
        word = kinds.get(letter, Word.DIGIT)
        value = str(held.said) if letter == "p" else letter
        leg = Leg.DESK if letter in "JL" else Leg.CLIENT
        held, acts = rules.heard_by_robot(FLOW, held, Heard(uuid5(CALL, letter), CALL, leg, word, NOW, value))
        done += [f"{doing.act.value}:{doing.step}" if doing.act is Act.PLAY else doing.act.value for doing in acts]
    return held, done


@pytest.mark.parametrize(
    ("words", "days", "result", "acts"),
    [
        ("ap1p1p", 10, "RPC_PROMISE", "play:greeting wait play:ask wait play:promised hang_up"),
        ("a11p", 10, "RPC_PROMISE", "play:greeting play:ask play:promised hang_up"),
        ("a1p1p", 29, "RPC_PROMISE", "play:greeting play:ask wait play:promised hang_up"),
        ("a1p1p", 30, "RPC_PROMISE", "play:greeting play:ask_late wait play:promised hang_up"),
        ("ap2p", 10, "WRONG_PARTY", "play:greeting wait play:wrong hang_up"),
        ("ap9p1p3p", 10, "RPC_HARDSHIP", "play:greeting wait play:greeting wait play:ask wait play:hardship hang_up"),
        ("aptptp", 10, "RPC_IDENTITY_FAILED", "play:greeting wait play:greeting wait play:not_known hang_up"),
        ("ap1ptptp", 10, "RPC_HUNG_UP", "play:greeting wait play:ask wait play:ask wait play:no_word hang_up"),
        ("ap1p0pJ", 10, "RPC_CALLBACK", "play:greeting wait play:ask wait play:person hand_over wait"),
        ("ap1p0pJL", 10, "RPC_CALLBACK", "play:greeting wait play:ask wait play:person hand_over wait hang_up"),
        ("a1p0ptp", 10, "RPC_CALLBACK", "play:greeting play:ask wait play:person hand_over wait play:later hang_up"),
        ("a1p0pLp", 10, "RPC_CALLBACK", "play:greeting play:ask wait play:person hand_over wait play:later hang_up"),
        ("ap0pJ", 10, "RPC_IDENTITY_FAILED", "play:greeting wait play:person_unknown hand_over wait"),
        ("ap", 10, "ROBOT_HUNG_UP", "play:greeting wait"),
        ("ap1p", 10, "RPC_HUNG_UP", "play:greeting wait play:ask wait"),
        ("aap", 10, "ROBOT_HUNG_UP", "play:greeting wait"),
        ("ap1p1pp1t", 10, "RPC_PROMISE", "play:greeting wait play:ask wait play:promised hang_up"),
    ],
)  # fmt: skip
def test_a_conversation(words: str, days: int, result: str, acts: str) -> None:
    held, done = spoken(words, memory(days))
    assert " ".join(done) == acts
    assert rules.outcome_of(FLOW, held, None).result == result


def test_a_call_that_nobody_answered_has_the_result_of_the_line() -> None:
    assert rules.outcome_of(FLOW, memory(), "BUSY") == Outcome(result="BUSY", party="nobody")


def test_a_conversation_that_goes_nowhere_ends() -> None:
    turning = msgspec.structs.replace(memory(), step="greeting", walked=rules.WALKED_MAX)
    held, done = spoken("1", turning)
    assert (held.phase, done) == (Phase.OVER, ["hang_up"])


@pytest.mark.parametrize("permille", [0, 100, 250, 500])
def test_the_share_that_is_held_out_is_a_matter_of_the_case_and_the_seed_alone(permille: int) -> None:
    cases = [uuid5(CALL, str(n)) for n in range(4_000)]
    held_out = [case for case in cases if rules.is_held_out(case, "a", permille)]
    assert abs(len(held_out) - 4 * permille) <= 100
    assert held_out == [case for case in cases if rules.is_held_out(case, "a", permille)]
    if permille:
        assert held_out != [case for case in cases if rules.is_held_out(case, "b", permille)]
        more = {case for case in cases if rules.is_held_out(case, "a", permille + 1)}
        assert set(held_out) <= more


@pytest.mark.parametrize(
    ("result", "tries", "expected"),
    [
        ("NO_ANSWER", 1, True), ("NO_ANSWER", 2, False), ("BUSY", 1, True), ("RPC_PROMISE", 1, False),
        ("INVALID_NUMBER", 1, False), ("WRONG_PARTY", 1, False), ("ROBOT_HUNG_UP", 1, False),
    ],
)  # fmt: skip
def test_who_was_not_reached_is_tried_again(result: str, tries: int, *, expected: bool) -> None:
    assert result in BY_CODE
    assert rules.tries_again(result, tries, 2) is expected


@pytest.mark.parametrize(("minute", "wait"), [(539, 1), (540, None), (1199, None), (1200, 780), (0, 540), (1439, 541)])
def test_a_campaign_has_hours(minute: int, wait: int | None) -> None:
    assert rules.next_minute(minute, 540, 1200) == wait


def test_a_prompt_is_named_by_flow_version_step_and_language() -> None:
    held, _ = spoken("a", memory())
    assert rules.media_of(FLOW, held, 3) == "sound:rounds/reminder-3-greeting-zh#1"


def test_the_memory_of_a_robot_survives_the_worker() -> None:
    held, _ = spoken("ap1p0p", memory())
    assert msgspec.json.decode(msgspec.json.encode(held), type=Memory) == held


def test_a_flow_reads_as_it_was_written() -> None:
    assert msgspec.json.decode(msgspec.json.encode(FLOW), type=Flow) == FLOW
