"""How are obligors, people, places and accounts found by reference, and how does each table take a set of rows?"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from backend.kernel.upsert import Shape
from backend.portfolio.schemas import AccountOnFile, Directory, PartyOnFile

_ADD_ATTRIBUTES = {"attributes": "t.attributes || s.attributes"}
# A book never lifts a stop or a withdrawal that was recorded here.
_KEEP_WITHDRAWAL = {
    "consent": "CASE WHEN t.consent = 'withdrawn' THEN t.consent ELSE s.consent END",
    "may_contact": "s.may_contact AND t.consent <> 'withdrawn'",
}
_KEEP_STOP = {
    "consent": _KEEP_WITHDRAWAL["consent"],
    "status": "CASE WHEN t.status = 'stopped' THEN t.status ELSE s.status END",
    "may_contact": "s.may_contact AND t.status <> 'stopped' AND t.consent <> 'withdrawn'",
}

OBLIGORS = Shape(
    table="obligors",
    wire={
        "external_ref": "text", "kind": "text", "name": "text", "name_sort": "text", "id_number": "text",
        "language": "text", "zone": "text", "employer": "text", "job": "text", "attributes": "jsonb",
    },
    key=("external_ref",),
    lookup="external_ref",
    guarded=_ADD_ATTRIBUTES,
)  # fmt: skip
RELATED_PARTIES = Shape(
    table="related_parties",
    wire={
        "external_ref": "text", "obligor_id": "uuid", "role": "text", "relation": "text", "name": "text",
        "consent": "text", "source": "text", "may_contact": "bool",
    },
    key=("external_ref",),
    lookup="external_ref",
    guarded=_KEEP_WITHDRAWAL,
)  # fmt: skip
CONTACT_POINTS = Shape(
    table="contact_points",
    wire={
        "obligor_id": "uuid", "related_party_id": "uuid", "kind": "text", "normal": "text", "value": "text",
        "status": "text", "consent": "text", "source": "text", "may_contact": "bool",
    },
    key=("obligor_id", "related_party_id", "kind", "normal"),
    lookup="obligor_id",
    guarded=_KEEP_STOP,
)  # fmt: skip
ADDRESSES = Shape(
    table="addresses",
    wire={
        "obligor_id": "uuid", "related_party_id": "uuid", "kind": "text", "line": "text", "lat": "float8",
        "lon": "float8", "place_source": "text", "status": "text", "source": "text",
    },
    key=("obligor_id", "related_party_id", "kind", "line"),
    lookup="obligor_id",
    made={"place": "ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326)::geography"},
    hidden=frozenset({"lat", "lon"}),
)  # fmt: skip
ACCOUNTS = Shape(
    table="accounts",
    wire={
        "external_ref": "text", "obligor_id": "uuid", "kind": "text", "product": "text", "currency": "text",
        "principal_minor": "bigint", "annual_rate_ppm": "int", "opened_on": "date", "matures_on": "date",
        "status": "text", "attributes": "jsonb",
    },
    key=("external_ref",),
    lookup="external_ref",
    guarded=_ADD_ATTRIBUTES,
)  # fmt: skip
COLLATERAL = Shape(
    table="collateral",
    wire={
        "external_ref": "text", "account_id": "uuid", "obligor_id": "uuid", "kind": "text", "description": "text",
        "value_minor": "bigint", "currency": "text",
    },
    key=("external_ref",),
    lookup="external_ref",
)  # fmt: skip
INSTALMENTS = Shape(
    table="instalments",
    wire={
        "account_id": "uuid", "number": "int", "due_on": "date", "principal_minor": "bigint",
        "interest_minor": "bigint", "fee_minor": "bigint",
    },
    key=("account_id", "number"),
    lookup="account_id",
    has_id=False,
)  # fmt: skip

# Joins from the wanted references, for the reason given in kernel.upsert.
OBLIGORS_BY_REF = """
SELECT t.external_ref, t.id FROM unnest($2::text[]) AS w (ref)
JOIN obligors AS t ON t.tenant_id = $1 AND t.external_ref = w.ref
"""
PARTIES_BY_REF = """
SELECT t.external_ref, t.id, t.obligor_id, t.role, t.consent FROM unnest($2::text[]) AS w (ref)
JOIN related_parties AS t ON t.tenant_id = $1 AND t.external_ref = w.ref
"""
ACCOUNTS_BY_REF = """
SELECT t.external_ref, t.id, t.obligor_id, t.currency FROM unnest($2::text[]) AS w (ref)
JOIN accounts AS t ON t.tenant_id = $1 AND t.external_ref = w.ref
"""
CURRENCY_OF_OBLIGORS = """
SELECT t.obligor_id, min(t.currency) AS currency FROM unnest($2::uuid[]) AS w (id)
JOIN accounts AS t ON t.tenant_id = $1 AND t.obligor_id = w.id GROUP BY t.obligor_id
"""


async def directory_of(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    obligor_refs: Sequence[str],
    party_refs: Sequence[str],
    account_refs: Sequence[str],
) -> Directory:
    """Return what is on file behind the references; what is not on file is absent."""
    obligors = await raw.fetch(OBLIGORS_BY_REF, tenant_id, obligor_refs) if obligor_refs else []
    parties = await raw.fetch(PARTIES_BY_REF, tenant_id, party_refs) if party_refs else []
    accounts = await raw.fetch(ACCOUNTS_BY_REF, tenant_id, account_refs) if account_refs else []
    obligor_ids = [row["id"] for row in obligors]
    currencies = await raw.fetch(CURRENCY_OF_OBLIGORS, tenant_id, obligor_ids) if obligor_ids and account_refs else []
    return Directory(
        obligors={row["external_ref"]: row["id"] for row in obligors},
        parties={
            row["external_ref"]: PartyOnFile(
                id=row["id"], obligor_id=row["obligor_id"], role=row["role"], consent=row["consent"]
            )
            for row in parties
        },
        accounts={
            row["external_ref"]: AccountOnFile(id=row["id"], obligor_id=row["obligor_id"], currency=row["currency"])
            for row in accounts
        },
        currencies={row["obligor_id"]: row["currency"] for row in currencies},
    )
