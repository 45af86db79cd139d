"""What is all that is known about a photo, and what is asked of who took it?

The file is for who took the photo and who controls: a collector may read what stands about the own photos.
"""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from backend.evidence import file_queries as queries
from backend.evidence import reading
from backend.evidence.asking import waits_for_answer
from backend.evidence.file_queries import Facts
from backend.evidence.file_schemas import EvidenceFile, ManifestFacts, ManifestPlace, Question, QuestionList
from backend.evidence.manifests import FENCE_RADIUS_M, point_of, read_manifest
from backend.identity.principal import Principal
from backend.kernel.problems import FORBIDDEN, NOT_FOUND, Problem

ASKED_FOR = timedelta(days=90)


async def questions(raw: asyncpg.Connection, who: Principal, now: datetime) -> QuestionList:
    """Return what is asked of a collector about photos of the last 90 days; in four statements."""
    lines = await queries.questions(raw, (who.tenant_id, who.user_id), now - ASKED_FOR)
    views = {view.id: view for view in await reading.evidence_of(raw, who, [line.id for line in lines])}
    items = []
    for line in lines:
        view = views[line.id]
        band = "low" if view.looks is None else view.looks.band
        asked = None if line.asked is None else (line.asked.state, line.asked.at)
        is_open = waits_for_answer(band, asked, line.answered_at)
        items.append(Question(evidence=view, case=line.case, asked=line.asked, is_open=is_open))
    return QuestionList(items=sorted(items, key=lambda one: not one.is_open))


async def file(raw: asyncpg.Connection, who: Principal, evidence_id: UUID) -> EvidenceFile:
    """Return all that is known about a photo; raises Problem (not_found, identity.forbidden)."""
    view = await reading.evidence(raw, who, evidence_id)
    if view.looks is None:
        raise Problem(FORBIDDEN)
    line = await queries.line(raw, who.tenant_id, evidence_id)
    if line is None:
        raise Problem(NOT_FOUND)
    facts = await queries.facts(raw, who.tenant_id, evidence_id)
    return EvidenceFile(
        evidence=view, case=line.case, manifest=_manifest(facts), device=facts.device, door=facts.door,
        fence_radius_m=FENCE_RADIUS_M, original_sha256=facts.original_sha256,
        original_size_bytes=facts.original_size_bytes, is_reduced=facts.is_reduced, is_held=facts.is_held,
        custody=list(
            await queries.custody(
                raw, who.tenant_id, (view.case_id, evidence_id), with_checks=reading.controls(who)
            )
        ),
    )  # fmt: skip


def _manifest(facts: Facts) -> ManifestFacts | None:
    """Read what was signed; a text that is not as we write it is a signal of its own, and shown by that."""
    read = None if facts.text is None else read_manifest(facts.text)
    if read is None or facts.received_at is None or facts.manifest_hash is None:
        return None
    place = None
    if read.place is not None:
        place = ManifestPlace(
            place=point_of(read.place.lat_e7, read.place.lon_e7), accuracy_m=read.place.accuracy_m,
            age_ms=read.place.age_ms,
        )  # fmt: skip
    return ManifestFacts(
        number=read.number, manifest_hash=facts.manifest_hash, key_id=read.key_id, source=read.source,
        taken_at=read.taken_at, clock_offset_ms=read.clock_offset_ms, place=place,
        after_at=None if read.after is None else read.after.received_at, received_at=facts.received_at,
        has_before=None if read.number == 1 else facts.has_before,
    )  # fmt: skip
