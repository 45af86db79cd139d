"""All SQL of the file of a photo, and of what is asked of who took it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.file_schemas import Asked, CaseOf, CustodyLine
from backend.kernel.geo import Point

CUSTODY_MAX = 200
QUESTIONS_MAX = 50

# A review of a photo, or of its whole visit, whichever came last; where somebody will go is not told to who was there.
# A case that went to somebody else is not shown.
_LINE = """
SELECT evidence.id, evidence.visit_id, cases.number AS case_number, obligors.name AS client,
    obligors.kind = 'company' AS is_company, obligors.zone, asked.state, asked.evidence_id IS NULL AS is_of_visit,
    asked.reason, asked.by, asked.at,
    (SELECT max(at) FROM evidence_answers WHERE evidence_answers.evidence_id = evidence.id
        OR asked.evidence_id IS NULL AND evidence_answers.evidence_id IN (
            SELECT same.id FROM evidence AS same WHERE same.case_id = evidence.case_id
                AND same.visit_id = evidence.visit_id AND asked.at IS NOT NULL)) AS answered_at
FROM evidence LEFT JOIN cases ON cases.id = evidence.case_id LEFT JOIN obligors ON obligors.id = cases.obligor_id
    LEFT JOIN LATERAL (
        SELECT evidence_id, state, reason, users.name AS by, at
        FROM evidence_reviews JOIN users ON users.id = evidence_reviews.user_id
        WHERE evidence_reviews.visit_id = evidence.visit_id AND state <> 'back_check'
            AND (evidence_reviews.evidence_id IS NULL OR evidence_reviews.evidence_id = evidence.id)
        ORDER BY at DESC, evidence_reviews.id DESC LIMIT 1) AS asked ON true
"""
QUESTIONS = f"""
{_LINE}
WHERE evidence.tenant_id = $1 AND evidence.user_id = $2 AND evidence.recorded_at >= $3
    AND (asked.state = 'questioned'
        OR EXISTS (SELECT 1 FROM evidence_signals WHERE evidence_signals.evidence_id = evidence.id))
ORDER BY asked.state IS NOT DISTINCT FROM 'questioned' DESC,
    EXISTS (SELECT 1 FROM evidence_answers WHERE evidence_answers.evidence_id = evidence.id), evidence.id DESC
LIMIT {QUESTIONS_MAX}
"""
ONE = f"{_LINE} WHERE evidence.tenant_id = $1 AND evidence.id = $2"
# The door is that of the address which the visit names: the fence was drawn around it (manifests.py).
FACTS = """
SELECT evidence_manifests.text, encode(evidence_manifests.manifest_hash, 'hex') AS manifest_hash,
    evidence_manifests.received_at, devices.label AS device, encode(evidence.original_sha256, 'hex') AS original_sha256,
    evidence.original_sha256 <> evidence.sha256 AS is_reduced, evidence.original_size_bytes,
    ST_Y(addresses.place::geometry) AS lat, ST_X(addresses.place::geometry) AS lon,
    EXISTS (SELECT 1 FROM evidence_holds WHERE evidence_holds.tenant_id = $1
        AND evidence_holds.case_id = evidence.case_id AND released_at IS NULL) AS is_held,
    EXISTS (SELECT 1 FROM evidence_manifests AS before WHERE before.tenant_id = $1
        AND before.device_id = evidence_manifests.device_id AND before.number = evidence_manifests.number - 1)
        AS has_before
FROM evidence LEFT JOIN evidence_manifests ON evidence_manifests.evidence_id = evidence.id
    LEFT JOIN devices ON devices.id = evidence.device_id
    LEFT JOIN visits ON visits.id = evidence.visit_id LEFT JOIN addresses ON addresses.id = visits.address_id
WHERE evidence.tenant_id = $1 AND evidence.id = $2
"""
# Told are the words that say what was done; hashes and the text of manifests are in the export.
TOLD = ("copy", "reason", "basis", "text", "fault", "by", "state")
CUSTODY = f"""
SELECT events.id, events.kind, events.recorded_at AS at, users.name AS actor, events.payload::text AS payload
FROM events LEFT JOIN users ON users.id = events.actor_id
WHERE events.tenant_id = $1 AND events.case_id = $2 AND events.subject_id = $3 AND events.kind LIKE 'evidence.%'
    AND ($4 OR events.payload->>'state' IS DISTINCT FROM 'back_check')
ORDER BY events.recorded_at DESC, events.id DESC LIMIT {CUSTODY_MAX}
"""


class Line(msgspec.Struct, frozen=True):
    """A photo with its case and the last word of a reviewer; `answered_at` is when that was answered last."""

    id: UUID
    case: CaseOf | None
    asked: Asked | None
    answered_at: datetime | None


class Facts(msgspec.Struct, frozen=True):
    """What the database knows about a photo besides; the manifest as text."""

    text: str | None
    manifest_hash: str | None
    received_at: datetime | None
    device: str | None
    original_sha256: str
    is_reduced: bool
    original_size_bytes: int
    lat: float | None
    lon: float | None
    is_held: bool
    has_before: bool

    @property
    def door(self) -> Point | None:
        """Where the door of the visit is, if that is known."""
        return None if self.lat is None or self.lon is None else Point(lat=self.lat, lon=self.lon)


async def questions(raw: asyncpg.Connection, who: tuple[UUID, UUID], since: datetime) -> list[Line]:
    """Return the photos of (tenant, user) since then that somebody asked about, or that are worth a look."""
    return [_line(row) for row in await raw.fetch(QUESTIONS, *who, since)]


async def line(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID) -> Line | None:
    """Return one photo if the transaction's person sees it."""
    row = await raw.fetchrow(ONE, tenant_id, evidence_id)
    return None if row is None else _line(row)


async def facts(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID) -> Facts:
    """Return the rest of what is known about a photo that is seen."""
    return Facts(**await raw.fetchrow(FACTS, tenant_id, evidence_id))


async def custody(
    raw: asyncpg.Connection, tenant_id: UUID, about: tuple[UUID, UUID], *, with_checks: bool
) -> Sequence[CustodyLine]:
    """Return what was done with a photo, `about` (case, photo), the newest first, at most 200.

    That somebody will check the visit only when it is asked for.
    """
    lines = []
    for row in await raw.fetch(CUSTODY, tenant_id, *about, with_checks):
        payload = msgspec.json.decode(row["payload"], type=dict[str, object])
        told = {key: value for key in TOLD if isinstance(value := payload.get(key), str)}
        lines.append(CustodyLine(id=row["id"], kind=row["kind"], at=row["at"], actor=row["actor"], detail=told))
    return lines


def _line(row: asyncpg.Record) -> Line:
    case = asked = None
    if row["case_number"] is not None:
        case = CaseOf(number=row["case_number"], client=row["client"], is_company=row["is_company"], zone=row["zone"])
    if row["state"] is not None:
        asked = Asked(
            state=row["state"], is_of_visit=row["is_of_visit"], reason=row["reason"], by=row["by"], at=row["at"]
        )
    return Line(id=row["id"], case=case, asked=asked, answered_at=row["answered_at"])
