"""What can be done to contacts? Count them with their record, take them back with it, stop them, agree to them.

What stands is never changed: a further row closes it, with the reason and who said so.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance import queries
from backend.compliance.contact_schemas import AgreementWish, CloseWish, Contact, NewStop, StopWish
from backend.compliance.schemas import Channel
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.ids import new_id
from backend.kernel.problems import MALFORMED, NOT_FOUND, Problem
from backend.kernel.statements import Statement


def plan_contacts(tenant_id: UUID, user_id: UUID, channel: Channel, contacts: Sequence[Contact]) -> list[Statement]:
    """Return what to write for contacts of one person; it goes with the statement that writes their records."""
    counted = [one for one in contacts if one.meaning.event is not None]
    statements = [queries.insert_events(tenant_id, user_id, channel, counted)] if counted else []
    stops = [
        NewStop(id=new_id(), raised=raised, contact=one, until_on=one.next_on if raised.is_until_next else None)
        for one in counted
        for raised in one.meaning.raises
    ]
    return [*statements, queries.insert_stops(tenant_id, user_id, channel, stops)] if stops else statements


async def take_back_contacts(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, channel: Channel, ids: Sequence[UUID]
) -> None:
    """Take contacts back with the records that they stem from, and what they raised."""
    await queries.take_back(raw, tenant_id, user_id, channel, ids)


async def raise_stop(raw: asyncpg.Connection, act: Act, case_id: UUID, wish: StopWish) -> None:
    """Put something against contacts of a case (a freeze, most often); the same wish again changes nothing.

    Raises Problem (not_found) for a case that is not seen, (malformed) for what no contact can be.
    """
    _check(wish.status.debts, [wish.status.channel])
    if await queries.raise_stop(raw, act, case_id, wish):
        await append_bare(raw, [case_event(act, "contact.stopped", wish.id, case_id, _said(wish))])
    elif not await queries.sees_case(raw, act.tenant_id, case_id):
        raise Problem(NOT_FOUND)


async def close_stop(raw: asyncpg.Connection, act: Act, stop_id: UUID, wish: CloseWish) -> None:
    """Say that a stop stands no longer; raises Problem (not_found) when none of that id is open."""
    case_id = await queries.close(raw, act, queries.CLOSE_STOP, stop_id, wish)
    if case_id is None:
        raise Problem(NOT_FOUND)
    await append_bare(raw, [case_event(act, "contact.stop_closed", stop_id, case_id, _said(wish))])


async def record_agreement(raw: asyncpg.Connection, act: Act, case_id: UUID, wish: AgreementWish) -> None:
    """Note what a person agreed to or asked for; the same wish again changes nothing.

    Raises Problem (not_found) for a case that is not seen, (malformed) for what no contact can be.
    """
    _check(wish.agreement.debts, wish.agreement.channels or [])
    if await queries.record_agreement(raw, act, case_id, wish):
        await append_bare(raw, [case_event(act, "contact.agreed", wish.id, case_id, _said(wish))])
    elif not await queries.sees_case(raw, act.tenant_id, case_id):
        raise Problem(NOT_FOUND)


async def close_agreement(raw: asyncpg.Connection, act: Act, agreement_id: UUID, wish: CloseWish) -> None:
    """Say that an agreement holds no longer; raises Problem (not_found) when none of that id is open."""
    case_id = await queries.close(raw, act, queries.CLOSE_AGREEMENT, agreement_id, wish)
    if case_id is None:
        raise Problem(NOT_FOUND)
    await append_bare(raw, [case_event(act, "contact.agreement_closed", agreement_id, case_id, _said(wish))])


def _check(debts: Sequence[str] | None, channels: Sequence[Channel | None]) -> None:
    """Debts are accounts; a photo is data entry, not a contact that could be stopped."""
    try:
        for debt in debts or ():
            UUID(debt)
    except ValueError as error:
        raise Problem(MALFORMED, fields=[{"field": "debts", "says": "ids of accounts"}]) from error
    if Channel.PHOTO in channels:
        raise Problem(MALFORMED, fields=[{"field": "channel", "says": "a photo is not a contact"}])


def _said(wish: StopWish | AgreementWish | CloseWish) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(wish))
