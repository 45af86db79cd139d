"""Which column is probably which field? By the header's name and by what its cells look like; a person corrects it."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

from backend.integrations.reading.blocks import Block
from backend.integrations.rules import cells
from backend.integrations.rules.cells import Bad
from backend.integrations.rules.export import OWN
from backend.integrations.rules.flaws import flaws_of
from backend.integrations.rules.nouns import LEADING, NOUNS, NounField, field_of
from backend.integrations.rules.words import MADE_FROM
from backend.integrations.schemas import Field, GuessedField, Mapping, SavedMapping, Slot, Source, Sources

SURE = 0.95
LIKELY = 0.7
READABLE_SHARE_MIN = 0.6
"""A column whose cells can be read as the field for fewer of its values than this is not taken for it."""
_NOT_A_LETTER = re.compile(r"[\W_]+")
_CONTAINED_MIN = 4
_DATE_FORMATS = ("iso", "us", "eu")
_NUMBERED_DAYS = ("epoch_days", "excel", "sas")
_YEARS = range(1990, 2041)
_PARTY_ROLES = ("co_borrower", "guarantor", "related")
_CONTACT_KINDS = {"work": "phone", "home": "phone", "email": "email", "wechat": "wechat"}


def fits(mappings: Sequence[SavedMapping], header: Sequence[str]) -> list[SavedMapping]:
    """Return the mappings that read this header without a flaw, the one that reads most columns first."""
    able = [one for one in mappings if not flaws_of(one.mapping, header)]
    return sorted(able, key=lambda one: (-len(columns_read(one.mapping)), one.name))


def guess_mapping(block: Block) -> tuple[Mapping, list[GuessedField]]:
    """Return a mapping put together from header names and sample cells, and how sure each column is."""
    chosen = _choose(block)
    is_chinese = any("\u4e00" <= sign <= "\u9fff" for name in block.header for sign in name) or _has_han(block, chosen)
    sources: dict[str, Source] = {}
    guessed: list[GuessedField] = []
    for target, (place, confidence) in chosen.items():
        noun_field = _noun_field(target)
        name = block.header[place]
        sources[target] = _source(name, noun_field, block.columns[place])
        guessed.append(GuessedField(name, target, round(confidence, 2)))
    mapping = _mapping(sources, is_chinese=is_chinese)
    used = columns_read(mapping)
    return mapping, [one for one in guessed if one.column in used]


def fold(name: str) -> str:
    """Return a header without case, spaces, signs and what stands in brackets."""
    plain = re.sub(r"[((\[【].*?[))\]】]", "", unicodedata.normalize("NFKC", name)) or name
    return _NOT_A_LETTER.sub("", plain.casefold())


def _choose(block: Block) -> dict[str, tuple[int, float]]:
    """Return the column and the confidence for each target; no column serves twice."""
    offers: list[tuple[float, int, int, str]] = []
    for place, name in enumerate(block.header):
        if name.startswith(OWN):
            continue
        for rank, (target, words) in enumerate(MADE_FROM.items()):
            by_name = _name_confidence(fold(name), words)
            if by_name:
                share = _readable_share(_noun_field(target), block.columns[place])
                if share >= READABLE_SHARE_MIN:
                    offers.append((by_name * (0.8 + 0.2 * share), -rank, place, target))
    chosen: dict[str, tuple[int, float]] = {}
    taken: set[int] = set()
    for confidence, _, place, target in sorted(offers, reverse=True):
        if place not in taken and target not in chosen:
            chosen[target] = (place, confidence)
            taken.add(place)
    return {target: chosen[target] for target in MADE_FROM if target in chosen}


def _name_confidence(folded: str, words: Sequence[str]) -> float:
    if folded in words:
        return SURE
    contained = [word for word in words if len(word) >= _CONTAINED_MIN and (word in folded or folded in word)]
    if not contained or len(folded) < _CONTAINED_MIN:
        return 0.0
    return LIKELY * max(min(len(word), len(folded)) / max(len(word), len(folded)) for word in contained)


def _noun_field(target: str) -> NounField:
    noun, _, name = target.partition(".")
    found = field_of(noun.partition("/")[0], name)
    if found is None:
        raise AssertionError(f"the words name a field that is not there: {target}")
    return found


def _readable_share(noun_field: NounField, column: Sequence[str]) -> float:
    """Return the share of the cells that can be read as this field; 1 for an empty column and for text."""
    values = [cell.strip() for cell in column if cell.strip() and not cells.is_no_value(cell)]
    if not values:
        return 1.0
    if noun_field.kind == "date":
        return max(_date_share(values, form) for form in (*_DATE_FORMATS, *_NUMBERED_DAYS))
    reads = _READS.get(noun_field.kind)
    return 1.0 if reads is None else sum(not isinstance(reads(value), Bad) for value in values) / len(values)


def _read_contact_roughly(text: str) -> str | Bad:
    return text if any(sign.isdecimal() or sign == "@" for sign in text) else Bad("contact.not_a_number")


_READS: dict[str, Callable[[str], object]] = {
    "money": lambda text: cells.read_amount(text, "USD", "major", "half_even"),
    "rate": lambda text: cells.read_rate(text, "percent"),
    "whole": cells.read_whole,
    "lat": lambda text: cells.read_degree(text, 90),
    "lon": lambda text: cells.read_degree(text, 180),
    "flag": cells.read_flag,
    "contact": _read_contact_roughly,
}


def _date_share(values: Sequence[str], form: str) -> float:
    days = [cells.read_date(value, form) for value in values]
    return sum(isinstance(day, date) and day.year in _YEARS for day in days) / len(values)


def _source(name: str, noun_field: NounField, column: Sequence[str]) -> Source:
    """Return the column with the format or unit that its cells ask for."""
    values = [cell.strip() for cell in column if cell.strip() and not cells.is_no_value(cell)]
    if noun_field.kind == "date" and values:
        form = max((*_DATE_FORMATS, *_NUMBERED_DAYS), key=lambda one: _date_share(values, one))
        return name if form == "iso" else Field(from_=[name], format=form)
    if noun_field.kind == "money":
        unit: Literal["wan", "thousand"] | None = "wan" if "万" in name else ("thousand" if "千元" in name else None)
        return Field(from_=[name], unit=unit) if unit else name
    if noun_field.kind == "rate" and values:
        rates = [cells.read_rate(value, "ppm") for value in values]
        is_fraction = all(rate in {0, 1} for rate in rates) and not any("%" in value for value in values)
        return Field(from_=[name], unit="fraction") if is_fraction else name
    return name


def _mapping(sources: dict[str, Source], *, is_chinese: bool) -> Mapping:
    by_slot: dict[str, Sources] = {}
    for target, source in sources.items():
        where, _, field = target.partition(".")
        by_slot.setdefault(where, {})[field] = source
    _settle_owner(by_slot)
    parties = [role for role in _PARTY_ROLES if "name" in by_slot.get(f"parties/{role}", {})]
    return Mapping(
        title="guessed",
        currency="CNY" if is_chinese else "USD",
        language="zh-CN" if is_chinese else "en",
        zone="Asia/Shanghai" if is_chinese else "America/New_York",
        phone_region="CN" if is_chinese else "US",
        obligor=by_slot.get("obligor", {}),
        account=by_slot.get("account", {}),
        balance=_complete("balance", by_slot.get("balance", {})),
        parties=[Slot(fields={**by_slot[f"parties/{role}"], "role": Field(constant=role)}) for role in parties],
        contacts=_contacts(by_slot, parties),
        addresses=_addresses(by_slot),
        collateral=_slots(by_slot, "collateral"),
        instalments=_slots(by_slot, "instalments"),
        payments=_slots(by_slot, "payments"),
    )


def _settle_owner(by_slot: dict[str, Sources]) -> None:
    """Let an account without a customer number be its own obligor, under the same number."""
    account = by_slot.get("account", {})
    obligor = by_slot.setdefault("obligor", {})
    if "external_ref" not in obligor and "external_ref" in account and (len(account) > 1 or "name" in obligor):
        obligor["external_ref"] = account["external_ref"]
        obligor.setdefault("name", Field(constant="Obligor", from_=_columns_of(account["external_ref"]), only_new=True))
    if not obligor:
        del by_slot["obligor"]
    if list(account) and "external_ref" not in account:
        del by_slot["account"]


def _complete(noun: str, fields: Sources) -> Sources:
    """Return the fields of a noun, or nothing when one that it needs was not found."""
    needed = [name for name, field in NOUNS[noun].items() if field.is_required]
    return fields if all(name in fields for name in needed) else {}


def _contacts(by_slot: dict[str, Sources], parties: Sequence[str]) -> list[Slot]:
    slots: list[Slot] = []
    for where, fields in by_slot.items():
        noun, _, slot = where.partition("/")
        if noun != "contacts" or (slot in _PARTY_ROLES and slot not in parties):
            continue
        kind: Sources = {"kind": Field(constant=_CONTACT_KINDS[slot])} if slot in _CONTACT_KINDS else {}
        value = Field(from_=_columns_of(fields["value"]), on_bad="keep")
        party = parties.index(slot) + 1 if slot in parties else None
        slots.append(Slot(fields={"value": value, **kind}, party=party))
    return slots


def _addresses(by_slot: dict[str, Sources]) -> list[Slot]:
    found = {where.partition("/")[2]: fields for where, fields in by_slot.items() if where.startswith("addresses/")}
    return [Slot(fields={**fields, "kind": Field(constant=kind)}) for kind, fields in found.items() if "line" in fields]


def _slots(by_slot: dict[str, Sources], noun: str) -> list[Slot]:
    fields = _complete(noun, by_slot.get(f"{noun}/1", {}))
    return [Slot(fields=fields)] if LEADING[noun] in fields else []


def _columns_of(source: Source) -> list[str]:
    return [source] if isinstance(source, str) else list(source.from_)


def columns_read(mapping: Mapping) -> set[str]:
    """Return the columns that a mapping takes values from."""
    nouns = [mapping.obligor, mapping.account, mapping.balance]
    lists = (mapping.parties, mapping.contacts, mapping.addresses, mapping.collateral, mapping.instalments)
    nouns += [slot.fields for slots in (*lists, mapping.payments) for slot in slots]
    return {name for sources in nouns for source in sources.values() for name in _columns_of(source)}


def _has_han(block: Block, chosen: dict[str, tuple[int, float]]) -> bool:
    place = chosen.get("obligor.name", (None, 0.0))[0]
    return place is not None and any("\u4e00" <= sign <= "\u9fff" for cell in block.columns[place] for sign in cell)
