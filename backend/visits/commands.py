"""What can be done to visits? Record a list of them with their promises, take them back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.compliance.commands import plan_contacts, take_back_contacts
from backend.compliance.contact_schemas import Contact
from backend.compliance.schemas import Channel
from backend.evidence.schemas import NamedPhoto, type_taken
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.statements import Statement
from backend.promises.commands import cancel_promises_of, plan_promises
from backend.promises.schemas import RecordedPromise
from backend.visits import queries
from backend.visits.codes import MEANINGS
from backend.visits.schemas import RecordedVisit, VisitRecord


def plan_visits(
    tenant_id: UUID, user_id: UUID, device_id: UUID | None, visits: Sequence[RecordedVisit]
) -> tuple[list[Statement], list[NewEvent]]:
    """Return what to write for visits that the rules passed and for their promises, and the events.

    The photos they name are not in it: see `photos_of`.
    """
    if not visits:
        return [], []
    statements, events = plan_promises(tenant_id, "visit", _promises(user_id, visits))
    statements += plan_contacts(tenant_id, user_id, Channel.VISIT, [_contact(one.record) for one in visits])
    statement = queries.insert_visits(tenant_id, user_id, device_id, visits)
    return [statement, *statements], [*(_recorded(tenant_id, user_id, device_id, one) for one in visits), *events]


def _contact(record: VisitRecord) -> Contact:
    return Contact(
        id=record.id,
        case_id=record.case_id,
        to_id=record.address_id,
        is_obligor=record.party == "obligor",
        meaning=MEANINGS[record.result],
        at=record.started_at,
        next_on=record.next_on,
    )


def _recorded(tenant_id: UUID, user_id: UUID, device_id: UUID | None, visit: RecordedVisit) -> NewEvent:
    return NewEvent(
        id=new_id(),
        tenant_id=tenant_id,
        kind="visit.recorded",
        subject_id=visit.record.id,
        case_id=visit.record.case_id,
        actor_id=user_id,
        device_id=device_id,
        occurred_at=visit.record.ended_at,
        payload=visit.payload,
    )


def _promises(user_id: UUID, visits: Sequence[RecordedVisit]) -> list[RecordedPromise]:
    return [
        RecordedPromise(
            made=one.record.promise,
            case_id=one.record.case_id,
            source_id=one.record.id,
            made_by=user_id,
            made_at=one.record.ended_at,
        )
        for one in visits
        if one.record.promise is not None
    ]


def photos_of(visits: Sequence[RecordedVisit]) -> list[NamedPhoto]:
    """Return photos, notes and signatures that visits name; evidence.commands.name_photos writes them, after these."""
    named: list[NamedPhoto] = []
    for one in visits:
        taken: list[type_taken] = [*one.record.photos, *one.record.audio_notes, *one.record.signatures]
        where = (one.record.case_id, one.record.id, one.record.address_id)
        named += [NamedPhoto(photo, *where) for photo in taken]
    return named


async def withdraw_visits(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, ids: Sequence[UUID], at: datetime
) -> list[NewEvent]:
    """Take visits back (the caller has checked whose and when), with the promises they made; returns the events."""
    if not ids:
        return []
    await queries.withdraw_visits(raw, tenant_id, ids, at)
    await take_back_contacts(raw, tenant_id, user_id, Channel.VISIT, ids)
    return await cancel_promises_of(raw, tenant_id, ids, user_id, at)
