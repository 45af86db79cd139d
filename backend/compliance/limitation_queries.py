"""All SQL of the limitation clock: what it is computed from, the facts, the obligations that follow, their alerts."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.limitation_schemas import (
    AccountDue,
    Dated,
    Dossier,
    EndedBody,
    FactWish,
    KnownFact,
    ObligationList,
    ObligationView,
    Payment,
    ProofSource,
    RenewalBody,
    TakenBackBody,
)
from backend.compliance.schemas import PersonKind
from backend.identity.schemas import Act

LOOK_LOCKS = 725_032
"""The class of the advisory locks: the obligations of an obligor are made by one at a time."""

PAID = ["closed", "settled", "paid", "paid_off"]
PAYMENTS_MAX, FACTS_MAX, LISTED_MAX = 2_000, 1_000, 500

# The newest case of an obligor stands for them: a link has to lead somewhere.
DOSSIERS = """
SELECT o.id AS obligor_id, o.kind, o.zone, newest.id AS case_id,
    (SELECT json_agg(json_build_object('id', a.id, 'ref', a.external_ref, 'product', a.product, 'due_on',
        coalesce((SELECT json_agg(DISTINCT i.due_on) FROM instalments i WHERE i.account_id = a.id),
            CASE WHEN a.matures_on IS NULL THEN '[]'::json ELSE json_build_array(a.matures_on) END))
        ORDER BY a.external_ref)::text
        FROM accounts a WHERE a.tenant_id = $1 AND a.obligor_id = o.id AND a.status <> ALL($3::text[])) AS accounts,
    (SELECT json_agg(json_build_object('id', p.id, 'account_id', p.account_id, 'paid_on', p.paid_on))::text
        FROM (SELECT paid.id, paid.account_id, paid.paid_on FROM payments paid JOIN accounts a ON a.id = paid.account_id
            WHERE a.tenant_id = $1 AND a.obligor_id = o.id AND paid.reversed_on IS NULL
            ORDER BY paid.paid_on DESC LIMIT $4) AS p) AS payments,
    (SELECT json_agg(json_build_object('id', f.id, 'account_id', f.account_id, 'on', f.on_date, 'body', f.body,
        'evidence', json_build_object('kind', f.evidence_kind, 'ref', f.evidence_ref), 'note', f.note,
        'made_by', f.made_by, 'recorded_at', f.recorded_at) ORDER BY f.on_date, f.id)::text
        FROM limitation_facts f WHERE f.tenant_id = $1 AND f.obligor_id = o.id) AS facts
FROM unnest($2::uuid[]) WITH ORDINALITY AS asked (id, n) JOIN obligors o ON o.id = asked.id AND o.tenant_id = $1
CROSS JOIN LATERAL (SELECT id FROM cases WHERE cases.tenant_id = $1 AND cases.obligor_id = o.id
    ORDER BY cases.opened_at DESC, cases.id LIMIT 1) AS newest
ORDER BY asked.n
"""
OBLIGOR_OF = "SELECT obligor_id FROM cases WHERE tenant_id = $1 AND id = $2"
WRITE_FACT = """
INSERT INTO limitation_facts (id, tenant_id, case_id, obligor_id, account_id, sort, on_date, names, body, evidence_kind,
    evidence_ref, note, made_by)
VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10, $11, $12, $13) ON CONFLICT DO NOTHING RETURNING id
"""
SAME_FACT = """
SELECT case_id, account_id, on_date, body::text AS body, evidence_kind, evidence_ref, note FROM limitation_facts
WHERE tenant_id = $1 AND id = $2
"""
KNOWS_EVIDENCE = "SELECT 1 FROM evidence WHERE tenant_id = $1 AND id = $2 AND case_id = ANY($3::uuid[])"
KNOWS_EVENT = "SELECT 1 FROM events WHERE tenant_id = $1 AND id = $2 AND case_id = ANY($3::uuid[])"
CASES_OF_OBLIGOR = "SELECT id FROM cases WHERE tenant_id = $1 AND obligor_id = $2"
TO_LOOK_AT = """
SELECT o.id FROM obligors o LEFT JOIN limitation_looks l ON l.tenant_id = o.tenant_id AND l.obligor_id = o.id
WHERE o.tenant_id = $1 AND o.zone = ANY($2::text[])
    AND EXISTS (SELECT 1 FROM cases WHERE cases.tenant_id = $1 AND cases.obligor_id = o.id)
    AND (l.as_of IS NULL OR l.as_of < $3 OR EXISTS (SELECT 1 FROM accounts a JOIN payments p ON p.account_id = a.id
        WHERE a.tenant_id = $1 AND a.obligor_id = o.id AND p.recorded_at > l.computed_at))
ORDER BY o.id LIMIT $4
"""
LOCK = """
SELECT pg_advisory_xact_lock($1, hashtext(id::text))
FROM (SELECT id FROM unnest($2::uuid[]) AS asked (id) ORDER BY hashtext(id::text)) AS sorted
"""
FORGET = "DELETE FROM limitation_obligations WHERE tenant_id = $1 AND obligor_id = ANY($2::uuid[])"
KEEP = """
INSERT INTO limitation_obligations (tenant_id, obligor_id, case_id, account_id, subject_id, kind, act_by, ends_on,
    state, is_over, set_by, proof, open_procedure, years_without_data, as_of, computed_at)
SELECT $1, obligor_id, case_id, account_id, subject_id, kind, act_by, ends_on, state, is_over, set_by, proof,
    open_procedure, coalesce(string_to_array(years, ' ')::int[], '{}'), $2, $3
FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::date[], $10::date[], $11::text[],
    $12::bool[], $13::text[], $14::text[], $15::text[], $16::text[]) AS new (obligor_id, case_id, account_id,
    subject_id, kind, act_by, ends_on, state, is_over, set_by, proof, open_procedure, years)
"""
LOOKED = """
INSERT INTO limitation_looks (tenant_id, obligor_id, as_of, computed_at) SELECT $1, id, $3, $4 FROM unnest($2::uuid[])
    AS asked (id) ON CONFLICT (tenant_id, obligor_id) DO UPDATE SET as_of = excluded.as_of,
    computed_at = excluded.computed_at
"""
RAISE = """
INSERT INTO limitation_alerts (tenant_id, obligor_id, case_id, account_id, subject_id, kind, act_by, days_before,
    raised_at)
SELECT $1, obligor_id, case_id, account_id, subject_id, kind, act_by, days_before, $2
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::date[], $9::int[])
    AS new (obligor_id, case_id, account_id, subject_id, kind, act_by, days_before)
ON CONFLICT DO NOTHING RETURNING case_id, subject_id, kind, act_by, days_before
"""
OBLIGATIONS = """
SELECT b.case_id, c.number AS case_number, o.name AS obligor_name, a.external_ref AS account_ref, b.subject_id, b.kind,
    b.act_by, b.ends_on, b.state, b.is_over, b.set_by, b.proof, b.open_procedure, b.years_without_data,
    ARRAY(SELECT days_before FROM limitation_alerts l WHERE l.tenant_id = $1 AND l.subject_id = b.subject_id
        AND l.account_id IS NOT DISTINCT FROM b.account_id AND l.kind = b.kind AND l.act_by = b.act_by
        ORDER BY days_before DESC) AS alerts_raised
FROM limitation_obligations b JOIN cases c ON c.id = b.case_id JOIN obligors o ON o.id = b.obligor_id
LEFT JOIN accounts a ON a.id = b.account_id
WHERE b.tenant_id = $1 AND b.act_by >= $2 AND b.act_by < $3 AND ($4::text IS NULL OR b.kind = $4)
ORDER BY b.act_by, b.subject_id LIMIT $5
"""
OVER = """
SELECT count(*) FROM limitation_obligations WHERE tenant_id = $1 AND is_over AND kind IN ('claim', 'enforcement')
"""
_ACCOUNTS = msgspec.json.Decoder(list[AccountDue])
_PAYMENTS = msgspec.json.Decoder(list[Payment])
_FACTS = msgspec.json.Decoder(list[KnownFact])


class Found(msgspec.Struct, frozen=True):
    """A dossier with the clock by which its obligor lives."""

    dossier: Dossier
    zone: str


class Raised(msgspec.Struct, frozen=True):
    """An alert that was not raised before."""

    case_id: UUID
    subject_id: UUID
    kind: str
    act_by: date
    days_before: int


async def dossiers_of(raw: asyncpg.Connection, tenant_id: UUID, obligor_ids: Sequence[UUID]) -> list[Found]:
    """Return what the clocks of obligors are computed from, in the order asked; who is not seen is left out."""
    rows = await raw.fetch(DOSSIERS, tenant_id, obligor_ids, PAID, PAYMENTS_MAX)
    return [Found(dossier=_dossier(row), zone=row["zone"]) for row in rows]


def _dossier(row: asyncpg.Record) -> Dossier:
    return Dossier(
        obligor_id=row["obligor_id"],
        case_id=row["case_id"],
        debtor_kind=PersonKind.COMPANY if row["kind"] == "company" else PersonKind.NATURAL,
        accounts=_ACCOUNTS.decode(row["accounts"] or "[]"),
        payments=_PAYMENTS.decode(row["payments"] or "[]"),
        facts=_FACTS.decode(row["facts"] or "[]"),
    )


async def obligor_of(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> UUID | None:
    """Return who owes in a case; None when it is not seen."""
    found: UUID | None = await raw.fetchval(OBLIGOR_OF, tenant_id, case_id)
    return found


async def knows(raw: asyncpg.Connection, tenant_id: UUID, obligor_id: UUID, kind: ProofSource, ref: UUID) -> bool:
    """Tell whether the evidence or event is one of the obligor's cases."""
    cases = [row["id"] for row in await raw.fetch(CASES_OF_OBLIGOR, tenant_id, obligor_id)]
    sql = KNOWS_EVIDENCE if kind is ProofSource.EVIDENCE else KNOWS_EVENT
    return await raw.fetchval(sql, tenant_id, ref, cases) is not None


async def write_fact(raw: asyncpg.Connection, act: Act, case_id: UUID, obligor_id: UUID, wish: FactWish) -> bool:
    """Write a fact; False when one of this id is there."""
    body = wish.body
    names = body.names if isinstance(body, EndedBody | RenewalBody | TakenBackBody) else None
    sort = body.__struct_config__.tag
    found = await raw.fetchval(
        WRITE_FACT, act.tenant_id, wish.id, case_id, obligor_id, wish.account_id, sort, wish.on, names,
        msgspec.json.encode(body).decode(), wish.evidence.kind.value, wish.evidence.ref, wish.note, act.actor_id,
    )  # fmt: skip
    return found is not None


async def is_same_fact(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID, wish: FactWish) -> bool:
    """Tell whether the fact of this id says the same."""
    row = await raw.fetchrow(SAME_FACT, tenant_id, wish.id)
    if row is None:
        return False
    said = (row["case_id"], row["account_id"], row["on_date"], row["evidence_kind"], row["evidence_ref"], row["note"])
    sent = (case_id, wish.account_id, wish.on, wish.evidence.kind.value, wish.evidence.ref, wish.note)
    return said == sent and msgspec.json.decode(row["body"]) == msgspec.to_builtins(wish.body)


async def lock_obligors(raw: asyncpg.Connection, obligor_ids: Sequence[UUID]) -> None:
    """Wait for whoever makes the obligations of these obligors, until the end of the transaction."""
    await raw.execute(LOCK, LOOK_LOCKS, obligor_ids)


async def to_look_at(
    raw: asyncpg.Connection, tenant_id: UUID, zones: Sequence[str], as_of: date, limit: int
) -> list[UUID]:
    """Return obligors whose obligations are of an earlier day, or of before a payment."""
    return [row["id"] for row in await raw.fetch(TO_LOOK_AT, tenant_id, zones, as_of, limit)]


async def keep(
    raw: asyncpg.Connection, tenant_id: UUID, made: Sequence[tuple[Dossier, list[Dated]]], as_of: date, at: datetime
) -> None:
    """Put the obligations of obligors in the place of those that were made before."""
    obligors = [dossier.obligor_id for dossier, _ in made]
    await raw.execute(FORGET, tenant_id, obligors)
    rows = [(dossier, one) for dossier, clocks in made for one in clocks]
    await raw.execute(
        KEEP, tenant_id, as_of, at, [dossier.obligor_id for dossier, _ in rows], [d.case_id for d, _ in rows],
        [one.account_id for _, one in rows], [one.subject_id for _, one in rows], [one.kind for _, one in rows],
        [one.act_by for _, one in rows], [one.ends_on for _, one in rows], [one.state for _, one in rows],
        [one.is_over for _, one in rows], [one.set_by for _, one in rows], [one.proof for _, one in rows],
        [one.open_procedure for _, one in rows],
        [" ".join(str(year) for year in one.years_without_data) or None for _, one in rows],
    )  # fmt: skip
    await raw.execute(LOOKED, tenant_id, obligors, as_of, at)


async def raise_alerts(
    raw: asyncpg.Connection, tenant_id: UUID, made: Sequence[tuple[Dossier, list[Dated]]], at: datetime
) -> list[Raised]:
    """Write the warnings whose day has come; returns those that were not written before."""
    rows = [(dossier, one, days) for dossier, clocks in made for one in clocks for days in one.alerts_days]
    if not rows:
        return []
    found = await raw.fetch(
        RAISE, tenant_id, at, [dossier.obligor_id for dossier, _, _ in rows], [d.case_id for d, _, _ in rows],
        [one.account_id for _, one, _ in rows], [one.subject_id for _, one, _ in rows],
        [one.kind for _, one, _ in rows], [one.act_by for _, one, _ in rows], [days for _, _, days in rows],
    )  # fmt: skip
    return [Raised(**dict(row)) for row in found]


async def obligations(
    raw: asyncpg.Connection, tenant_id: UUID, first: date, before: date, kind: str | None, as_of: date
) -> ObligationList:
    """Return the obligations of a span of days (its end excluded), by date."""
    rows = await raw.fetch(OBLIGATIONS, tenant_id, first, before, kind, LISTED_MAX + 1)
    return ObligationList(
        as_of=as_of,
        items=[ObligationView(**dict(row)) for row in rows[:LISTED_MAX]],
        is_cut=len(rows) > LISTED_MAX,
        over=int(await raw.fetchval(OVER, tenant_id)),
    )
