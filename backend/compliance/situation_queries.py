"""What does the database know of contacts that are about to happen? One statement for many of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.schemas import HISTORY_MAX, Event

# Everything hangs on the obligor, so that a case of last year counts too. Look-ups by key, one asked contact at a time.
SITUATIONS = """
SELECT asked.n, obligors.kind AS obligor_kind, obligors.zone, party.id::text AS party, party.role, party.relation,
    coalesce(party.consent = 'withdrawn', false) AS is_withdrawn,
    coalesce(NOT party.may_contact, false) AS is_party_shut,
    coalesce(point.is_shut, false) AS is_point_shut, point.normal AS number, door.place,
    (SELECT bool_and(status IN ('dead', 'wrong')) FROM contact_points AS own WHERE own.obligor_id = obligors.id
        AND own.tenant_id = $1 AND own.related_party_id IS NULL AND own.kind IN ('mobile', 'phone')) AS is_lost,
    (SELECT json_agg(json_build_object('id', id, 'kind', kind, 'product', product, 'status', status) ORDER BY id)::text
        FROM accounts WHERE accounts.obligor_id = obligors.id AND accounts.tenant_id = $1) AS debts,
    (SELECT json_agg(json_build_object('at', at, 'kind', kind, 'channel', channel, 'direction', direction,
            'person', person, 'to', to_id, 'place', place, 'debts', debts, 'by', by) ORDER BY at, id)::text
        FROM (SELECT * FROM contact_events AS e WHERE e.obligor_id = obligors.id AND e.tenant_id = $1
            AND NOT e.is_reversal AND (asked.as_of IS NULL OR e.at <= asked.as_of)
            AND e.id IS DISTINCT FROM asked.own_id AND e.person IN ('obligor', coalesce(party.id::text, 'obligor'))
            AND NOT EXISTS (SELECT 1 FROM contact_events AS r WHERE r.tenant_id = $1 AND r.id = e.id
                AND r.channel = e.channel AND r.is_reversal)
            ORDER BY e.at DESC LIMIT $7) AS events) AS history,
    (SELECT json_agg(json_build_object('kind', kind, 'since', since, 'debts', debts, 'channel', channel, 'place', place,
            'flags', flags, 'until', ends) ORDER BY since, id)::text
        FROM (SELECT s.*, least(s.until, (SELECT min(c.until) FROM contact_stops AS c WHERE c.tenant_id = $1
                AND c.closes = s.id)) AS ends FROM contact_stops AS s
            WHERE s.obligor_id = obligors.id AND s.tenant_id = $1 AND s.closes IS NULL
            AND (s.person IS NULL OR s.person = coalesce(party.id::text, 'obligor'))
            AND (asked.as_of IS NULL OR s.since <= asked.as_of)
            AND (asked.own_id IS NULL OR s.source_id IS DISTINCT FROM asked.own_id)) AS stops
        WHERE ends IS NULL OR ends > since) AS stops,
    (SELECT json_agg(json_build_object('kind', kind, 'since', since, 'debts', debts, 'channels', channels,
            'start', starts, 'end', ends, 'days', days, 'place', place, 'until', over) ORDER BY since, id)::text
        FROM (SELECT a.*, least(a.until, (SELECT min(c.until) FROM contact_agreements AS c WHERE c.tenant_id = $1
                AND c.closes = a.id)) AS over FROM contact_agreements AS a
            WHERE a.obligor_id = obligors.id AND a.tenant_id = $1 AND a.closes IS NULL
            AND a.person = coalesce(party.id::text, 'obligor')
            AND (asked.as_of IS NULL OR a.since <= asked.as_of)) AS made
        WHERE over IS NULL OR over > since) AS agreements
FROM unnest($2::uuid[], $3::uuid[], $4::bool[], $5::timestamptz[], $6::uuid[]) WITH ORDINALITY
    AS asked (case_id, to_id, is_door, as_of, own_id, n)
CROSS JOIN LATERAL (
    SELECT obligor_id FROM cases WHERE cases.id = asked.case_id AND cases.tenant_id = $1 LIMIT 1) AS owner
CROSS JOIN LATERAL (SELECT * FROM obligors WHERE obligors.id = owner.obligor_id LIMIT 1) AS obligors
LEFT JOIN LATERAL (SELECT id, related_party_id, normal,
        status = 'stopped' OR consent = 'withdrawn' OR NOT may_contact AS is_shut FROM contact_points
    WHERE contact_points.id = asked.to_id AND contact_points.obligor_id = obligors.id LIMIT 1) AS point
    ON NOT asked.is_door
LEFT JOIN LATERAL (SELECT id, related_party_id, CASE kind WHEN 'home' THEN 'home_door'
        WHEN 'registered' THEN 'home_door' WHEN 'work' THEN 'workplace' END AS place FROM addresses
    WHERE addresses.id = asked.to_id AND addresses.obligor_id = obligors.id LIMIT 1) AS door ON asked.is_door
LEFT JOIN LATERAL (SELECT * FROM related_parties
    WHERE related_parties.id = coalesce(point.related_party_id, door.related_party_id) LIMIT 1) AS party ON true
WHERE asked.to_id IS NULL OR point.id IS NOT NULL OR door.id IS NOT NULL
"""
POINTS_OF_CASE = """
SELECT id FROM contact_points WHERE tenant_id = $1 AND obligor_id = (SELECT obligor_id FROM cases WHERE id = $2)
    AND kind = ANY($3::text[]) ORDER BY related_party_id NULLS FIRST, id LIMIT $4
"""
DOORS_OF_CASE = """
SELECT id FROM addresses WHERE tenant_id = $1 AND obligor_id = (SELECT obligor_id FROM cases WHERE id = $2)
ORDER BY related_party_id NULLS FIRST, id LIMIT $3
"""


class AccountRow(msgspec.Struct, frozen=True):
    """An account as the debts of a situation are made from it."""

    id: str
    kind: str
    product: str
    status: str


class StopRow(msgspec.Struct, frozen=True):
    """A stop, with the end that a later row may have given it."""

    kind: str
    since: datetime
    until: datetime | None
    debts: list[str] | None
    channel: str | None
    place: str | None
    flags: list[str]


class AgreementRow(msgspec.Struct, frozen=True):
    """An agreement, with the end that a later row may have given it."""

    kind: str
    since: datetime
    until: datetime | None
    debts: list[str] | None
    channels: list[str] | None
    start: str | None
    end: str | None
    days: list[int] | None
    place: str | None


class Known(msgspec.Struct, frozen=True):
    """All that is on file about one contact that is asked for; `history` is None when it is too long to be read."""

    obligor_kind: str
    zone: str
    party: str | None
    role: str | None
    relation: str | None
    is_withdrawn: bool
    is_party_shut: bool
    is_point_shut: bool
    number: str | None
    place: str | None
    is_lost: bool
    debts: list[AccountRow]
    history: list[Event] | None
    stops: list[StopRow]
    agreements: list[AgreementRow]


class Wanted(msgspec.Struct, frozen=True):
    """Which contact is asked for: with `as_of` only what had happened by then, `own_id` left out."""

    case_id: UUID
    to_id: UUID | None
    is_door: bool
    as_of: datetime | None
    own_id: UUID | None


_ACCOUNTS = msgspec.json.Decoder(list[AccountRow])
_EVENTS = msgspec.json.Decoder(list[Event])
_STOPS = msgspec.json.Decoder(list[StopRow])
_AGREEMENTS = msgspec.json.Decoder(list[AgreementRow])


async def known_of(raw: asyncpg.Connection, tenant_id: UUID, wanted: Sequence[Wanted]) -> list[Known | None]:
    """Return what is on file for each, in their order; None where the case, or a number of it, is not seen."""
    rows = await raw.fetch(
        SITUATIONS, tenant_id, [one.case_id for one in wanted], [one.to_id for one in wanted],
        [one.is_door for one in wanted], [one.as_of for one in wanted], [one.own_id for one in wanted], HISTORY_MAX + 1,
    )  # fmt: skip
    found = {row["n"]: _known(row) for row in rows}
    return [found.get(number) for number in range(1, len(wanted) + 1)]


def _known(row: asyncpg.Record) -> Known:
    history = _EVENTS.decode(row["history"] or "[]")
    return Known(
        obligor_kind=row["obligor_kind"],
        zone=row["zone"],
        party=row["party"],
        role=row["role"],
        relation=row["relation"],
        is_withdrawn=row["is_withdrawn"],
        is_party_shut=row["is_party_shut"],
        is_point_shut=row["is_point_shut"],
        number=row["number"],
        place=row["place"],
        is_lost=bool(row["is_lost"]),
        debts=_ACCOUNTS.decode(row["debts"] or "[]"),
        history=None if len(history) > HISTORY_MAX else history,
        stops=_STOPS.decode(row["stops"] or "[]"),
        agreements=_AGREEMENTS.decode(row["agreements"] or "[]"),
    )


async def points_of(
    raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID, kinds: Sequence[str], limit: int
) -> list[UUID]:
    """Return the contact points of these kinds around a case, the obligor's own first."""
    return [row["id"] for row in await raw.fetch(POINTS_OF_CASE, tenant_id, case_id, kinds, limit)]


async def doors_of(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID, limit: int) -> list[UUID]:
    """Return the addresses around a case, the obligor's own first."""
    return [row["id"] for row in await raw.fetch(DOORS_OF_CASE, tenant_id, case_id, limit)]
