"""All SQL that writes contacts and what stands against them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from backend.compliance.contact_schemas import AgreementWish, CloseWish, Contact, NewStop, StopWish
from backend.compliance.schemas import Channel
from backend.identity.schemas import Act
from backend.kernel.ids import new_id
from backend.kernel.statements import Statement

FLAGS = ("unresponsive", "late", "extended", "breached", "written")
"""The booleans of a status, kept as a set of words."""

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
_INSERT_STOPS = """
INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, person, kind, since, until, channel, source, source_id,
    made_by)
SELECT new.id, $1, new.case_id, owner.obligor_id,
    CASE WHEN new.is_of_person AND new.is_obligor THEN 'obligor' WHEN new.is_of_person THEN
        coalesce((SELECT related_party_id::text FROM {table} WHERE id = new.to_id AND tenant_id = $1), 'obligor') END,
    new.kind, new.since, new.until_on::timestamp AT TIME ZONE owner.zone, new.channel, $3::text, new.source_id, $2
FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::bool[], $8::bool[], $9::text[], $10::timestamptz[], $11::date[],
    $12::text[], $13::uuid[])
    AS new (id, case_id, to_id, is_obligor, is_of_person, kind, since, until_on, channel, source_id)
CROSS JOIN LATERAL (SELECT cases.obligor_id, obligors.zone FROM cases JOIN obligors ON obligors.id = cases.obligor_id
    WHERE cases.id = new.case_id AND cases.tenant_id = $1 LIMIT 1) AS owner
"""
INSERT_STOPS = {
    Channel.CALL: _INSERT_STOPS.format(table="contact_points"),
    Channel.VISIT: _INSERT_STOPS.format(table="addresses"),
}
# What a record raised goes with it: closed at the moment from which it stood, it never stood.
TAKE_BACK = """
WITH reversed AS (
    INSERT INTO contact_events (id, tenant_id, channel, is_reversal, case_id, obligor_id, person, kind, direction,
        to_id, place, debts, by, at)
    SELECT id, tenant_id, channel, true, case_id, obligor_id, person, kind, direction, to_id, place, debts, by, at
    FROM contact_events WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND channel = $3 AND NOT is_reversal
    ON CONFLICT DO NOTHING)
INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, person, kind, since, until, closes, reason, made_by)
SELECT gen_random_uuid(), tenant_id, case_id, obligor_id, person, kind, since, since, id, 'taken back', $4
FROM contact_stops AS raised
WHERE tenant_id = $1 AND source_id = ANY($2::uuid[]) AND source = $3 AND closes IS NULL
    AND NOT EXISTS (SELECT 1 FROM contact_stops WHERE tenant_id = $1 AND closes = raised.id AND until = raised.since)
"""
RAISE_STOP = """
INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, person, kind, since, until, channel, place, debts, flags,
    reason, made_by)
SELECT $2, $1, id, obligor_id, $4, $5, $6, $7, $8, $9, $10::uuid[], $11::text[], $12, $13
FROM cases WHERE tenant_id = $1 AND id = $3
ON CONFLICT DO NOTHING RETURNING id
"""
CLOSE_STOP = """
INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, person, kind, since, until, closes, reason, made_by)
SELECT $3, tenant_id, case_id, obligor_id, person, kind, since, greatest(since, $4), id, $5, $6
FROM contact_stops AS raised WHERE tenant_id = $1 AND id = $2 AND closes IS NULL
    AND NOT EXISTS (SELECT 1 FROM contact_stops WHERE tenant_id = $1 AND closes = raised.id)
RETURNING case_id
"""
RECORD_AGREEMENT = """
INSERT INTO contact_agreements (id, tenant_id, case_id, obligor_id, person, kind, since, until, channels, debts, starts,
    ends, days, place, reason, made_by)
SELECT $2, $1, id, obligor_id, $4, $5, $6, $7, $8::text[], $9::uuid[], $10, $11, $12::int[], $13, $14, $15
FROM cases WHERE tenant_id = $1 AND id = $3
ON CONFLICT DO NOTHING RETURNING id
"""
CLOSE_AGREEMENT = """
INSERT INTO contact_agreements (id, tenant_id, case_id, obligor_id, person, kind, since, until, closes, reason, made_by)
SELECT $3, tenant_id, case_id, obligor_id, person, kind, since, greatest(since, $4), id, $5, $6
FROM contact_agreements AS made WHERE tenant_id = $1 AND id = $2 AND closes IS NULL
    AND NOT EXISTS (SELECT 1 FROM contact_agreements WHERE tenant_id = $1 AND closes = made.id)
RETURNING case_id
"""


def insert_events(tenant_id: UUID, user_id: UUID, channel: Channel, contacts: Sequence[Contact]) -> Statement:
    """Return the statement that writes contacts of one user; all of them have an event."""
    arguments = (
        tenant_id, user_id, channel.value, [one.id for one in contacts], [one.case_id for one in contacts],
        [one.to_id for one in contacts], [one.is_obligor for one in contacts],
        [one.meaning.event and one.meaning.event.value for one in contacts], [one.at for one in contacts],
    )  # fmt: skip
    return Statement(sql=INSERT_EVENTS[channel], arguments=arguments)


def insert_stops(tenant_id: UUID, user_id: UUID, channel: Channel, stops: Sequence[NewStop]) -> Statement:
    """Return the statement that writes what contacts of one user raised."""
    contacts, raised = [stop.contact for stop in stops], [stop.raised for stop in stops]
    arguments = (
        tenant_id, user_id, channel.value, [stop.id for stop in stops], [one.case_id for one in contacts],
        [one.to_id for one in contacts], [one.is_obligor for one in contacts], [one.of_person for one in raised],
        [one.kind.value for one in raised], [one.at for one in contacts], [stop.until_on for stop in stops],
        [one.channel and one.channel.value for one in raised], [one.id for one in contacts],
    )  # fmt: skip
    return Statement(sql=INSERT_STOPS[channel], arguments=arguments)


async def take_back(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, channel: Channel, ids: Sequence[UUID]
) -> None:
    """Take contacts out of all counts, and what they raised with them; the rows stay, further ones say so."""
    await raw.execute(TAKE_BACK, tenant_id, ids, channel.value, user_id)


async def raise_stop(raw: asyncpg.Connection, act: Act, case_id: UUID, wish: StopWish) -> bool:
    """Write a stop of a person; False when the case is not seen or the stop stands already."""
    status = wish.status
    flags = [name for name in FLAGS if getattr(status, name)]
    found = await raw.fetchval(
        RAISE_STOP, act.tenant_id, wish.id, case_id, wish.person, status.kind.value, status.since or act.at,
        status.until, status.channel and status.channel.value, status.place and status.place.value, status.debts,
        flags, wish.reason, act.actor_id,
    )  # fmt: skip
    return found is not None


async def record_agreement(raw: asyncpg.Connection, act: Act, case_id: UUID, wish: AgreementWish) -> bool:
    """Write an agreement; False when the case is not seen or the agreement stands already."""
    made = wish.agreement
    channels = None if made.channels is None else [one.value for one in made.channels]
    found = await raw.fetchval(
        RECORD_AGREEMENT, act.tenant_id, wish.id, case_id, wish.person, made.kind.value, made.since or act.at,
        made.until, channels, made.debts, made.start, made.end,
        made.days, made.place and made.place.value, wish.reason, act.actor_id,
    )  # fmt: skip
    return found is not None


async def close(raw: asyncpg.Connection, act: Act, sql: str, closed_id: UUID, wish: CloseWish) -> UUID | None:
    """Write the row that closes a stop or an agreement; returns its case, None when nothing open is seen."""
    at = wish.at or act.at
    found: UUID | None = await raw.fetchval(sql, act.tenant_id, closed_id, new_id(), at, wish.reason, act.actor_id)
    return found


async def sees_case(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> bool:
    """Tell whether the transaction's person sees the case."""
    found = await raw.fetchval("SELECT 1 FROM cases WHERE tenant_id = $1 AND id = $2", tenant_id, case_id)
    return found is not None
