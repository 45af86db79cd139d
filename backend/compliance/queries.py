"""All SQL that writes contacts and what stands against them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from backend.compliance.contact_schemas import Contact
from backend.compliance.schemas import Channel
from backend.kernel.statements import Statement

# Look-ups by key, row by row: a join with unnest would be planned for a guessed number of rows.
_TARGETS = {
    Channel.CALL: "SELECT related_party_id::text AS owner, NULL::text AS place FROM contact_points",
    Channel.VISIT: """SELECT related_party_id::text AS owner, CASE kind WHEN 'home' THEN 'home_door'
        WHEN 'registered' THEN 'home_door' WHEN 'work' THEN 'workplace' END AS place FROM addresses""",
}
_INSERT_EVENTS = """
INSERT INTO contact_events (id, tenant_id, channel, case_id, obligor_id, person, kind, direction, to_id, place, by, at)
SELECT new.id, $1, $3::text, new.case_id,
    (SELECT obligor_id FROM cases WHERE cases.id = new.case_id AND cases.tenant_id = $1),
    CASE WHEN new.is_obligor THEN 'obligor' ELSE coalesce(target.owner, 'obligor') END, new.kind,
    CASE WHEN new.to_id IS NULL AND $3::text = 'call' THEN 'in' ELSE 'out' END, new.to_id, target.place,
    coalesce((SELECT CASE WHEN role = 'agency' THEN 'agency' END FROM users WHERE users.id = $2), 'lender'), new.at
FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::bool[], $8::text[], $9::timestamptz[])
    AS new (id, case_id, to_id, is_obligor, kind, at)
LEFT JOIN LATERAL ({target} WHERE id = new.to_id AND tenant_id = $1 LIMIT 1) AS target ON true
"""
INSERT_EVENTS = {channel: _INSERT_EVENTS.format(target=target) for channel, target in _TARGETS.items()}
REVERSE_EVENTS = """
INSERT INTO contact_events (id, tenant_id, channel, is_reversal, case_id, obligor_id, person, kind, direction, to_id,
    place, debts, by, at)
SELECT id, tenant_id, channel, true, case_id, obligor_id, person, kind, direction, to_id, place, debts, by, at
FROM contact_events WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND channel = $3 AND NOT is_reversal
ON CONFLICT DO NOTHING
"""


def insert_events(tenant_id: UUID, user_id: UUID, channel: Channel, contacts: Sequence[Contact]) -> Statement:
    """Return the statement that writes contacts of one user; all of them have an event."""
    arguments = (
        tenant_id, user_id, channel.value, [one.id for one in contacts], [one.case_id for one in contacts],
        [one.to_id for one in contacts], [one.is_obligor for one in contacts],
        [one.meaning.event and one.meaning.event.value for one in contacts], [one.at for one in contacts],
    )  # fmt: skip
    return Statement(sql=INSERT_EVENTS[channel], arguments=arguments)


async def reverse_events(raw: asyncpg.Connection, tenant_id: UUID, channel: Channel, ids: Sequence[UUID]) -> None:
    """Take contacts out of all counts; the rows stay, a second one says so."""
    await raw.execute(REVERSE_EVENTS, tenant_id, ids, channel.value)
