"""How does a robot go through its flow, and whom does it not call? Pure functions of the flow, memory and a word."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.calls.line.schemas import Heard, Leg, Word
from backend.calls.robot.schemas import (
    Act,
    Branch,
    Doing,
    End,
    Flow,
    HandOver,
    Listen,
    Memory,
    Outcome,
    Phase,
    Say,
    Step,
)

WALKED_MAX = 60
"""A conversation of so many steps goes nowhere: it ends, whatever the flow says."""

RETRY_AFTER = timedelta(hours=3)
"""Between two tries at one client of one campaign."""

_REACHED_NOBODY = frozenset({"NO_ANSWER", "BUSY", "REJECTED", "POWERED_OFF", "TEMP_UNREACHABLE", "TECHNICAL_FAILURE"})


def is_held_out(case_id: UUID, seed: str, permille: int) -> bool:
    """Tell whether a case is not called, so that calling can be compared with leaving alone; by a hash, for ever."""
    digest = hashlib.sha256(f"{seed} {case_id}".encode()).digest()
    return int.from_bytes(digest[:8]) * 1000 < permille << 64


def tries_again(result: str, tries: int, tries_max: int) -> bool:
    """Tell whether a case is called once more after this result."""
    return result in _REACHED_NOBODY and tries < tries_max


def next_minute(now_minute: int, from_minute: int, until_minute: int) -> int | None:
    """Return in how many minutes a campaign may call; None when it may at once."""
    if from_minute <= now_minute < until_minute:
        return None
    return (from_minute - now_minute) % 1440


def steps_of(flow: Flow) -> Mapping[str, Step]:
    """Return the steps by their ids."""
    return {step.id: step for step in flow.steps}


def heard_by_robot(flow: Flow, memory: Memory, heard: Heard) -> tuple[Memory, list[Doing]]:
    """Return where a robot stands after a word, and what it does; what does not concern it changes nothing."""
    if memory.phase in {Phase.OVER, Phase.RECORDED}:
        return memory, []
    match heard.word, heard.leg:
        case Word.ANSWERED, Leg.CLIENT:
            # A word that comes twice (the exchange, and a look at what stands) begins nothing anew.
            return _enter(flow, memory, flow.entry) if memory.step == "" else (memory, [])
        case Word.PLAYED, _ if heard.value == str(memory.said):
            return _said(flow, memory)
        case ((Word.DIGIT | Word.INTENT), Leg.CLIENT):
            return _pressed(flow, memory, heard.value)
        case Word.TIMED_OUT, _:
            return _timed_out(flow, memory)
        case Word.ANSWERED, Leg.DESK if memory.phase is Phase.HANDING:
            return replace(memory, phase=Phase.PERSON), []
        case Word.ENDED, Leg.DESK:
            return _person_left(flow, memory)
        case _:
            return memory, []


def outcome_of(flow: Flow, memory: Memory, suggested: str | None) -> Outcome:
    """Return what a call that ended came to; `suggested` is the result of one that nobody answered."""
    if memory.outcome is not None:
        return memory.outcome
    if suggested is not None:
        return Outcome(result=suggested, party="nobody")
    step = steps_of(flow).get(memory.step)
    if memory.phase is Phase.PERSON and isinstance(step, HandOver):
        return Outcome(result=step.result, party=step.party, next_days=step.next_days)
    if memory.is_confirmed:
        return Outcome(result="RPC_HUNG_UP", party="obligor")
    return Outcome(result="ROBOT_HUNG_UP", party="unknown")


def _enter(flow: Flow, memory: Memory, step_id: str) -> tuple[Memory, list[Doing]]:
    steps, facts, walked = steps_of(flow), memory.facts, memory.walked
    step = steps[step_id]
    while isinstance(step, Branch):
        step = steps[step.then if facts.get(step.fact, 0) >= step.at_least else step.otherwise]
        walked += 1
    if walked >= WALKED_MAX:
        return replace(memory, phase=Phase.OVER), [Doing(Act.HANG_UP)]
    entered = replace(
        memory, step=step.id, phase=Phase.SAYING, tries=0, said=memory.said + 1, walked=walked + 1,
        outcome=_outcome(step) if isinstance(step, End) else None,
    )  # fmt: skip
    return entered, [Doing(Act.PLAY, step.id)]


def _outcome(step: End) -> Outcome:
    return Outcome(step.result, step.party, step.promise_days, step.next_days)


def _said(flow: Flow, memory: Memory) -> tuple[Memory, list[Doing]]:
    """Go on behind a prompt."""
    match steps_of(flow)[memory.step]:
        case Say(next=following):
            return _enter(flow, memory, following)
        case Listen(wait_s=seconds):
            return replace(memory, phase=Phase.WAITING), [Doing(Act.WAIT, seconds=seconds)]
        case HandOver(wait_s=seconds):
            return replace(memory, phase=Phase.HANDING), [Doing(Act.HAND_OVER), Doing(Act.WAIT, seconds=seconds)]
        case _:
            return replace(memory, phase=Phase.OVER), [Doing(Act.HANG_UP)]


def _pressed(flow: Flow, memory: Memory, key: str) -> tuple[Memory, list[Doing]]:
    """Take a key; it may be pressed while the prompt is still being said."""
    step = steps_of(flow).get(memory.step)
    if not isinstance(step, Listen):
        return memory, []
    choice = next((one for one in step.choices if one.key == key), None)
    if choice is None:
        return _once_more(flow, memory, step)
    return _enter(flow, replace(memory, is_confirmed=memory.is_confirmed or choice.confirms), choice.next)


def _timed_out(flow: Flow, memory: Memory) -> tuple[Memory, list[Doing]]:
    step = steps_of(flow).get(memory.step)
    if isinstance(step, Listen) and memory.phase is Phase.WAITING:
        return _once_more(flow, memory, step)
    if isinstance(step, HandOver) and memory.phase is Phase.HANDING:
        return _enter(flow, memory, step.otherwise)
    return memory, []


def _once_more(flow: Flow, memory: Memory, step: Listen) -> tuple[Memory, list[Doing]]:
    if memory.tries + 1 >= step.tries:
        return _enter(flow, memory, step.otherwise)
    again = replace(memory, phase=Phase.SAYING, tries=memory.tries + 1, said=memory.said + 1)
    return again, [Doing(Act.PLAY, step.id)]


def _person_left(flow: Flow, memory: Memory) -> tuple[Memory, list[Doing]]:
    step = steps_of(flow).get(memory.step)
    if memory.phase is Phase.PERSON:
        ended = outcome_of(flow, memory, None)
        return replace(memory, phase=Phase.OVER, outcome=ended), [Doing(Act.HANG_UP)]
    if memory.phase is Phase.HANDING and isinstance(step, HandOver):
        return _enter(flow, memory, step.otherwise)
    return memory, []


def media_of(flow: Flow, memory: Memory, version: int) -> str:
    """Return which recorded prompt the exchange plays: its own sound files, named by flow, version, step, language."""
    return f"sound:rounds/{flow.code}-{version}-{memory.step}-{memory.language}#{memory.said}"


def resting_until(now: datetime) -> datetime:
    """Return when a client who was not reached is tried again at the earliest."""
    return now + RETRY_AFTER
