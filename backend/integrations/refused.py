"""How do the refused lines of a run leave as one CSV file, however many there are?"""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg

from backend.integrations import queries
from backend.integrations.queries import StoredRun
from backend.integrations.rules.export import refused_head, refused_line
from backend.integrations.rules.reasons import Language
from backend.integrations.schemas import Refusal


async def refused_csv(
    raw: asyncpg.Connection, tenant_id: UUID, stored: StoredRun, language: Language
) -> AsyncIterator[str]:
    """Yield the file line by line inside the caller's transaction; reasons of one line stand together."""
    yield refused_head(stored.header)
    group: list[Refusal] = []
    async for one in queries.refusals_of(raw, tenant_id, stored.run.id):
        if group and group[0].line != one.line:
            yield refused_line(stored.header, group, language)
            group = []
        group.append(one)
    if group:
        yield refused_line(stored.header, group, language)
