"""What stands in the file of a case? Everything about it in one statement, for phones and desks alike."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.file_schemas import DESK_HISTORY_MAX, HISTORY_MAX, CaseFile, PhoneCase

# Each part is gathered per case as JSON by the database, so that a page of 100 cases is one statement and one decode.
_WHOLE = """
json_build_object(
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
    FROM (SELECT * FROM promises WHERE promises.case_id = c.id ORDER BY made_at DESC LIMIT __HISTORY__) q),
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
        SELECT y.id, 'payment', y.paid_on::timestamp AT TIME ZONE o.zone, y.mode, y.amount_minor, '', '',
          y.reversed_on IS NOT NULL FROM payments y WHERE y.obligor_id = c.obligor_id
            AND y.tenant_id = c.tenant_id) every
      ORDER BY at DESC LIMIT __HISTORY__) h),
  'facts', (SELECT coalesce(json_object_agg(f.field, json_build_object('value', f.value, 'version', f.version,
      'edited_at', f.edited_at, 'edited_by', u.name, 'id', f.edit_id, 'heads', f.heads,
      'others', (SELECT coalesce(json_agg(json_build_object('id', e.id, 'value', e.value, 'by', w.name,
          'at', e.occurred_at) ORDER BY e.occurred_at DESC, e.id DESC), '[]')
        FROM fact_edits e JOIN users w ON w.id = e.user_id
        WHERE e.tenant_id = c.tenant_id AND e.id = ANY(f.others)),
      'history', (SELECT coalesce(json_agg(json_build_object('id', e.id, 'value', e.value, 'by', w.name,
          'at', e.occurred_at) ORDER BY e.occurred_at DESC, e.id DESC), '[]')
        FROM (SELECT * FROM fact_edits WHERE fact_edits.case_id = c.id AND fact_edits.field = f.field
          ORDER BY occurred_at DESC, id DESC LIMIT __HISTORY__) e JOIN users w ON w.id = e.user_id))), '{}')
    FROM case_facts f JOIN users u ON u.id = f.edited_by WHERE f.case_id = c.id)
)
"""
PHONE_CASES = f"""
SELECT ({_WHOLE.replace("__HISTORY__", str(HISTORY_MAX))})::text
FROM cases c JOIN obligors o ON o.id = c.obligor_id
WHERE c.tenant_id = $1 AND c.id = ANY($2::uuid[]) AND c.closed_at IS NULL
ORDER BY c.id
"""
CASE_FILE = f"""
SELECT json_build_object('whole', {_WHOLE.replace("__HISTORY__", str(DESK_HISTORY_MAX))},
  'team_id', c.team_id, 'desk_team_id', c.desk_team_id, 'opened_at', c.opened_at, 'closed_at', c.closed_at,
  'last_result', c.last_result, 'assignee_id', c.assignee_id,
  'holders', (SELECT coalesce(json_agg(json_build_object('user_id', s.user_id, 'user_name', u.name,
      'assigned_at', s.assigned_at, 'released_at', s.released_at, 'reason', s.reason,
      'release_reason', s.release_reason) ORDER BY s.assigned_at DESC), '[]')
    FROM (SELECT * FROM assignments WHERE assignments.case_id = c.id ORDER BY assigned_at DESC LIMIT 50) s
    JOIN users u ON u.id = s.user_id),
  'leased_to', (SELECT u.name FROM case_leases l JOIN users u ON u.id = l.user_id
    WHERE l.case_id = c.id AND l.leased_until > $3)
)::text
FROM cases c JOIN obligors o ON o.id = c.obligor_id WHERE c.tenant_id = $1 AND c.id = $2
"""
_PHONE_CASE = msgspec.json.Decoder(PhoneCase)
_CASE_FILE = msgspec.json.Decoder(CaseFile)


async def phone_cases(raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID]) -> list[PhoneCase]:
    """Return the open cases among the ids that the scope may see, as the phone keeps them."""
    if not case_ids:
        return []
    return [_PHONE_CASE.decode(row[0]) for row in await raw.fetch(PHONE_CASES, tenant_id, case_ids)]


async def case_file(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID, now: datetime) -> CaseFile | None:
    """Return one case, open or closed, as the desk shows it; None when the scope may not see it."""
    text = await raw.fetchval(CASE_FILE, tenant_id, case_id, now)
    return None if text is None else _CASE_FILE.decode(text)
