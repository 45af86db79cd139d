"""All SQL of the pull: the stream of changes, and cases as the phone keeps them; one statement a page, not one a case."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.sync.schemas import HISTORY_MAX, PhoneCase, PhoneNotice

HORIZON = "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)"
EPOCH = "SELECT epoch FROM cluster_epoch"
OWN_CASES = """
SELECT id FROM cases WHERE tenant_id = $1 AND assignee_id = $2 AND closed_at IS NULL AND id > $3 ORDER BY id LIMIT $4
"""
CHANGES = """
SELECT id, xid::text::bigint AS xid, noun, noun_id, reason, recorded_at FROM phone_changes
WHERE tenant_id = $1 AND user_id = $2 AND (xid, id) > ($3::text::xid8, $4::uuid)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, id LIMIT $5
"""
# Changes are pruned per user from the oldest on; the newest pruned one is noted, and a cursor before it is too old.
PRUNED = "SELECT pruned_xid::text::bigint FROM phone_change_floors WHERE tenant_id = $1 AND user_id = $2"

# Each part is gathered per case as JSON by the database, so that a page of 100 cases is one statement and one decode.
PHONE_CASES = f"""
SELECT json_build_object(
  'id', c.id, 'number', c.number, 'kind', c.kind, 'state', c.state, 'name', o.name,
  'is_company', o.kind = 'company', 'search', o.name_sort || ' ' || lower(c.number), 'language', o.language,
  'zone', o.zone, 'currency', c.currency, 'overdue_minor', c.overdue_minor, 'balance_minor', c.balance_minor,
  'days_past_due', c.days_past_due, 'bucket', c.bucket, 'grade', c.grade, 'score', c.score, 'reasons', c.reasons,
  'attempts', c.attempts, 'last_attempt_at', c.last_attempt_at, 'door_address_id', c.door_address_id,
  'accounts', (SELECT coalesce(json_agg(json_build_object('id', a.id, 'ref', a.external_ref, 'kind', a.kind,
      'product', a.product, 'principal_minor', b.principal_minor, 'interest_minor', b.interest_minor,
      'penalty_minor', b.penalty_minor, 'fee_minor', b.fee_minor, 'overdue_minor', b.overdue_minor,
      'days_past_due', b.days_past_due, 'as_of', b.as_of) ORDER BY b.overdue_minor DESC, a.id), '[]')
    FROM accounts a CROSS JOIN LATERAL (SELECT * FROM balances WHERE balances.account_id = a.id
      ORDER BY as_of DESC LIMIT 1) b WHERE a.obligor_id = c.obligor_id),
  'parties', (SELECT coalesce(json_agg(json_build_object('id', p.id, 'role', p.role, 'relation', p.relation,
      'name', p.name, 'may_contact', p.may_contact, 'consent', p.consent) ORDER BY p.id), '[]')
    FROM related_parties p WHERE p.obligor_id = c.obligor_id),
  'contacts', (SELECT coalesce(json_agg(json_build_object('id', k.id, 'party_id', k.related_party_id, 'kind', k.kind,
      'value', k.value, 'status', k.status, 'may_contact', k.may_contact) ORDER BY k.id), '[]')
    FROM contact_points k WHERE k.tenant_id = c.tenant_id AND k.obligor_id = c.obligor_id),
  'addresses', (SELECT coalesce(json_agg(json_build_object('id', d.id, 'party_id', d.related_party_id, 'kind', d.kind,
      'line', d.line, 'place', CASE WHEN d.place IS NULL THEN NULL ELSE json_build_object(
        'lat', ST_Y(d.place::geometry), 'lon', ST_X(d.place::geometry)) END, 'status', d.status) ORDER BY d.id), '[]')
    FROM addresses d WHERE d.tenant_id = c.tenant_id AND d.obligor_id = c.obligor_id),
  'promises', (SELECT coalesce(json_agg(json_build_object('id', q.id, 'amount_minor', q.amount_minor,
      'due_on', q.due_on, 'state', q.state, 'made_at', q.made_at) ORDER BY q.made_at DESC), '[]')
    FROM (SELECT * FROM promises WHERE promises.case_id = c.id ORDER BY made_at DESC LIMIT {HISTORY_MAX}) q),
  'history', (SELECT coalesce(json_agg(json_build_object('id', h.id, 'kind', h.kind, 'at', h.at, 'result', h.result,
      'amount_minor', h.amount_minor, 'note', h.note, 'by', h.by, 'is_withdrawn', h.is_withdrawn) ORDER BY h.at DESC),
      '[]')
    FROM (
      SELECT * FROM (
        SELECT v.id, 'visit' AS kind, v.ended_at AS at, v.result, v.paid_minor AS amount_minor, v.note, u.name AS by,
          v.withdrawn_at IS NOT NULL AS is_withdrawn FROM visits v JOIN users u ON u.id = v.user_id
          WHERE v.case_id = c.id
        UNION ALL
        SELECT l.id, 'call', l.ended_at, l.result, l.paid_minor, l.note, u.name, l.withdrawn_at IS NOT NULL
          FROM calls l JOIN users u ON u.id = l.user_id WHERE l.case_id = c.id
        UNION ALL
        SELECT y.id, 'payment', y.paid_on::timestamp AT TIME ZONE 'UTC', y.mode, y.amount_minor, '', '',
          y.reversed_on IS NOT NULL FROM payments y WHERE y.obligor_id = c.obligor_id
            AND y.tenant_id = c.tenant_id) every
      ORDER BY at DESC LIMIT {HISTORY_MAX}) h),
  'facts', (SELECT coalesce(json_object_agg(f.field, json_build_object('value', f.value, 'version', f.version,
      'edited_at', f.edited_at, 'edited_by', u.name)), '{{}}')
    FROM case_facts f JOIN users u ON u.id = f.edited_by WHERE f.case_id = c.id)
)::text
FROM cases c JOIN obligors o ON o.id = c.obligor_id
WHERE c.tenant_id = $1 AND c.id = ANY($2::uuid[]) AND c.closed_at IS NULL
ORDER BY c.id
"""  # noqa: S608 - the only value put in is our own limit
_PHONE_CASE = msgspec.json.Decoder(PhoneCase)


class Change(msgspec.Struct, frozen=True):
    """One line of the stream."""

    id: UUID
    xid: int
    noun: str
    noun_id: UUID
    reason: str
    recorded_at: datetime

    def as_notice(self) -> PhoneNotice:
        """Return the line as the inbox shows it."""
        is_case = self.noun == "case"
        return PhoneNotice(
            id=self.id,
            kind=f"{self.noun}.{self.reason}",
            at=self.recorded_at,
            case_id=self.noun_id if is_case else None,
        )


async def horizon(raw: asyncpg.Connection) -> int:
    """Return the last transaction id below which everything has ended."""
    found = await raw.fetchval(HORIZON)
    return int(found)


async def epoch(raw: asyncpg.Connection) -> UUID:
    """Return the life of the database cluster that transaction ids belong to."""
    found = await raw.fetchval(EPOCH)
    if not isinstance(found, UUID):
        raise TypeError("the epoch of the cluster was never set (backend.sync.jobs.refresh_epoch)")
    return found


async def own_case_ids(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, after: UUID, limit: int) -> list[UUID]:
    """Return the user's open cases behind `after`, in the order of ids."""
    return [row["id"] for row in await raw.fetch(OWN_CASES, tenant_id, user_id, after, limit)]


async def changes_after(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, xid: int, change_id: UUID, limit: int
) -> list[Change]:
    """Return the next changes of a user's stream."""
    rows = await raw.fetch(CHANGES, tenant_id, user_id, str(xid), change_id, limit)
    return [Change(**dict(row)) for row in rows]


async def is_pruned(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, xid: int) -> bool:
    """Tell whether changes behind this place are no longer kept."""
    floor = await raw.fetchval(PRUNED, tenant_id, user_id)
    return floor is not None and int(floor) > xid


async def phone_cases(raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID]) -> list[PhoneCase]:
    """Return the open cases among the ids that the scope may see, as the phone keeps them."""
    if not case_ids:
        return []
    return [_PHONE_CASE.decode(row[0]) for row in await raw.fetch(PHONE_CASES, tenant_id, case_ids)]
