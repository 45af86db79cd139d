"""How does the lender's book get into the portfolio? One act per noun, each for a set of rows.

The rows are right when they come here (integrations checks them line by line); the ids behind their references stand in
the directory, and what is written is added to it for the nouns that follow. `changeable` names the columns that the
sender speaks about: the others keep their stored value.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from backend.kernel.upsert import Status, put
from backend.portfolio import queries
from backend.portfolio.rules import may_contact_by_default, sort_name
from backend.portfolio.schemas import (
    AccountOnFile,
    AccountRow,
    AddressRow,
    CollateralRow,
    Consent,
    ContactRow,
    Directory,
    InstalmentRow,
    ObligorRow,
    PartyOnFile,
    PartyRole,
    PartyRow,
)

Columns = dict[str, Sequence[object]]


async def save_obligors(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    rows: Sequence[ObligorRow],
    directory: Directory,
    changeable: frozenset[str],
) -> list[Status]:
    """Write obligors; a changed name changes the form it is sorted by."""
    sent: Columns = {
        **_columns(rows, ("external_ref", "kind", "name", "id_number", "language", "zone", "employer", "job")),
        "name_sort": [sort_name(row.name) for row in rows],
        "attributes": [row.attributes for row in rows],
    }
    changes = changeable | {"name_sort"} if "name" in changeable else changeable
    done = await put(raw, queries.OBLIGORS, tenant_id, sent, changes)
    directory.obligors.update(zip((row.external_ref for row in rows), done.ids, strict=True))
    return done.statuses


async def save_parties(
    raw: asyncpg.Connection, tenant_id: UUID, rows: Sequence[PartyRow], directory: Directory, changeable: frozenset[str]
) -> list[Status]:
    """Write the people around obligors; whether they may be contacted follows role and consent when not sent."""
    allowed = [_may_contact(row.may_contact, PartyRole(row.role), row.consent) for row in rows]
    sent: Columns = {
        **_columns(rows, ("external_ref", "role", "relation", "name", "consent", "source")),
        "obligor_id": [directory.obligors[row.obligor_ref] for row in rows],
        "may_contact": allowed,
    }
    done = await put(raw, queries.RELATED_PARTIES, tenant_id, sent, changeable | {"may_contact"})
    for row, party_id in zip(rows, done.ids, strict=True):
        directory.parties[row.external_ref] = PartyOnFile(
            id=party_id, obligor_id=directory.obligors[row.obligor_ref], role=row.role, consent=row.consent
        )
    return done.statuses


async def save_contacts(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    rows: Sequence[ContactRow],
    directory: Directory,
    changeable: frozenset[str],
) -> list[Status]:
    """Write numbers and addresses for messages; a third person's is closed until consent is given."""
    parties = [directory.parties[row.party_ref] if row.party_ref else None for row in rows]
    allowed = [
        _may_contact(
            row.may_contact,
            PartyRole(party.role) if party else None,
            party.consent if party and row.consent == Consent.UNKNOWN else row.consent,
        )
        for row, party in zip(rows, parties, strict=True)
    ]
    sent: Columns = {
        **_columns(rows, ("kind", "normal", "value", "status", "consent", "source")),
        "obligor_id": [directory.obligors[row.obligor_ref] for row in rows],
        "related_party_id": [party.id if party else None for party in parties],
        "may_contact": allowed,
    }
    done = await put(raw, queries.CONTACT_POINTS, tenant_id, sent, changeable | {"may_contact"})
    return done.statuses


async def save_addresses(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    rows: Sequence[AddressRow],
    directory: Directory,
    changeable: frozenset[str],
) -> list[Status]:
    """Write places; an address without degrees has no place until somebody stands before it."""
    sent: Columns = {
        **_columns(rows, ("kind", "line", "lat", "lon", "status", "source")),
        "obligor_id": [directory.obligors[row.obligor_ref] for row in rows],
        "related_party_id": [directory.parties[row.party_ref].id if row.party_ref else None for row in rows],
        "place_source": ["none" if row.lat is None else "book" for row in rows],
    }
    changes = changeable | {"place", "place_source"} if "lat" in changeable else changeable
    done = await put(raw, queries.ADDRESSES, tenant_id, sent, changes)
    return done.statuses


async def save_accounts(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    rows: Sequence[AccountRow],
    directory: Directory,
    changeable: frozenset[str],
) -> list[Status]:
    """Write loans; an account never changes its obligor or currency (the caller has refused such rows)."""
    names = ("external_ref", "kind", "product", "currency", "principal_minor", "annual_rate_ppm")
    sent: Columns = {
        **_columns(rows, (*names, "opened_on", "matures_on", "status", "attributes")),
        "obligor_id": [directory.obligors[row.obligor_ref] for row in rows],
    }
    done = await put(raw, queries.ACCOUNTS, tenant_id, sent, changeable)
    for row, account_id in zip(rows, done.ids, strict=True):
        directory.accounts[row.external_ref] = AccountOnFile(
            id=account_id, obligor_id=directory.obligors[row.obligor_ref], currency=row.currency
        )
    return done.statuses


async def save_collateral(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    rows: Sequence[CollateralRow],
    directory: Directory,
    changeable: frozenset[str],
) -> list[Status]:
    """Write what secures accounts."""
    accounts = [directory.accounts[row.account_ref] for row in rows]
    sent: Columns = {
        **_columns(rows, ("external_ref", "kind", "description", "value_minor", "currency")),
        "account_id": [account.id for account in accounts],
        "obligor_id": [account.obligor_id for account in accounts],
    }
    done = await put(raw, queries.COLLATERAL, tenant_id, sent, changeable)
    return done.statuses


async def save_instalments(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    rows: Sequence[InstalmentRow],
    directory: Directory,
    changeable: frozenset[str],
) -> list[Status]:
    """Write schedules, one row a due date."""
    sent: Columns = {
        **_columns(rows, ("number", "due_on", "principal_minor", "interest_minor", "fee_minor")),
        "account_id": [directory.accounts[row.account_ref].id for row in rows],
    }
    done = await put(raw, queries.INSTALMENTS, tenant_id, sent, changeable)
    return done.statuses


def _columns(rows: Sequence[object], names: Sequence[str]) -> Columns:
    return {name: [getattr(row, name) for row in rows] for name in names}


def _may_contact(said: bool | None, role: PartyRole | None, consent: str) -> bool:  # noqa: FBT001 - a column's value
    return may_contact_by_default(role, Consent(consent)) if said is None else said
