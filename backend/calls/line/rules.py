"""What follows from a word of the exchange? Pure functions: the next state, the result it suggests, paused spans."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from backend.calls.line.schemas import Heard, Leg, LineCall, PausedSpan, Source, Standing, State, Word
from backend.compliance.schemas import Channel, Decision, Situation, Verdict

VERDICT_FRESH_FOR = timedelta(minutes=5)
DIAL_WITHIN = timedelta(seconds=15)
"""A call that was asked for longer ago is not dialled any more: what the gate said may have changed."""

CALL_MAX = timedelta(hours=2)
"""A call that the exchange does not end is ended by us."""

UNKNOWN_END = "TEMP_UNREACHABLE"
"""The line was cut and the exchange has forgotten the call: it counts as an attempt, so that no counter is too low."""

NORMAL, NO_PATH = frozenset({16, 31}), 0
RESULT_OF_CAUSE: Mapping[int, str] = {
    1: "INVALID_NUMBER",  # unallocated
    3: "TECHNICAL_FAILURE",  # no route to destination
    16: "NO_ANSWER",  # cleared before anybody answered
    17: "BUSY",
    18: "NO_ANSWER",  # no user responding
    19: "NO_ANSWER",
    20: "POWERED_OFF",  # subscriber absent
    21: "REJECTED",
    22: "OUT_OF_SERVICE",  # number changed
    27: "OUT_OF_SERVICE",  # destination out of order
    28: "INVALID_NUMBER",  # not in full
    34: "TECHNICAL_FAILURE",  # no circuit
    38: "TECHNICAL_FAILURE",  # network out of order
    41: "TECHNICAL_FAILURE",
    42: "TECHNICAL_FAILURE",  # congestion
    44: "TECHNICAL_FAILURE",
    47: "TECHNICAL_FAILURE",
    58: "TECHNICAL_FAILURE",
    88: "TECHNICAL_FAILURE",
    127: "TECHNICAL_FAILURE",
}
"""Q.850's causes of a leg that nobody answered, as exchanges pass them on, and the result each suggests."""

_BEFORE_RINGING = frozenset({State.ASKED, State.DIALLING})
_BEFORE_ANSWER = _BEFORE_RINGING | {State.RINGING}


def suggested_result(cause: int | None, *, has_rung: bool, is_answered: bool) -> str | None:
    """Return the result that the end of a call suggests; None where somebody answered, and only people know."""
    if is_answered:
        return None
    if cause is None or cause == NO_PATH:
        return UNKNOWN_END
    if cause in NORMAL:
        return "NO_ANSWER" if has_rung else UNKNOWN_END
    return RESULT_OF_CAUSE.get(cause, UNKNOWN_END)


def after(call: LineCall, heard: Heard) -> LineCall:
    """Return the call behind a word; what comes late or twice changes nothing, an end is final."""
    if call.state in {State.ENDED, State.BY_HAND}:
        return call
    match heard.word:
        case Word.DIALLED if call.state is State.ASKED:
            return msgspec.structs.replace(call, state=State.DIALLING, dialled_at=heard.at)
        case Word.RINGING if heard.leg is Leg.CLIENT and call.state in _BEFORE_RINGING:
            return msgspec.structs.replace(call, state=State.RINGING, rang_at=heard.at)
        case Word.ANSWERED if heard.leg is Leg.CLIENT and call.state in _BEFORE_ANSWER:
            return msgspec.structs.replace(call, state=State.ANSWERED, answered_at=heard.at)
        case Word.PAUSED | Word.RESUMED:
            return msgspec.structs.replace(call, is_paused=heard.word is Word.PAUSED)
        case Word.ENDED if heard.leg is Leg.CLIENT or (call.kind == "desk" and call.state is State.ASKED):
            return _ended(call, heard)
        case Word.ENDED if call.kind == "desk" and call.state is State.DIALLING and call.rang_at is None:
            # Nobody of the house picked up, so nobody was called.
            return _ended(call, msgspec.structs.replace(heard, cause=38))
        case _:
            return call


def _ended(call: LineCall, heard: Heard) -> LineCall:
    is_answered = call.answered_at is not None
    suggested = suggested_result(heard.cause, has_rung=call.rang_at is not None, is_answered=is_answered)
    return msgspec.structs.replace(
        call, state=State.ENDED, ended_at=max(heard.at, call.answered_at or call.asked_at), cause=heard.cause,
        suggested_result=suggested, wake_at=None,
    )  # fmt: skip


def paused_spans(words: Iterable[tuple[Word, datetime]]) -> list[PausedSpan]:
    """Return the stretches in which nothing was recorded; an end of the recording closes an open one."""
    spans: list[PausedSpan] = []
    for word, at in words:
        is_open = bool(spans) and spans[-1].until is None
        if word is Word.PAUSED and not is_open:
            spans.append(PausedSpan(since=at, until=None))
        elif word in {Word.RESUMED, Word.RECORDED, Word.ENDED} and is_open:
            spans[-1] = PausedSpan(since=spans[-1].since, until=max(at, spans[-1].since))
    return spans


def reconciled(call: LineCall, standing: Iterable[Standing], now: datetime, ids: tuple[UUID, UUID]) -> list[Heard]:
    """Return what must have been said while the line was cut; `ids` name an answer and an end that were missed."""
    own = {one.leg: one for one in standing if one.call_id == call.id}
    client = own.get(Leg.CLIENT)
    if call.state in {State.ASKED, State.ENDED, State.BY_HAND}:
        return []
    # Where the house's own telephone still rings, nobody has been called yet.
    if client is None and (not own or call.state is not State.DIALLING):
        return [Heard(ids[1], call.id, Leg.CLIENT, Word.ENDED, now, source=Source.RECONCILED)]
    if client is not None and client.is_answered and call.answered_at is None:
        return [Heard(ids[0], call.id, Leg.CLIENT, Word.ANSWERED, now, source=Source.RECONCILED)]
    return []


def verdict_flaw(
    wanted: tuple[UUID, UUID], about: tuple[UUID | None, Situation, Verdict], judged_at: datetime, now: datetime
) -> str | None:
    """Say why a verdict on `about` (case, situation, verdict) does not let one call a `wanted` (case, number)."""
    case_id, situation, verdict = about
    checks = (
        (case_id != wanted[0], "another case"),
        (situation.action.channel is not Channel.CALL, "another channel"),
        (situation.action.to != str(wanted[1]), "another number"),
        (verdict.decision is not Decision.ALLOW, "not allowed"),
        (not judged_at <= now < judged_at + VERDICT_FRESH_FOR, "not fresh"),
    )
    return next((why for failed, why in checks if failed), None)
