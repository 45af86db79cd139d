"""What does the database know of contacts that are about to happen? Two statements for many of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.schemas import HISTORY_MAX, Channel, Direction, Event, EventKind, Place

OBLIGOR = "obligor"

# Everything hangs on the obligor, so that a case of last year counts too. Look-ups by key, one asked contact at a time.
SITUATIONS = """
SELECT asked.n, obligors.id AS obligor_id, obligors.kind AS obligor_kind, obligors.zone, party.id::text AS party,
    party.role, party.relation,
    coalesce(party.consent = 'withdrawn', false) AS is_withdrawn,
    coalesce(NOT party.may_contact, false) AS is_party_shut,
    coalesce(point.is_shut, false) AS is_point_shut, point.normal AS number, door.place,
    (SELECT bool_and(status IN ('dead', 'wrong')) FROM contact_points AS own WHERE own.obligor_id = obligors.id
        AND own.tenant_id = $1 AND own.related_party_id IS NULL AND own.kind IN ('mobile', 'phone')) AS is_lost,
    (SELECT json_agg(json_build_object('id', id, 'kind', kind, 'product', product, 'status', status) ORDER BY id)::text
        FROM accounts WHERE accounts.obligor_id = obligors.id AND accounts.tenant_id = $1) AS debts,
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
# All of it once a person, reversals too: to leave out here what was taken back cost more than all the rest.
HISTORY = """
SELECT e.* FROM unnest($2::uuid[]) AS asked (obligor_id) CROSS JOIN LATERAL (
    SELECT obligor_id, id, at, kind, channel, direction, person, to_id, place, debts, by, is_reversal
    FROM contact_events WHERE contact_events.tenant_id = $1 AND contact_events.obligor_id = asked.obligor_id
    ORDER BY contact_events.at DESC LIMIT $3) AS e
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
_STOPS = msgspec.json.Decoder(list[StopRow])
_AGREEMENTS = msgspec.json.Decoder(list[AgreementRow])


class Past(msgspec.Struct, frozen=True):
    """A contact of a person, with the id of its record."""

    id: UUID
    event: Event


async def known_of(raw: asyncpg.Connection, tenant_id: UUID, wanted: Sequence[Wanted]) -> list[Known | None]:
    """Return what is on file for each, in their order; None where the case, or a number of it, is not seen."""
    rows = await raw.fetch(
        SITUATIONS, tenant_id, [one.case_id for one in wanted], [one.to_id for one in wanted],
        [one.is_door for one in wanted], [one.as_of for one in wanted], [one.own_id for one in wanted],
    )  # fmt: skip
    found = {row["n"]: row for row in rows}
    pasts = await pasts_of(raw, tenant_id, sorted({row["obligor_id"] for row in rows}))
    return [
        None
        if (row := found.get(number)) is None
        else _known(row, history_of(pasts[row["obligor_id"]], one, row["party"]))
        for number, one in enumerate(wanted, start=1)
    ]


async def pasts_of(
    raw: asyncpg.Connection, tenant_id: UUID, obligor_ids: Sequence[UUID]
) -> dict[UUID, list[Past] | None]:
    """Return the contacts around each obligor that stand, in the order of their moments; None for too many."""
    rows: dict[UUID, list[asyncpg.Record]] = {obligor_id: [] for obligor_id in obligor_ids}
    for row in await raw.fetch(HISTORY, tenant_id, obligor_ids, HISTORY_MAX + 1):
        rows[row["obligor_id"]].append(row)
    return {one: None if len(found) > HISTORY_MAX else _standing(found) for one, found in rows.items()}


def _standing(rows: Sequence[asyncpg.Record]) -> list[Past]:
    reversed_ones = {(row["channel"], row["id"]) for row in rows if row["is_reversal"]}
    standing = [_past(row) for row in rows if (row["channel"], row["id"]) not in reversed_ones]
    return sorted(standing, key=lambda past: (past.event.at, past.id))


_KINDS, _CHANNELS = {one.value: one for one in EventKind}, {one.value: one for one in Channel}
_DIRECTIONS, _PLACES = {one.value: one for one in Direction}, {one.value: one for one in Place}


def _past(row: asyncpg.Record) -> Past:
    event = Event(
        at=row["at"],
        kind=_KINDS[row["kind"]],
        channel=_CHANNELS[row["channel"]],
        direction=_DIRECTIONS[row["direction"]],
        person=row["person"],
        to=None if row["to_id"] is None else str(row["to_id"]),
        place=None if row["place"] is None else _PLACES[row["place"]],
        debts=None if row["debts"] is None else [str(debt) for debt in row["debts"]],
        by=row["by"],
    )
    return Past(id=row["id"], event=event)


def history_of(pasts: Sequence[Past] | None, wanted: Wanted, party: str | None) -> list[Event] | None:
    """Return what counts for one contact: with the person or the obligor, by then, without itself."""
    if pasts is None:
        return None
    counted = {OBLIGOR, party}
    return [
        past.event
        for past in pasts
        if past.event.person in counted
        and past.id != wanted.own_id
        and (wanted.as_of is None or past.event.at <= wanted.as_of)
    ]


def _known(row: asyncpg.Record, history: list[Event] | None) -> Known:
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
        history=history,
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
