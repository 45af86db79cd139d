"""What does the office see of evidence, and how does a collector answer? Signals are for who took it or controls."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence import problems
from backend.evidence import view_queries as queries
from backend.evidence.manifests import Code
from backend.evidence.schemas import AnswerView, EvidenceView, Looks
from backend.evidence.scoring import band_of, score_of
from backend.evidence.view_queries import Photo, Written
from backend.identity.permissions import Permission, may
from backend.identity.principal import Principal
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, Problem


def controls(who: Principal) -> bool:
    """Tell whether somebody leads or controls, and so sees what is worth a look in the photos of others."""
    return may(who.role, Permission.QUARANTINE_DECIDE) or may(who.role, Permission.AUDIT_READ)


def may_see_signals(who: Principal, photo: Photo) -> bool:
    """Tell whether somebody sees what is worth a look: who took the photo, who leads, who controls."""
    return controls(who) or who.user_id == photo.user_id


async def evidence_of_case(
    raw: asyncpg.Connection, who: Principal, case_id: UUID, visit_id: UUID | None
) -> list[EvidenceView]:
    """Return the photos of a case that a person sees, the newest first, at most 200; in three statements.

    With a visit only those of it.
    """
    return await _seen(raw, who, await queries.photos_of_case(raw, who.tenant_id, case_id, visit_id))


async def evidence_of(raw: asyncpg.Connection, who: Principal, ids: Sequence[UUID]) -> list[EvidenceView]:
    """Return those of these photos that a person sees, in no order; in three statements."""
    return await _seen(raw, who, await queries.photos(raw, who.tenant_id, ids))


async def evidence(raw: asyncpg.Connection, who: Principal, evidence_id: UUID) -> EvidenceView:
    """Return one photo; raises Problem (not_found)."""
    photo = await queries.photo(raw, who.tenant_id, evidence_id)
    if photo is None:
        raise Problem(NOT_FOUND)
    return (await _seen(raw, who, [photo]))[0]


async def _seen(raw: asyncpg.Connection, who: Principal, photos: Sequence[Photo]) -> list[EvidenceView]:
    ids = [photo.id for photo in photos if may_see_signals(who, photo)]
    signals = await queries.signals_on(raw, who.tenant_id, ids)
    answers = await queries.answers_on(raw, who.tenant_id, ids)
    views = []
    for photo in photos:
        looks = None
        if photo.id in ids:
            found = signals.get(photo.id, [])
            score = score_of([Code(one.code) for one in found])
            looks = Looks(score=round(score, 3), band=band_of(score), signals=found, answers=answers.get(photo.id, []))
        views.append(EvidenceView(**msgspec.structs.asdict(photo), looks=looks))
    return views


async def answer(raw: asyncpg.Connection, who: Principal, evidence_id: UUID, text: str, now: datetime) -> None:
    """Keep what a collector says to the signals of a photo of his own, with its event.

    Raises Problem: not_found, not_yours, too_many_answers.
    """
    photo = await queries.photo(raw, who.tenant_id, evidence_id)
    if photo is None:
        raise Problem(NOT_FOUND)
    if photo.user_id != who.user_id:
        raise Problem(problems.NOT_YOURS)
    answer_id, given = new_id(), AnswerView(user_id=who.user_id, text=text, at=now)
    if not await queries.keep_answer(raw, (who.tenant_id, who.user_id), evidence_id, answer_id, given):
        raise Problem(problems.TOO_MANY_ANSWERS, answers_max=queries.ANSWERS_MAX)
    written = Written(id=answer_id, evidence_id=evidence_id, case_id=photo.case_id, text=text, at=now)
    await append_bare(raw, [_answered((who.tenant_id, who.user_id, who.device_id), written)])


async def keep_written(
    raw: asyncpg.Connection, who: tuple[UUID, UUID, UUID], written: Sequence[Written]
) -> list[NewEvent]:
    """Keep answers that a phone of (tenant, user, device) wrote down and that were decided; returns the events."""
    if not written:
        return []
    await queries.keep_answers(raw, who[:2], written)
    return [_answered(who, one) for one in written]


def _answered(who: tuple[UUID, UUID, UUID | None], one: Written) -> NewEvent:
    tenant_id, user_id, device_id = who
    return NewEvent(
        id=new_id(), tenant_id=tenant_id, kind="evidence.answered", subject_id=one.evidence_id, case_id=one.case_id,
        actor_id=user_id, device_id=device_id, occurred_at=one.at, payload={"text": one.text},
    )  # fmt: skip
