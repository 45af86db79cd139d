"""What does a simulated collector write down? A visit record from an answer of the made-up town: a pure function."""

from base64 import b64encode
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from backend.app.demo.live import rules
from backend.app.demo.live.schemas import NextStop, Walker
from backend.kernel.ids import new_id
from backend.promises.schemas import PromiseMade
from backend.visits.codes import BY_CODE
from backend.visits.schemas import CheckIn, VisitRecord
from ml.synthetic.answers import Answer
from ml.synthetic.columns import texts
from ml.synthetic.phrases import notes

ACCURACY_MIN_M = 6.0
ACCURACY_SPREAD_M = 14.0


def is_met(answer: Answer) -> bool:
    """Tell whether somebody opened the door."""
    return BY_CODE[answer.result].outcome != "FAIL"


def visit_of(
    walker: Walker, stop: NextStop, answer: Answer, times: tuple[datetime, datetime], *, asked_on: date
) -> VisitRecord:
    """Return the record of a visit from `times[0]` to `times[1]`; `asked_on` is the day that the answer counts from."""
    result = BY_CODE[answer.result]
    share = rules.share_of(stop.id)
    today = times[1].astimezone(ZoneInfo(walker.zone)).date()
    promise = None
    if answer.promised_on is not None:
        promise = PromiseMade(
            id=new_id(), amount_minor=answer.promised_minor, currency=stop.currency,
            due_on=today + (answer.promised_on - asked_on), tolerance_days=0,
        )  # fmt: skip
    return VisitRecord(
        id=new_id(),
        case_id=stop.case_id,
        stop_id=stop.id,
        address_id=stop.address_id,
        started_at=times[0],
        ended_at=times[1],
        check_in=CheckIn(
            place=rules.beside(stop.door, stop.id), accuracy_m=ACCURACY_MIN_M + ACCURACY_SPREAD_M * share, at=times[0]
        ),
        outside_reason=None,
        result=result.code,
        party=result.parties[0],
        paid_minor=answer.paid_minor or None,
        promise=promise,
        photos=[],
        audio_notes=[],
        signatures=[],
        note=_note(walker.language, answer.result, stop),
        next_step=result.next_step,
        next_on=None,
        form=None,
    )


def _note(language: str, code: str, stop: NextStop) -> str:
    """Return what the made-up town's collectors would note; the name of the result where a note must stand."""
    word = "zh" if language.startswith("zh") else "en"
    said = str(notes(np.random.default_rng(stop.id.int & 0xFFFFFFFF), word, texts([code]))[0])
    result = BY_CODE[code]
    if said or "note" not in result.needs:
        return said
    return result.zh if word == "zh" else result.en


def base64_of(content: bytes) -> str:
    """Return the content in standard base64."""
    return b64encode(content).decode()
