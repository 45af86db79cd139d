"""All SQL of the office's look at evidence: photos of a case with what is worth a look in them, and the answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.schemas import AgreedBy, AnswerView, EvidenceKind, OriginalState, PhotoScope, SignalView
from backend.kernel.limits import PAGE_SIZE_MAX

_PHOTO = """
SELECT evidence.id, case_id, visit_id, evidence.user_id, users.name AS collector, kind, scope, consent_by, duration_ms,
    statement, evidence.media_type, evidence.taken_at, state, refusal, evidence_pictures.fault,
    CASE WHEN kind = 'audio' THEN state = 'stored' ELSE evidence_pictures.looks IS NOT NULL END AS is_ready,
    encode(evidence.sha256, 'hex') AS sha256, size_bytes, original_state, original_size_bytes,
    evidence_manifests.evidence_id IS NOT NULL AS is_signed
FROM evidence JOIN users ON users.id = evidence.user_id
    LEFT JOIN evidence_pictures ON evidence_pictures.evidence_id = evidence.id
    LEFT JOIN evidence_manifests ON evidence_manifests.evidence_id = evidence.id
"""
OF_CASE = f"""
{_PHOTO} WHERE evidence.tenant_id = $1 AND case_id = $2 AND ($3::uuid IS NULL OR visit_id = $3)
ORDER BY evidence.taken_at DESC LIMIT {PAGE_SIZE_MAX}
"""
ONE = f"{_PHOTO} WHERE evidence.tenant_id = $1 AND evidence.id = $2"
SOME = f"{_PHOTO} WHERE evidence.tenant_id = $1 AND evidence.id = ANY($2::uuid[])"
SIGNALS = """
SELECT evidence_id, code, detail::text AS detail, at FROM evidence_signals
WHERE tenant_id = $1 AND evidence_id = ANY($2::uuid[]) ORDER BY at, code
"""
ANSWERS_MAX = 20
ANSWERS = """
SELECT evidence_id, user_id, text, at FROM evidence_answers
WHERE tenant_id = $1 AND evidence_id = ANY($2::uuid[]) ORDER BY at
"""
KEEP_ANSWER = f"""
INSERT INTO evidence_answers (id, evidence_id, tenant_id, user_id, text, at) SELECT $1, $2, $3, $4, $5, $6
WHERE (SELECT count(*) FROM evidence_answers WHERE tenant_id = $3 AND evidence_id = $2) < {ANSWERS_MAX}
"""
ANSWERABLE = """
SELECT id, case_id, user_id, (SELECT count(*) FROM evidence_answers WHERE evidence_answers.evidence_id = evidence.id)
    AS answers FROM evidence WHERE tenant_id = $1 AND id = ANY($2::uuid[])
"""
KEEP_ANSWERS = """
INSERT INTO evidence_answers (id, evidence_id, tenant_id, user_id, text, at)
SELECT id, evidence_id, $1, $2, text, at FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[])
    AS new (id, evidence_id, text, at)
"""


class Answerable(msgspec.Struct, frozen=True):
    """Evidence that somebody wants to answer to: whose it is, and how many answers it has."""

    id: UUID
    case_id: UUID
    user_id: UUID
    answers: int


class Written(msgspec.Struct, frozen=True):
    """An answer that a phone wrote down; `at` by the server's clock."""

    id: UUID
    evidence_id: UUID
    case_id: UUID
    text: str
    at: datetime


class Photo(msgspec.Struct, frozen=True):
    """A photo with what is known about it, but without its signals."""

    id: UUID
    case_id: UUID
    visit_id: UUID
    user_id: UUID
    collector: str
    kind: EvidenceKind
    scope: PhotoScope | None
    consent_by: AgreedBy | None
    duration_ms: int | None
    statement: str | None
    media_type: str
    taken_at: datetime
    state: Literal["awaited", "stored", "refused", "deleted"]
    refusal: str | None
    fault: str | None
    is_ready: bool
    sha256: str
    size_bytes: int
    original_state: OriginalState
    original_size_bytes: int
    is_signed: bool


def _photo(row: asyncpg.Record) -> Photo:
    return msgspec.convert(dict(row), Photo)


async def photos_of_case(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID, visit_id: UUID | None) -> list[Photo]:
    """Return the photos of a case, or of one visit of it, that the transaction's person sees, the newest first."""
    return [_photo(row) for row in await raw.fetch(OF_CASE, tenant_id, case_id, visit_id)]


async def photo(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID) -> Photo | None:
    """Return a photo if the transaction's person sees it."""
    row = await raw.fetchrow(ONE, tenant_id, evidence_id)
    return None if row is None else _photo(row)


async def photos(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]) -> list[Photo]:
    """Return those of these photos that the transaction's person sees, in no order."""
    return [_photo(row) for row in await raw.fetch(SOME, tenant_id, list(ids))]


async def signals_on(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, list[SignalView]]:
    """Return what is worth a look, by photo."""
    found: dict[UUID, list[SignalView]] = {}
    for row in await raw.fetch(SIGNALS, tenant_id, list(ids)):
        detail = msgspec.json.decode(row["detail"], type=dict[str, object])
        found.setdefault(row["evidence_id"], []).append(SignalView(code=row["code"], detail=detail, at=row["at"]))
    return found


async def answers_on(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, list[AnswerView]]:
    """Return what was answered, by photo, at most 20 each."""
    found: dict[UUID, list[AnswerView]] = {}
    for row in await raw.fetch(ANSWERS, tenant_id, list(ids)):
        answer = AnswerView(user_id=row["user_id"], text=row["text"], at=row["at"])
        found.setdefault(row["evidence_id"], []).append(answer)
    return found


async def answerable(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Answerable]:
    """Return evidence that answers are for, by id; asks nothing when there are none."""
    if not ids:
        return {}
    return {row["id"]: Answerable(**row) for row in await raw.fetch(ANSWERABLE, tenant_id, list(ids))}


async def keep_answers(raw: asyncpg.Connection, who: tuple[UUID, UUID], written: Sequence[Written]) -> None:
    """Keep answers of (tenant, user) that were decided before."""
    await raw.execute(
        KEEP_ANSWERS, *who, [one.id for one in written], [one.evidence_id for one in written],
        [one.text for one in written], [one.at for one in written],
    )  # fmt: skip


async def keep_answer(
    raw: asyncpg.Connection, who: tuple[UUID, UUID], evidence_id: UUID, answer_id: UUID, given: AnswerView
) -> bool:
    """Keep an answer of (tenant, user); False when the photo has 20 already."""
    tenant_id, user_id = who
    status: str = await raw.execute(KEEP_ANSWER, answer_id, evidence_id, tenant_id, user_id, given.text, given.at)
    return status == "INSERT 0 1"
