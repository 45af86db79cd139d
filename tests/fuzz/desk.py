"""How is a batch decided without a database? A case, a door, a contact, a stop and a record that an item may name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.cases.schemas import CaseOnFile, Worker
from backend.evidence.view_queries import Answerable
from backend.kernel.boxes import open_boxes
from backend.kernel.geo import Point
from backend.kernel.signing import open_signing_key
from backend.routing.schemas import StopOnFile, StopState
from backend.sync import writing
from backend.sync.deciding import OnFile, Target
from backend.sync.push import Sender, _answer, _claim, _decide_all, _read, _refusal, receipt_of
from backend.sync.schemas import Answer, PushRequest
from tests.fuzz.seeds import CASE, DEVICE

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
RECORDED_CASE = UUID("0193599b-3c00-7aaa-8000-0000000000c1")
SENDER = Sender(
    tenant_id=UUID(int=1), device_id=DEVICE, worker=Worker(user_id=UUID(int=2), team_ids=(), sees_tenant=True)
)
BOXES = open_boxes(Path(mkdtemp(prefix="rounds-fuzz-")))
_KEY = open_signing_key(Path(mkdtemp(prefix="rounds-fuzz-")))
PUBLIC_KEY = (
    ec.derive_private_key(7, ec.SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)


def on_file() -> OnFile:
    """Return what the database would say."""
    cases = {
        case_id: CaseOnFile(id=case_id, currency="CNY", zone="Asia/Shanghai", closed_at=None, team_ids=[], holdings=[])
        for case_id in (CASE, RECORDED_CASE)
    }
    stop = StopOnFile(
        id=DEVICE, plan_id=DEVICE, user_id=SENDER.worker.user_id, case_id=CASE, state=StopState.PLANNED, position=1,
        skip_reason=None, is_current=True,
    )  # fmt: skip
    visit = Target(
        kind="visit", case_id=CASE, result="NOT_HOME", ended_at=NOW - timedelta(minutes=30), is_withdrawn=False
    )
    asked = Answerable(id=DEVICE, case_id=CASE, user_id=SENDER.worker.user_id, answers=0)
    return OnFile(
        cases=cases, doors={(CASE, DEVICE): Point(lat=30.25, lon=120.15)}, contacts={(CASE, DEVICE)}, facts={},
        targets={DEVICE: visit}, stops={DEVICE: stop}, answerable={DEVICE: asked},
    )  # fmt: skip


def push_on_file(request: PushRequest) -> list[Answer]:
    """Do all that a push does between two round trips to the database; each item has its answer and can be written."""
    read = [_read(one, DEVICE, NOW) for one in request.mutations]
    fresh = {one.mutation.id: one for one in reversed(read)}
    decided, writes = _decide_all(SENDER, list(reversed(fresh.values())), on_file(), None)
    answers = [_answer(one, decided.get(one.mutation.id), {}, SENDER) for one in read]
    assert [answer.id for answer in answers] == [one.id for one in request.mutations]
    for one in decided.values():
        _claim(one)
        if one.decision.refusal is not None:
            _refusal(one, one.decision.refusal, one.decision.detail)
    writing.plan(SENDER.ids, writes)
    receipt_of(DEVICE, [one.body_hash for one in read], answers, _KEY, NOW)
    return answers
