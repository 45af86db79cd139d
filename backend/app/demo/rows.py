"""How does a table of the made-up world become rows of a lender's book? Column by column, without a decision."""

from collections.abc import Iterator
from datetime import date, datetime
from math import isnan
from zoneinfo import ZoneInfo

import msgspec

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
from ml.synthetic.columns import Table

LANGUAGES = {"zh": "zh-CN", "en": "en"}
Row = dict[str, object]


def rows_of(table: Table) -> Iterator[Row]:
    """Yield the rows of a table as plain Python values; what is not known is None."""
    names = list(table.columns)
    for values in zip(*(table.columns[name].tolist() for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def obligors(table: Table) -> list[ObligorRow]:
    """Return the obligors; sex, birth and household go into the attributes."""
    return [
        ObligorRow(
            external_ref=_text(row, "ref"),
            kind=_text(row, "kind"),
            name=_text(row, "name"),
            id_number=_text(row, "id_number") or None,
            language=LANGUAGES[_text(row, "language")],
            zone=_text(row, "zone"),
            employer=_text(row, "employer") or None,
            job=_text(row, "job") or None,
            attributes=_json({key: row[key] for key in ("sex", "born_on", "household") if row[key]}),
        )
        for row in rows_of(table)
    ]


def parties(table: Table) -> list[PartyRow]:
    """Return the people around obligors."""
    return [
        PartyRow(
            obligor_ref=_text(row, "obligor_ref"),
            external_ref=_text(row, "ref"),
            role=_text(row, "role"),
            relation=_text(row, "relation"),
            name=_text(row, "name"),
            consent=_text(row, "consent"),
            source=_text(row, "source"),
            may_contact=bool(row["may_contact"]),
        )
        for row in rows_of(table)
    ]


def contacts(table: Table) -> list[ContactRow]:
    """Return the numbers and addresses for messages; a bare Chinese mobile number gets its country."""
    return [
        ContactRow(
            obligor_ref=_text(row, "obligor_ref"),
            party_ref=_text(row, "party_ref") or None,
            kind=_text(row, "kind"),
            value=_text(row, "value"),
            normal=_text(row, "value").lower(),
            status=_text(row, "status"),
            consent=_text(row, "consent"),
            source=_text(row, "source"),
            may_contact=bool(row["may_contact"]),
        )
        for row in rows_of(table)
    ]


def addresses(table: Table) -> list[AddressRow]:
    """Return the places."""
    return [
        AddressRow(
            obligor_ref=_text(row, "obligor_ref"),
            party_ref=_text(row, "party_ref") or None,
            kind=_text(row, "kind"),
            line=_text(row, "line"),
            lat=_degrees(row, "lat"),
            lon=_degrees(row, "lon"),
            status=_text(row, "status"),
            source=_text(row, "source"),
        )
        for row in rows_of(table)
    ]


def accounts(table: Table) -> list[AccountRow]:
    """Return the loans; the shape of their schedule goes into the attributes."""
    return [
        AccountRow(
            obligor_ref=_text(row, "obligor_ref"),
            external_ref=_text(row, "ref"),
            kind=_text(row, "kind"),
            product=_text(row, "product_name"),
            currency=_text(row, "currency"),
            principal_minor=_whole(row, "principal_minor"),
            annual_rate_ppm=_whole(row, "annual_rate_ppm"),
            opened_on=_day(row, "opened_on"),
            matures_on=_day(row, "matures_on"),
            status=_text(row, "status"),
            attributes=_json({key: row[key] for key in ("product", "schedule", "periods", "every_months")}),
        )
        for row in rows_of(table)
    ]


def collateral(table: Table) -> list[CollateralRow]:
    """Return what secures the loans."""
    return [
        CollateralRow(
            account_ref=_text(row, "account_ref"),
            external_ref=_text(row, "ref"),
            kind=_text(row, "kind"),
            description=_text(row, "description"),
            value_minor=_whole(row, "value_minor"),
            currency=_text(row, "currency"),
        )
        for row in rows_of(table)
    ]


def instalments(table: Table) -> list[InstalmentRow]:
    """Return the schedules."""
    return [msgspec.convert(row, InstalmentRow) for row in rows_of(table)]


def payments(table: Table, currency: str) -> list[PaymentRow]:
    """Return the money that came in."""
    return [
        PaymentRow(
            account_ref=_text(row, "account_ref"),
            external_ref=_text(row, "ref"),
            paid_on=_day(row, "paid_on") or date.min,
            amount_minor=_whole(row, "amount_minor"),
            currency=currency,
            mode=_text(row, "mode"),
            reversed_on=None,
        )
        for row in rows_of(table)
    ]


def balances(table: Table) -> list[BalanceRow]:
    """Return what each loan owes."""
    return [msgspec.convert(row, BalanceRow) for row in rows_of(table)]


def instant(value: object, zone: str) -> datetime:
    """Return a local wall time of the world as an aware one."""
    if not isinstance(value, datetime):
        raise TypeError(f"not a moment: {value!r}")
    return value.replace(tzinfo=ZoneInfo(zone))


def _text(row: Row, name: str) -> str:
    return str(row[name])


def _whole(row: Row, name: str) -> int:
    value = row[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is not a whole number: {value!r}")
    return value


def _degrees(row: Row, name: str) -> float | None:
    value = row[name]
    # The world writes NaN where the place is not known.
    return value if isinstance(value, float) and not isnan(value) else None


def _day(row: Row, name: str) -> date | None:
    value = row[name]
    return value if isinstance(value, date) else None


def _json(values: Row) -> str:
    return msgspec.json.encode(values).decode()
