"""Which notes say what they should not? Each that came in is linted once; what is found waits for a person.

A note is never refused for it: a lost note is worse than a bad one. A reader of the journal of its own, so that
neither the push nor the gate's reader waits for it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance import finding_queries as queries
from backend.compliance.assembling import place_of_zone
from backend.compliance.choosing import shipped_packs
from backend.compliance.contact_schemas import ExceptionDecision
from backend.compliance.finding_queries import NewFinding, WrittenNote
from backend.compliance.packs import Pack
from backend.compliance.schemas import Role
from backend.compliance.text_lint import note_warnings
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.reading import read_step, waiting_tenants
from backend.journal.schemas import RecordedEvent
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.problems import FORBIDDEN, NOT_FOUND, Problem

READER = "notes"
EVENTS_A_STEP_MAX = 200
SOURCES = {"visit.recorded": "visit", "call.recorded": "call"}

# Whom a record says was met, as the lint asks for it; `nobody` and `machine` heard nothing.
_REACHED = {
    "obligor": Role.OBLIGOR,
    "co_borrower": Role.CO_BORROWER,
    "guarantor": Role.GUARANTOR,
    "spouse": Role.SPOUSE,
    "relative": Role.RELATIVE,
    "employer": Role.EMPLOYER,
    "neighbour": Role.NEIGHBOUR,
    "lawyer": Role.ATTORNEY,
    "unknown": Role.UNKNOWN,
}


async def lint_arrived(database: Database, now: datetime) -> int:
    """Let every tenant's reader take one step; returns how many events were read. `database` is of Role.JOB."""
    return sum([await step(database, one, now) for one in await waiting_tenants(database, READER)])


async def step(database: Database, tenant_id: UUID, now: datetime) -> int:
    """Lint the notes among the next 200 events; returns how many were read, 0 when another worker reads."""

    async def handle(raw: asyncpg.Connection, events: Sequence[RecordedEvent]) -> None:
        for kind, source in SOURCES.items():
            ids = [event.subject_id for event in events if event.kind == kind]
            if ids:
                await lint_notes(raw, tenant_id, source, ids, now)

    return await read_step(database, tenant_id, READER, EVENTS_A_STEP_MAX, handle)


async def lint_notes(raw: asyncpg.Connection, tenant_id: UUID, source: str, ids: Sequence[UUID], now: datetime) -> int:
    """Lint the notes of records, raise what is found; returns how many findings are new."""
    notes = await queries.notes_of(raw, tenant_id, source, ids)
    found = [one for note in notes if (one := finding_of(source, note)) is not None]
    new = await queries.raise_findings(raw, tenant_id, found)
    act = Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=now)
    events = [
        case_event(
            act, "note.found", one.id, one.note.case_id,
            {"source": source, "source_id": str(one.note.id), "rule_ids": one.rule_ids},
        )
        for one in found
        if one.id in new
    ]  # fmt: skip
    await append_bare(raw, events)
    return len(events)


def finding_of(source: str, note: WrittenNote) -> NewFinding | None:
    """Return what a note says too much, None when nothing is found."""
    place = place_of_zone(note.zone)
    bound = rules_of_place(place, shipped_packs()) if place is not None else None
    found = []
    for one in note_warnings(note.text, _REACHED.get(note.party)):
        # A rule of another country says nothing here; where nobody knows the place all of them are named.
        rules = [rule for rule in one.rules if bound is None or rule in bound]
        if rules:
            found.append(msgspec.structs.replace(one, rules=rules))
    named = sorted({rule for one in found for rule in one.rules})
    return NewFinding(id=new_id(), source=source, note=note, rule_ids=named, found=found) if found else None


def rules_of_place(place: str, packs: Iterable[Pack]) -> frozenset[str]:
    """Return the rules that hold in a place: those of its packs, and of packs for no place in particular."""
    chosen = (pack for pack in packs if place in (pack.applies_when.jurisdictions or [place]))
    return frozenset(rule_id for pack in chosen for rule_id in pack.articles)


async def decide_finding(raw: asyncpg.Connection, act: Act, finding_id: UUID, said: ExceptionDecision) -> None:
    """Say of a note that it is explained, or that it was a breach; whoever wrote it may not.

    Raises Problem (not_found) when none of that id is open, (forbidden) to who wrote the note.
    """
    found = await queries.open_finding(raw, act.tenant_id, finding_id)
    if found is None:
        raise Problem(NOT_FOUND)
    if found.user_id == act.actor_id:
        raise Problem(FORBIDDEN)
    await queries.decide(raw, act, finding_id, said.ruling, said.reason)
    payload = msgspec.Raw(msgspec.json.encode({"reason": said.reason}))
    await append_bare(raw, [case_event(act, f"note.{said.ruling}", finding_id, found.case_id, payload)])
