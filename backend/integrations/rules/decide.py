"""Which good lines must be refused because of what is on file? Unknown owners, other currencies, changed payments."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from backend.integrations.rules.columns import Spoilt
from backend.integrations.rules.draft import Draft, Rows
from backend.kernel.money import minor_digits
from backend.ledger.rules import is_other_payment
from backend.ledger.schemas import BalanceRow, PaymentOnFile, PaymentRow
from backend.portfolio.schemas import AccountRow, CollateralRow, Directory

Money = TypeVar("Money", PaymentRow, BalanceRow, CollateralRow)


def refusals_of(draft: Draft, directory: Directory, payments: Mapping[str, PaymentOnFile]) -> list[Spoilt]:
    """Return the lines that cannot stand beside what is on file, one or more reasons a line.

    Lines are judged in their order, so that of two accounts in different currencies the first one stands.
    """
    owners = _unknown_owners(draft, directory)
    fallen = {one.n for one in owners}
    accounts = list(_account_refusals(draft, directory, fallen))
    fallen |= {one.n for one in accounts}
    money = [
        *_unknown_accounts(draft, directory, fallen),
        *_currency_refusals(draft, directory, fallen),
        *_payment_refusals(draft, directory, payments, fallen),
    ]
    return [*owners, *accounts, *money]


def in_account_currency(draft: Draft, directory: Directory) -> Draft:
    """Return the draft with money in the currency of its account on file, when the file names none.

    Only where both currencies have as many digits: the amounts were read with those of the mapping's currency.
    """
    if draft.says_currency:
        return draft
    told = {row.external_ref for row in draft.accounts.rows}

    def currency(account_ref: str, read_as: str) -> str:
        stored = directory.accounts.get(account_ref)
        if stored is None or account_ref in told or minor_digits(stored.currency) != minor_digits(read_as):
            return read_as
        return stored.currency

    def settle(rows: Rows[Money]) -> Rows[Money]:
        settled = [
            row if (own := currency(row.account_ref, row.currency)) == row.currency else replace(row, currency=own)
            for row in rows.rows
        ]
        return Rows(rows=settled, at=rows.at)

    return replace(
        draft,
        payments=settle(draft.payments),
        balances=settle(draft.balances),
        collateral=settle(draft.collateral),
    )


def _unknown_owners(draft: Draft, directory: Directory) -> list[Spoilt]:
    told = set(draft.obligors.at)
    coming = {row.external_ref for row in draft.obligors.rows}
    refused = [
        Spoilt(n, "obligor.external_ref", "obligor.unknown", ref)
        for n, ref in draft.obligor_refs.items()
        if n not in told and ref not in directory.obligors and ref not in coming
    ]
    coming_parties = {row.external_ref: row.obligor_ref for row in draft.parties.rows}
    asked = [("contacts", one.party_ref, one.obligor_ref) for one in draft.contacts.rows]
    asked += [("addresses", other.party_ref, other.obligor_ref) for other in draft.addresses.rows]
    for n, (noun, ref, obligor_ref) in zip([*draft.contacts.at, *draft.addresses.at], asked, strict=True):
        code = None if ref is None else _why_not_party(ref, obligor_ref, directory, coming_parties)
        if code is not None:
            refused.append(Spoilt(n, f"{noun}.party_ref", code, str(ref)))
    refused += [
        Spoilt(n, "parties.external_ref", "party.other_obligor", row.external_ref)
        for row, n in zip(draft.parties.rows, draft.parties.at, strict=True)
        if _is_other(directory, row.external_ref, row.obligor_ref)
        or coming_parties[row.external_ref] != row.obligor_ref
    ]
    return refused


def _why_not_party(ref: str, obligor_ref: str, directory: Directory, coming: Mapping[str, str]) -> str | None:
    if ref not in directory.parties and ref not in coming:
        return "party.unknown"
    if coming.get(ref, obligor_ref) != obligor_ref or _is_other(directory, ref, obligor_ref):
        return "party.other_obligor"
    return None


def _is_other(directory: Directory, party_ref: str, obligor_ref: str) -> bool:
    party = directory.parties.get(party_ref)
    return party is not None and party.obligor_id != directory.obligors.get(obligor_ref)


def _account_refusals(draft: Draft, directory: Directory, fallen: set[int]) -> Iterator[Spoilt]:
    """Refuse an account that changes obligor or currency; all accounts of an obligor share one, as its case does."""
    currency_of: dict[str, str] = {}
    owner_of: dict[str, str] = {}
    for row, n in zip(draft.accounts.rows, draft.accounts.at, strict=True):
        if n in fallen:
            continue
        code = _why_not_account(row, directory, currency_of, owner_of)
        if code is None:
            currency_of.setdefault(row.obligor_ref, row.currency)
            owner_of[row.external_ref] = row.obligor_ref
        else:
            value = row.external_ref if code == "account.other_obligor" else row.currency
            yield Spoilt(
                n, "account.external_ref" if code == "account.other_obligor" else "account.currency", code, value
            )


def _why_not_account(
    row: AccountRow, directory: Directory, currency_of: Mapping[str, str], owner_of: Mapping[str, str]
) -> str | None:
    obligor_id = directory.obligors.get(row.obligor_ref)
    stored = directory.accounts.get(row.external_ref)
    if stored is not None and stored.obligor_id != obligor_id:
        return "account.other_obligor"
    if owner_of.get(row.external_ref, row.obligor_ref) != row.obligor_ref:
        return "account.other_obligor"
    present = currency_of.get(row.obligor_ref)
    if present is None and obligor_id is not None:
        present = directory.currencies.get(obligor_id)
    return "account.currency_differs" if present is not None and present != row.currency else None


def _unknown_accounts(draft: Draft, directory: Directory, fallen: set[int]) -> Iterator[Spoilt]:
    told = set(draft.accounts.at)
    coming = {
        row.external_ref for row, n in zip(draft.accounts.rows, draft.accounts.at, strict=True) if n not in fallen
    }
    for n, ref in draft.account_refs.items():
        if n not in told and n not in fallen and ref not in directory.accounts and ref not in coming:
            yield Spoilt(n, "account.external_ref", "account.unknown", ref)


def _currency_refusals(draft: Draft, directory: Directory, fallen: set[int]) -> Iterator[Spoilt]:
    """Money for an account on file must be in its currency; when the line brings the account, it says so itself."""
    told = set(draft.accounts.at) | fallen
    said = [("balance", one.account_ref, one.currency) for one in draft.balances.rows]
    said += [("collateral", two.account_ref, two.currency) for two in draft.collateral.rows]
    said += [("payments", three.account_ref, three.currency) for three in draft.payments.rows]
    lines = [*draft.balances.at, *draft.collateral.at, *draft.payments.at]
    for n, (noun, ref, currency) in zip(lines, said, strict=True):
        stored = directory.accounts.get(ref)
        if n not in told and stored is not None and stored.currency != currency:
            yield Spoilt(n, f"{noun}.currency", "account.currency_differs", currency)


def _payment_refusals(
    draft: Draft, directory: Directory, payments: Mapping[str, PaymentOnFile], fallen: set[int]
) -> Iterator[Spoilt]:
    first: dict[str, PaymentRow] = {}
    for row, n in zip(draft.payments.rows, draft.payments.at, strict=True):
        if n in fallen:
            continue
        if row.amount_minor <= 0:
            yield Spoilt(n, "payments.amount", "money.not_above_zero", str(row.amount_minor))
            continue
        before = first.setdefault(row.external_ref, row)
        stored = payments.get(row.external_ref)
        account = directory.accounts.get(row.account_ref)
        moved = stored is not None and (account is None or is_other_payment(row, account.id, stored))
        if moved or _says_other(before, row):
            yield Spoilt(n, "payments.external_ref", "payment.changed", row.external_ref)


def _says_other(before: PaymentRow, row: PaymentRow) -> bool:
    said = (before.account_ref, before.paid_on, before.amount_minor, before.currency)
    return said != (row.account_ref, row.paid_on, row.amount_minor, row.currency)


def refs_of(draft: Draft) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Return the references that must be looked up: of obligors, parties, accounts."""
    parties = {row.external_ref for row in draft.parties.rows}
    parties |= {row.party_ref for row in draft.contacts.rows if row.party_ref is not None}
    parties |= {row.party_ref for row in draft.addresses.rows if row.party_ref is not None}
    return list(set(draft.obligor_refs.values())), list(parties), list(set(draft.account_refs.values()))
