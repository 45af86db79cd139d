"""How does a fact get into the journal? In the transaction of the fact itself, never later."""

from collections.abc import Sequence

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.journal.queries import insert_events
from backend.journal.schemas import NewEvent
from backend.kernel.db import bare


async def append(tx: AsyncConnection, events: Sequence[NewEvent]) -> None:
    """Write events inside the caller's SQLAlchemy transaction; an empty list writes nothing."""
    if events:
        await insert_events(await bare(tx), events)


async def append_bare(raw: asyncpg.Connection, events: Sequence[NewEvent]) -> None:
    """Do the same on a bare asyncpg connection."""
    if events:
        await insert_events(raw, events)
