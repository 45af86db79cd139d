"""What can be done to contacts? Count them with the call or visit that they are, take them back with it."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from backend.compliance import queries
from backend.compliance.contact_schemas import Contact
from backend.compliance.schemas import Channel
from backend.kernel.statements import Statement


def plan_contacts(tenant_id: UUID, user_id: UUID, channel: Channel, contacts: Sequence[Contact]) -> list[Statement]:
    """Return what to write for contacts of one person; it goes with the statement that writes their records."""
    counted = [one for one in contacts if one.meaning.event is not None]
    return [queries.insert_events(tenant_id, user_id, channel, counted)] if counted else []


async def take_back_contacts(raw: asyncpg.Connection, tenant_id: UUID, channel: Channel, ids: Sequence[UUID]) -> None:
    """Take contacts back with the records that they stem from."""
    await queries.reverse_events(raw, tenant_id, channel, ids)
