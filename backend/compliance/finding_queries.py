"""All SQL of notes that were linted, and of what was found in them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.contact_schemas import Ruling
from backend.compliance.text_lint import NoteWarning
from backend.identity.schemas import Act

_NOTES = """
SELECT n.id, n.case_id, n.user_id, n.started_at AS at, n.party, n.note AS text, o.zone FROM {table} n
JOIN cases c ON c.id = n.case_id JOIN obligors o ON o.id = c.obligor_id
WHERE n.tenant_id = $1 AND n.id = ANY($2::uuid[]) AND n.note <> '' AND n.withdrawn_at IS NULL
ORDER BY n.started_at, n.id
"""
NOTES = {"visit": _NOTES.format(table="visits"), "call": _NOTES.format(table="calls")}
RAISE = """
INSERT INTO note_findings (id, tenant_id, case_id, source, source_id, user_id, happened_at, rule_ids, found)
SELECT id, $1, case_id, source, source_id, user_id, happened_at, string_to_array(rule_ids, ' '), found::jsonb
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::timestamptz[], $8::text[], $9::text[])
    AS new (id, case_id, source, source_id, user_id, happened_at, rule_ids, found)
ON CONFLICT DO NOTHING RETURNING id
"""
LOCK = "SELECT case_id, user_id FROM note_findings WHERE tenant_id = $1 AND id = $2 AND state = 'open' FOR UPDATE"
DECIDE = """
UPDATE note_findings SET state = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE tenant_id = $1 AND id = $2
"""


class WrittenNote(msgspec.Struct, frozen=True):
    """A note as it lies on file, and whom its record says was met."""

    id: UUID
    case_id: UUID
    user_id: UUID
    at: datetime
    party: str
    text: str
    zone: str


class NewFinding(msgspec.Struct, frozen=True):
    """What a note says that it should not, with the rules that look at it."""

    id: UUID
    source: str
    note: WrittenNote
    rule_ids: list[str]
    found: list[NoteWarning]


class OpenFinding(msgspec.Struct, frozen=True):
    """A finding that nobody has decided: whose note it is."""

    case_id: UUID
    user_id: UUID | None


async def notes_of(raw: asyncpg.Connection, tenant_id: UUID, source: str, ids: Sequence[UUID]) -> list[WrittenNote]:
    """Return the notes of records that have one and were not taken back."""
    return [WrittenNote(**dict(row)) for row in await raw.fetch(NOTES[source], tenant_id, ids)]


async def raise_findings(raw: asyncpg.Connection, tenant_id: UUID, found: Sequence[NewFinding]) -> set[UUID]:
    """Write findings, one a note at the most; returns the new ones."""
    if not found:
        return set()
    notes = [one.note for one in found]
    rows = await raw.fetch(
        RAISE, tenant_id, [one.id for one in found], [note.case_id for note in notes], [one.source for one in found],
        [note.id for note in notes], [note.user_id for note in notes], [note.at for note in notes],
        [" ".join(one.rule_ids) for one in found], [msgspec.json.encode(one.found).decode() for one in found],
    )  # fmt: skip
    return {row["id"] for row in rows}


async def open_finding(raw: asyncpg.Connection, tenant_id: UUID, finding_id: UUID) -> OpenFinding | None:
    """Lock and return a finding that is open and seen."""
    row = await raw.fetchrow(LOCK, tenant_id, finding_id)
    return None if row is None else OpenFinding(case_id=row["case_id"], user_id=row["user_id"])


async def decide(raw: asyncpg.Connection, act: Act, finding_id: UUID, ruling: Ruling, reason: str) -> None:
    """Write what somebody said of a finding."""
    await raw.execute(DECIDE, act.tenant_id, finding_id, ruling.value, reason, act.actor_id, act.at)
