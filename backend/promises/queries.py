"""All SQL of the promises."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from backend.kernel.statements import Statement
from backend.promises.schemas import PromiseState, RecordedPromise

INSERT_PROMISES = """
INSERT INTO promises (id, tenant_id, case_id, source_kind, source_id, amount_minor, currency, due_on, tolerance_days,
    state, made_by, made_at)
SELECT id, $1, case_id, $2, source_id, amount_minor, currency, due_on, tolerance_days, 'open', made_by, made_at
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[], $8::date[], $9::int[], $10::uuid[],
    $11::timestamptz[])
    AS new (id, case_id, source_id, amount_minor, currency, due_on, tolerance_days, made_by, made_at)
"""
CANCEL_PROMISES = """
UPDATE promises SET state = 'cancelled' WHERE tenant_id = $1 AND source_id = ANY($2::uuid[]) AND state = 'open'
RETURNING id, case_id
"""

SETTLE_PROMISES = """
UPDATE promises SET state = new.state FROM unnest($2::uuid[], $3::text[]) AS new (id, state)
WHERE promises.tenant_id = $1 AND promises.id = new.id AND promises.state IN ('open', 'due_today')
RETURNING promises.id, promises.case_id, promises.state
"""


def insert_promises(tenant_id: UUID, source_kind: str, promises: Sequence[RecordedPromise]) -> Statement:
    """Return the statement that inserts open promises; `source_kind` is "visit", "call", "desk" or "import"."""
    arguments = (
        tenant_id, source_kind, [one.made.id for one in promises], [one.case_id for one in promises],
        [one.source_id for one in promises], [one.made.amount_minor for one in promises],
        [one.made.currency for one in promises], [one.made.due_on for one in promises],
        [one.made.tolerance_days for one in promises], [one.made_by for one in promises],
        [one.made_at for one in promises],
    )  # fmt: skip
    return Statement(sql=INSERT_PROMISES, arguments=arguments)


async def cancel_promises(
    raw: asyncpg.Connection, tenant_id: UUID, source_ids: Sequence[UUID]
) -> list[tuple[UUID, UUID]]:
    """Cancel the open promises that these records made; returns (promise, case) pairs."""
    rows = await raw.fetch(CANCEL_PROMISES, tenant_id, source_ids)
    return [(row["id"], row["case_id"]) for row in rows]


async def settle_promises(
    raw: asyncpg.Connection, tenant_id: UUID, states: Mapping[UUID, PromiseState]
) -> list[tuple[UUID, UUID, PromiseState]]:
    """Set the states of promises that nobody has settled yet; returns (promise, case, state) of those that changed."""
    rows = await raw.fetch(SETTLE_PROMISES, tenant_id, list(states), [state.value for state in states.values()])
    return [(row["id"], row["case_id"], PromiseState(row["state"])) for row in rows]
