"""How does a block of lines get into the book? Load what is on file, decide line by line, write sets, open cases.

Everything of a block happens in one transaction of the caller. A set that the database refuses is taken apart under
savepoints until the one bad line is found, so that no good line is lost because of it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.commands import open_or_refresh_cases
from backend.integrations.rules.columns import Spoilt
from backend.integrations.rules.decide import in_account_currency, refs_of, refusals_of
from backend.integrations.rules.draft import Draft, Rows, keep_lines
from backend.integrations.schemas import NounCount
from backend.kernel.upsert import Status
from backend.ledger.commands import save_balances, save_payments
from backend.ledger.queries import payments_on_file
from backend.ledger.schemas import AccountKey
from backend.portfolio import commands as portfolio
from backend.portfolio.queries import directory_of
from backend.portfolio.schemas import Directory

T = TypeVar("T")
Save = Callable[[asyncpg.Connection, UUID, Sequence[T], Directory, frozenset[str]], Awaitable[list[Status]]]
Changeable = dict[str, frozenset[str]]
_OWED_BY = frozenset({"accounts", "balances", "addresses"})
"""Nouns of which a change makes the case look again: what is owed, and where the door is."""


class Stored(msgspec.Struct, frozen=True):
    """What became of a block: a status by line, counts by noun, refused lines, cases opened and changed."""

    statuses: dict[int, Status]
    counts: dict[str, NounCount]
    refused: list[Spoilt]
    cases_opened: int
    cases_changed: int


class Written(msgspec.Struct, frozen=True):
    """The statuses of the rows of one noun, and the lines they came from."""

    noun: str
    at: list[int]
    statuses: list[Status]


async def store_lines(
    raw: asyncpg.Connection, tenant_id: UUID, draft: Draft, changeable: Changeable, now: datetime
) -> Stored:
    """Store the lines of a draft; what cannot stand beside the book is refused, what the database refuses too."""
    try:
        async with raw.transaction():
            return await _store(raw, tenant_id, draft, changeable, now)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        lines = sorted({*draft.obligor_refs, *draft.account_refs})
        if len(lines) <= 1:
            reason = getattr(error, "constraint_name", None) or type(error).__name__
            return Stored({}, {}, [Spoilt(n, "", "database.refused", reason) for n in lines], 0, 0)
        half = len(lines) // 2
        first = await store_lines(raw, tenant_id, keep_lines(draft, set(lines[half:])), changeable, now)
        second = await store_lines(raw, tenant_id, keep_lines(draft, set(lines[:half])), changeable, now)
        return _joined(first, second)


async def _store(
    raw: asyncpg.Connection, tenant_id: UUID, draft: Draft, changeable: Changeable, now: datetime
) -> Stored:
    directory = await directory_of(raw, tenant_id, *refs_of(draft))
    draft = in_account_currency(draft, directory)
    payment_refs = [row.external_ref for row in draft.payments.rows]
    payments = await payments_on_file(raw, tenant_id, payment_refs) if payment_refs else {}
    refused: list[Spoilt] = []
    # A line that falls may have brought what another line stands on: judge until nothing more falls.
    while found := refusals_of(draft, directory, payments):
        refused += found
        draft = keep_lines(draft, {one.n for one in found})

    written = [
        *await _write_portfolio(raw, tenant_id, draft, directory, changeable),
        *await _write_money(raw, tenant_id, draft, directory, changeable),
    ]
    touched = _obligors_to_look_at(draft, directory, written)
    changes = await open_or_refresh_cases(raw, tenant_id, touched, now) if touched else []
    statuses = dict.fromkeys({*draft.obligor_refs, *draft.account_refs}, Status.UNCHANGED)
    for one in written:
        for n, status in zip(one.at, one.statuses, strict=True):
            statuses[n] = max(statuses[n], status)
    opened = sum(change.is_new for change in changes)
    counts = {one.noun: _count(one.statuses) for one in written if one.at}
    return Stored(statuses, counts, refused, opened, len(changes) - opened)


async def _write_portfolio(
    raw: asyncpg.Connection, tenant_id: UUID, draft: Draft, directory: Directory, changeable: Changeable
) -> list[Written]:
    """Write nouns in the order in which they stand on each other."""

    async def write(noun: str, key: str, rows: Rows[T], save: Save[T]) -> None:
        if rows.rows:
            done.append(Written(noun, rows.at, await save(raw, tenant_id, rows.rows, directory, changeable[key])))

    done: list[Written] = []
    await write("obligors", "obligor", draft.obligors, portfolio.save_obligors)
    await write("parties", "parties", draft.parties, portfolio.save_parties)
    await write("contacts", "contacts", draft.contacts, portfolio.save_contacts)
    await write("addresses", "addresses", draft.addresses, portfolio.save_addresses)
    await write("accounts", "account", draft.accounts, portfolio.save_accounts)
    await write("collateral", "collateral", draft.collateral, portfolio.save_collateral)
    await write("instalments", "instalments", draft.instalments, portfolio.save_instalments)
    return done


async def _write_money(
    raw: asyncpg.Connection, tenant_id: UUID, draft: Draft, directory: Directory, changeable: Changeable
) -> list[Written]:
    refs = {row.account_ref for row in draft.balances.rows} | {row.account_ref for row in draft.payments.rows}
    accounts = {ref: AccountKey(directory.accounts[ref].id, directory.accounts[ref].obligor_id) for ref in refs}
    done: list[Written] = []
    if draft.payments.rows:
        statuses = await save_payments(raw, tenant_id, draft.payments.rows, accounts)
        done.append(Written("payments", draft.payments.at, statuses))
    if draft.balances.rows:
        statuses = await save_balances(raw, tenant_id, draft.balances.rows, accounts, changeable["balance"])
        done.append(Written("balances", draft.balances.at, statuses))
    return done


def _obligors_to_look_at(draft: Draft, directory: Directory, written: Sequence[Written]) -> list[UUID]:
    lines = {
        n
        for one in written
        if one.noun in _OWED_BY
        for n, status in zip(one.at, one.statuses, strict=True)
        if status is not Status.UNCHANGED
    }
    by_account = {directory.accounts[ref].obligor_id for n, ref in draft.account_refs.items() if n in lines}
    by_ref = {directory.obligors[ref] for n, ref in draft.obligor_refs.items() if n in lines}
    return sorted(by_account | by_ref)


def _count(statuses: Sequence[Status]) -> NounCount:
    return NounCount(
        added=statuses.count(Status.ADDED),
        updated=statuses.count(Status.UPDATED),
        unchanged=statuses.count(Status.UNCHANGED),
    )


def add_counts(one: dict[str, NounCount], other: dict[str, NounCount]) -> dict[str, NounCount]:
    """Return the sums, noun by noun."""
    none = NounCount()
    sums = dict(one)
    for noun, count in other.items():
        before = sums.get(noun, none)
        sums[noun] = NounCount(
            before.added + count.added, before.updated + count.updated, before.unchanged + count.unchanged
        )
    return sums


def _joined(first: Stored, second: Stored) -> Stored:
    return Stored(
        statuses={**first.statuses, **second.statuses},
        counts=add_counts(first.counts, second.counts),
        refused=[*first.refused, *second.refused],
        cases_opened=first.cases_opened + second.cases_opened,
        cases_changed=first.cases_changed + second.cases_changed,
    )
