"""Which rows do the good lines of a block stand for? Structs of the portfolio and the ledger, each with its line."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from backend.integrations.rules.columns import Value
from backend.integrations.rules.compiled import CompiledMapping
from backend.integrations.rules.lines import Lines, SlotValues
from backend.integrations.rules.nouns import ATTRIBUTE, ONLY_NAMES_ACCOUNT, kind_by_name
from backend.ledger.schemas import BalanceRow, PaymentRow
from backend.portfolio.schemas import (
    AccountRow,
    AddressRow,
    CollateralRow,
    ContactRow,
    InstalmentRow,
    ObligorRow,
    PartyRow,
)

T = TypeVar("T")


class Rows(msgspec.Struct, Generic[T], frozen=True):
    """Rows of one noun; `at` holds for each the line of the block that it came from."""

    rows: list[T]
    at: list[int]


class Draft(msgspec.Struct, frozen=True):
    """What the good lines of a block say, by reference; nothing of the database is known yet.

    Money of a file that names no currency is in the currency of its account (`says_currency` is false).
    """

    says_currency: bool

    obligor_refs: dict[int, str]
    account_refs: dict[int, str]
    obligors: Rows[ObligorRow]
    parties: Rows[PartyRow]
    contacts: Rows[ContactRow]
    addresses: Rows[AddressRow]
    accounts: Rows[AccountRow]
    balances: Rows[BalanceRow]
    collateral: Rows[CollateralRow]
    instalments: Rows[InstalmentRow]
    payments: Rows[PaymentRow]


def draft_of(compiled: CompiledMapping, lines: Lines) -> Draft:
    """Build the rows of all good lines."""
    return Draft(
        says_currency=lines.account is not None and "currency" in lines.account.values,
        obligor_refs=_refs(lines.obligor_refs, lines.good),
        account_refs=_refs(lines.account_refs, lines.good),
        obligors=_obligors(compiled, lines),
        parties=_parties(compiled, lines),
        contacts=_contacts(compiled, lines),
        addresses=_addresses(compiled, lines),
        accounts=_accounts(compiled, lines),
        balances=_balances(compiled, lines),
        collateral=_collateral(compiled, lines),
        instalments=_instalments(lines),
        payments=_payments(compiled, lines),
    )


def keep_lines(draft: Draft, refused: set[int]) -> Draft:
    """Return the draft without the rows of some lines."""
    if not refused:
        return draft
    rows = {
        name: _keep(value, refused)
        for name in Draft.__struct_fields__
        if isinstance(value := getattr(draft, name), Rows)
    }
    return msgspec.structs.replace(
        draft,
        obligor_refs={n: ref for n, ref in draft.obligor_refs.items() if n not in refused},
        account_refs={n: ref for n, ref in draft.account_refs.items() if n not in refused},
        **rows,
    )


def _keep(rows: Rows[T], refused: set[int]) -> Rows[T]:
    kept = [place for place, n in enumerate(rows.at) if n not in refused]
    return Rows(rows=[rows.rows[place] for place in kept], at=[rows.at[place] for place in kept])


def _refs(values: Sequence[Value], good: Sequence[bool]) -> dict[int, str]:
    return {n: str(value) for n, value in enumerate(values) if good[n] and value is not None}


def _at(lines: Lines, found: SlotValues) -> list[int]:
    return [n for n, (here, good) in enumerate(zip(found.present, lines.good, strict=True)) if here and good]


def _picked(found: SlotValues, at: Sequence[int], defaults: Mapping[str, Value]) -> Iterator[tuple[Any, ...]]:
    """Yield the values of some fields line by line, in the order of `defaults`, which stand for what is not said.

    The values are typed by `rules.nouns.NOUNS` when they are read; the type checker cannot follow a table, hence Any.
    """
    columns: list[list[Value]] = []
    for name, default in defaults.items():
        values = found.values.get(name)
        if values is None:
            columns.append([default] * len(at))
        elif default is None:
            columns.append([values[n] for n in at])
        else:
            columns.append([default if (value := values[n]) is None else value for n in at])
    return zip(*columns, strict=True)


def _attributes(found: SlotValues, at: Sequence[int]) -> list[str]:
    named = {
        name.removeprefix(ATTRIBUTE): values for name, values in found.values.items() if name.startswith(ATTRIBUTE)
    }
    if not named:
        return ["{}"] * len(at)
    encode = msgspec.json.Encoder().encode
    return [
        encode({name: value for name, values in named.items() if (value := values[n]) is not None}).decode() for n in at
    ]


def _obligors(compiled: CompiledMapping, lines: Lines) -> Rows[ObligorRow]:
    found = lines.obligor
    if found is None or "name" not in found.values:
        return Rows(rows=[], at=[])
    names = found.values["name"]
    at = [n for n, good in enumerate(lines.good) if good and names[n] is not None]
    mapping = compiled.mapping
    defaults: dict[str, Value] = {
        "external_ref": None, "kind": None, "name": None, "id_number": None, "language": mapping.language,
        "zone": mapping.zone, "employer": None, "job": None,
    }  # fmt: skip
    rows = [
        ObligorRow(*(ref, kind or kind_by_name(name), name, *rest, attributes))
        for (ref, kind, name, *rest), attributes in zip(
            _picked(found, at, defaults), _attributes(found, at), strict=True
        )
    ]
    return Rows(rows=rows, at=at)


def _parties(compiled: CompiledMapping, lines: Lines) -> Rows[PartyRow]:
    out: Rows[PartyRow] = Rows(rows=[], at=[])
    defaults: dict[str, Value] = {
        "external_ref": None, "role": None, "relation": "", "name": None, "consent": "unknown",
        "source": compiled.mapping.source, "may_contact": None,
    }  # fmt: skip
    for found in lines.slots.get("parties", []):
        at = _at(lines, found)
        for n, (ref, *rest) in zip(at, _picked(found, at, defaults), strict=True):
            obligor_ref = str(lines.obligor_refs[n])
            out.rows.append(PartyRow(obligor_ref, ref or _slot_ref(obligor_ref, found), *rest))
        out.at.extend(at)
    return out


def _slot_ref(owner: str, found: SlotValues) -> str:
    """Return a reference for something the lender gives none: its owner's, and its slot in the mapping."""
    return f"{owner}#{found.slot.noun[0]}{found.slot.number}"


def _party_refs(lines: Lines, found: SlotValues, at: Sequence[int]) -> list[str | None]:
    if found.slot.party is None:
        return [None if value is None else str(value) for (value,) in _picked(found, at, {"party_ref": None})]
    party = lines.slots["parties"][found.slot.party - 1]
    own = _picked(party, at, {"external_ref": None})
    return [ref or _slot_ref(str(lines.obligor_refs[n]), party) for n, (ref,) in zip(at, own, strict=True)]


def _contacts(compiled: CompiledMapping, lines: Lines) -> Rows[ContactRow]:
    out: Rows[ContactRow] = Rows(rows=[], at=[])
    defaults: dict[str, Value] = {
        "kind": None, "value": None, "normal": None, "status": None, "consent": "unknown",
        "source": compiled.mapping.source, "may_contact": None, "is_wrong": False,
    }  # fmt: skip
    for found in lines.slots.get("contacts", []):
        at = _at(lines, found)
        refs = _party_refs(lines, found, at)
        for n, ref, values in zip(at, refs, _picked(found, at, defaults), strict=True):
            kind, value, normal, status, *rest, is_wrong = values
            known = status or ("wrong" if is_wrong else "unknown")
            out.rows.append(ContactRow(str(lines.obligor_refs[n]), ref, kind, value, normal, known, *rest))
        out.at.extend(at)
    return out


def _addresses(compiled: CompiledMapping, lines: Lines) -> Rows[AddressRow]:
    out: Rows[AddressRow] = Rows(rows=[], at=[])
    defaults: dict[str, Value] = {
        "kind": "home", "line": None, "lat": None, "lon": None, "status": "unknown", "source": compiled.mapping.source,
    }  # fmt: skip
    for found in lines.slots.get("addresses", []):
        at = _at(lines, found)
        refs = _party_refs(lines, found, at)
        for n, ref, (kind, line, lat, lon, *rest) in zip(at, refs, _picked(found, at, defaults), strict=True):
            # Half a place is no place; and 0, 0 in the Gulf of Guinea is what systems write for "not known".
            place = (None, None) if lat is None or lon is None or (lat, lon) == (0, 0) else (lat, lon)
            out.rows.append(AddressRow(str(lines.obligor_refs[n]), ref, kind, line, *place, *rest))
        out.at.extend(at)
    return out


def _accounts(compiled: CompiledMapping, lines: Lines) -> Rows[AccountRow]:
    found = lines.account
    if found is None or not found.values.keys() - ONLY_NAMES_ACCOUNT:
        return Rows(rows=[], at=[])
    at = _at(lines, found)
    defaults: dict[str, Value] = {
        "external_ref": None, "kind": None, "product": "", "currency": compiled.mapping.currency, "principal": 0,
        "annual_rate": None, "opened_on": None, "matures_on": None, "status": "active",
    }  # fmt: skip
    owners = lines.obligor.values.get("kind") if lines.obligor else None
    names = lines.obligor.values.get("name") if lines.obligor else None
    rows: list[AccountRow] = []
    picked = zip(at, _picked(found, at, defaults), _attributes(found, at), strict=True)
    for n, (ref, kind, *rest), attributes in picked:
        owner = (owners and owners[n]) or (kind_by_name(str(names[n])) if names else "person")
        own_kind = kind or ("corporate" if owner == "company" else "personal")
        rows.append(AccountRow(*(str(lines.obligor_refs[n]), ref, own_kind, *rest, attributes)))
    return Rows(rows=rows, at=at)


def _currencies(compiled: CompiledMapping, lines: Lines, at: Sequence[int]) -> list[str]:
    if lines.account is None:
        return [compiled.mapping.currency] * len(at)
    return [str(value) for (value,) in _picked(lines.account, at, {"currency": compiled.mapping.currency})]


def _balances(compiled: CompiledMapping, lines: Lines) -> Rows[BalanceRow]:
    found = lines.balance
    if found is None:
        return Rows(rows=[], at=[])
    at = _at(lines, found)
    defaults: dict[str, Value] = {
        "as_of": compiled.as_of, "principal": 0, "interest": 0, "penalty": 0, "fee": 0, "overdue": None,
        "days_past_due": None,
    }  # fmt: skip
    rows: list[BalanceRow] = []
    picked = zip(at, _picked(found, at, defaults), _currencies(compiled, lines, at), strict=True)
    for n, (as_of, *amounts), currency in picked:
        rows.append(BalanceRow(*(str(lines.account_refs[n]), as_of, *amounts, currency)))
    return Rows(rows=rows, at=at)


def _collateral(compiled: CompiledMapping, lines: Lines) -> Rows[CollateralRow]:
    out: Rows[CollateralRow] = Rows(rows=[], at=[])
    defaults: dict[str, Value] = {"external_ref": None, "kind": "other", "description": None, "value": None}
    for found in lines.slots.get("collateral", []):
        at = _at(lines, found)
        picked = zip(at, _picked(found, at, defaults), _currencies(compiled, lines, at), strict=True)
        for n, (ref, *rest), currency in picked:
            account_ref = str(lines.account_refs[n])
            out.rows.append(CollateralRow(*(account_ref, ref or _slot_ref(account_ref, found), *rest, currency)))
        out.at.extend(at)
    return out


def _instalments(lines: Lines) -> Rows[InstalmentRow]:
    out: Rows[InstalmentRow] = Rows(rows=[], at=[])
    defaults: dict[str, Value] = {"number": None, "due_on": None, "principal": 0, "interest": 0, "fee": 0}
    for found in lines.slots.get("instalments", []):
        at = _at(lines, found)
        picked = zip(at, _picked(found, at, defaults), strict=True)
        out.rows.extend(InstalmentRow(str(lines.account_refs[n]), *values) for n, values in picked)
        out.at.extend(at)
    return out


def _payments(compiled: CompiledMapping, lines: Lines) -> Rows[PaymentRow]:
    out: Rows[PaymentRow] = Rows(rows=[], at=[])
    defaults: dict[str, Value] = {"external_ref": None, "paid_on": None, "amount": None}
    more: dict[str, Value] = {"mode": "transfer", "reversed_on": None}
    for found in lines.slots.get("payments", []):
        at = _at(lines, found)
        picked = zip(
            at, _picked(found, at, defaults), _currencies(compiled, lines, at), _picked(found, at, more), strict=True
        )
        for n, values, currency, rest in picked:
            out.rows.append(PaymentRow(*[str(lines.account_refs[n]), *values, currency, *rest]))
        out.at.extend(at)
    return out
