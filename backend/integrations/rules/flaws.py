"""Can this mapping read this file? Every reason why not, before the first line is touched."""

from collections.abc import Iterator, Sequence

from backend.integrations.rules.cells import date_formats
from backend.integrations.rules.columns import as_field
from backend.integrations.rules.compiled import slots_of
from backend.integrations.rules.contacts import is_region
from backend.integrations.rules.lines import is_zone
from backend.integrations.rules.nouns import LISTS, NOUNS, ONLY_NAMES_ACCOUNT, field_of
from backend.integrations.schemas import SLOTS_MAX, Field, Flaw, Mapping, Slot, Sources, When

_RATE_UNITS = {"percent", "fraction", "permille", "ppm"}
_MONEY_UNITS = {"major", "minor", "thousand", "wan"}
_NEW_ACCOUNT_NEEDS = ("principal",)


def flaws_of(mapping: Mapping, header: Sequence[str] | None) -> list[Flaw]:
    """Return what is wrong with a mapping, for a header when one is given; an empty list means that it can be used."""
    columns = None if header is None else frozenset(header)
    return [
        *_context_flaws(mapping),
        *_when_flaws("rows", mapping.rows, columns),
        *_noun_flaws("obligor", "obligor", mapping.obligor, columns),
        *_noun_flaws("account", "account", mapping.account, columns),
        *_noun_flaws("balance", "balance", mapping.balance, columns),
        *_slot_flaws(mapping, columns),
        *_reference_flaws(mapping),
    ]


def _context_flaws(mapping: Mapping) -> Iterator[Flaw]:
    if not is_zone(mapping.zone):
        yield Flaw("zone", "zone.unknown", mapping.zone)
    if not is_region(mapping.phone_region):
        yield Flaw("phone_region", "contact.no_such_region", mapping.phone_region)


def _noun_flaws(where: str, noun: str, sources: Sources, columns: frozenset[str] | None) -> Iterator[Flaw]:
    if not sources:
        return
    for name, source in sources.items():
        if field_of(noun, name) is None:
            yield Flaw(f"{where}.{name}", "mapping.no_such_field", name)
        else:
            yield from _field_flaws(f"{where}.{name}", noun, name, as_field(source), columns)
    missing = [name for name, field in NOUNS[noun].items() if field.is_required and name not in sources]
    yield from (Flaw(f"{where}.{name}", "field.missing", name) for name in missing)


def _field_flaws(where: str, noun: str, name: str, field: Field, columns: frozenset[str] | None) -> Iterator[Flaw]:
    used = [*field.from_, *([field.plus_months_of] if field.plus_months_of else [])]
    if not used and field.constant is None:
        yield Flaw(where, "mapping.no_source", name)
    yield from _column_flaws(where, used, columns)
    yield from _when_flaws(where, field.when, columns)
    if not _is_format(field.format):
        yield Flaw(where, "mapping.no_such_format", field.format)
    found = field_of(noun, name)
    kind = found.kind if found is not None else ""
    if field.combine in {"sum", "difference"} and kind != "money":
        yield Flaw(where, "mapping.wrong_combine", field.combine)
    if field.combine == "days_since" and kind != "whole":
        yield Flaw(where, "mapping.wrong_combine", field.combine)
    if field.unit is not None and field.unit not in (_RATE_UNITS if kind == "rate" else _MONEY_UNITS):
        yield Flaw(where, "mapping.wrong_unit", field.unit)


def _column_flaws(where: str, names: Sequence[str], columns: frozenset[str] | None) -> Iterator[Flaw]:
    if columns is not None:
        yield from (Flaw(where, "mapping.no_such_column", name) for name in names if name not in columns)


def _when_flaws(where: str, when: Sequence[When], columns: frozenset[str] | None) -> Iterator[Flaw]:
    for one in when:
        yield from _column_flaws(where, [one.column], columns)
        if not _is_format(one.format):
            yield Flaw(where, "mapping.no_such_format", one.format)


def _is_format(form: str) -> bool:
    return form in date_formats() or "%" in form


def _slot_flaws(mapping: Mapping, columns: frozenset[str] | None) -> Iterator[Flaw]:
    for noun in LISTS:
        slots = slots_of(mapping, noun)
        if len(slots) > SLOTS_MAX:
            yield Flaw(noun, "mapping.too_many_slots", str(len(slots)))
        for number, slot in enumerate(slots, start=1):
            where = f"{noun}.{number}"
            yield from _noun_flaws(where, noun, slot.fields, columns)
            yield from _when_flaws(where, slot.when, columns)
            yield from _party_flaws(where, noun, slot, len(mapping.parties))


def _party_flaws(where: str, noun: str, slot: Slot, parties: int) -> Iterator[Flaw]:
    if slot.party is None:
        return
    if noun not in {"contacts", "addresses"} or not 1 <= slot.party <= parties:
        yield Flaw(where, "mapping.no_such_party", str(slot.party))


def _reference_flaws(mapping: Mapping) -> Iterator[Flaw]:
    """Find nouns whose owner the mapping does not name."""
    of_obligor = [noun for noun in ("parties", "contacts", "addresses") if slots_of(mapping, noun)]
    of_account = [noun for noun in ("collateral", "instalments", "payments") if slots_of(mapping, noun)]
    makes_accounts = bool(mapping.account.keys() - ONLY_NAMES_ACCOUNT)
    if (of_obligor or makes_accounts) and "external_ref" not in mapping.obligor:
        yield Flaw("obligor.external_ref", "field.missing", "external_ref")
    if (of_account or mapping.balance) and "external_ref" not in mapping.account:
        yield Flaw("account.external_ref", "field.missing", "external_ref")
    if not mapping.obligor and not mapping.account:
        yield Flaw("", "mapping.empty", "")
    if makes_accounts:
        yield from (
            Flaw(f"account.{name}", "field.missing", name) for name in _NEW_ACCOUNT_NEEDS if name not in mapping.account
        )
