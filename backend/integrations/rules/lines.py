"""What do the cells of a block say, field by field? Values of every slot of every line, and the lines that fall out."""

from functools import lru_cache
from zoneinfo import available_timezones

import msgspec

from backend.integrations.reading.blocks import Block
from backend.integrations.rules.cells import Bad
from backend.integrations.rules.columns import Spoilt, Value, holds, read_column
from backend.integrations.rules.compiled import CompiledMapping, CompiledSlot
from backend.integrations.rules.contacts import kept_contact, read_contact
from backend.integrations.rules.nouns import LEADING, LISTS, NOUNS

Values = dict[str, list[Value]]


class SlotValues(msgspec.Struct, frozen=True):
    """One slot of all lines of a block: where it is present, and its values by field."""

    slot: CompiledSlot
    present: list[bool]
    values: Values


class Lines(msgspec.Struct, frozen=True):
    """A block read but not yet built: lists by line of the block."""

    obligor_refs: list[Value]
    account_refs: list[Value]
    obligor: SlotValues | None
    account: SlotValues | None
    balance: SlotValues | None
    slots: dict[str, list[SlotValues]]
    spoilt: list[Spoilt]
    skipped: list[int]
    good: list[bool]


def read_lines(compiled: CompiledMapping, block: Block) -> Lines:
    """Read all slots; a line is good when it is wanted and no cell of it is spoilt."""
    size = len(block.lines)
    wanted = holds(compiled.line_conditions, block) or [True] * size
    spoilt: list[Spoilt] = []
    single = {
        one.noun: SlotValues(one, wanted, _read(one, block, wanted, spoilt))
        for one in (compiled.obligor, compiled.account, compiled.balance)
        if one is not None
    }
    slots: dict[str, list[SlotValues]] = {}
    for noun in LISTS:
        for slot in compiled.slots[noun]:
            present = _present(slot, block, wanted)
            slots.setdefault(noun, []).append(SlotValues(slot, present, _read(slot, block, present, spoilt)))
    for found in slots.get("contacts", []):
        _normalise(found, compiled.mapping.phone_region, spoilt)
    for owner in (*slots.get("contacts", []), *slots.get("addresses", [])):
        _need_party(owner, slots.get("parties", []), spoilt)
    _check_words(single, spoilt)
    fallen = {one.n for one in spoilt}
    return Lines(
        obligor_refs=single["obligor"].values["external_ref"] if "obligor" in single else [None] * size,
        account_refs=single["account"].values["external_ref"] if "account" in single else [None] * size,
        obligor=single.get("obligor"),
        account=single.get("account"),
        balance=single.get("balance"),
        slots=slots,
        spoilt=spoilt,
        skipped=[n for n, mark in enumerate(wanted) if not mark],
        good=[mark and n not in fallen for n, mark in enumerate(wanted)],
    )


def _read(slot: CompiledSlot, block: Block, present: list[bool], spoilt: list[Spoilt]) -> Values:
    """Read the fields of a slot; a required field that is empty spoils the line."""
    values: Values = {}
    for compiled in slot.fields:
        column = read_column(compiled, block, present)
        spoilt.extend(column.spoilt)
        values[compiled.name] = column.values
        noun_field = NOUNS[slot.noun].get(compiled.name)
        if noun_field is None or not noun_field.is_required or None not in column.values:
            continue
        known = {one.n for one in column.spoilt}
        empty = [n for n, value in enumerate(column.values) if value is None and present[n] and n not in known]
        spoilt.extend(Spoilt(n, compiled.label, "field.missing", "") for n in empty)
    return values


def _present(slot: CompiledSlot, block: Block, wanted: list[bool]) -> list[bool]:
    """Tell for each line whether it has this slot: its leading field is not empty and its conditions hold."""
    chosen = holds(slot.conditions, block)
    marks = wanted if chosen is None else [a and b for a, b in zip(wanted, chosen, strict=True)]
    leading = next((one for one in slot.fields if one.name == LEADING[slot.noun]), None)
    if leading is None or not leading.sources:
        return marks
    if len(leading.sources) == 1:
        texts = block.columns[leading.sources[0]]
        return [mark and not (text == "" or text.isspace()) for mark, text in zip(marks, texts, strict=True)]
    several = zip(*(block.columns[n] for n in leading.sources), strict=True)
    return [mark and any(text.strip() for text in cells) for mark, cells in zip(marks, several, strict=True)]


def _normalise(found: SlotValues, region: str, spoilt: list[Spoilt]) -> None:
    """Add the kind and the normal form of contacts to their values; what is no contact spoils the line or is kept."""
    values = found.values["value"]
    kinds = found.values.get("kind") or [None] * len(values)
    new_kinds: list[Value] = []
    normals: list[Value] = []
    is_wrong: list[Value] = []
    for n, (value, kind) in enumerate(zip(values, kinds, strict=True)):
        if not found.present[n] or value is None:
            read: tuple[str, str] | Bad = ("", "")
        else:
            read = read_contact(str(value), None if kind is None else str(kind), region)
        is_wrong.append(isinstance(read, Bad))
        if isinstance(read, Bad):
            if not found.slot.keeps_bad:
                spoilt.append(Spoilt(n, _label(found, "value"), read.code, str(value)))
            read = kept_contact(str(value), None if kind is None else str(kind))
        new_kinds.append(read[0])
        normals.append(read[1])
    found.values.update(kind=new_kinds, normal=normals, is_wrong=is_wrong)


def _need_party(owner: SlotValues, parties: list[SlotValues], spoilt: list[Spoilt]) -> None:
    if owner.slot.party is None:
        return
    party = parties[owner.slot.party - 1]
    leading = LEADING[owner.slot.noun]
    lost = [n for n, (here, there) in enumerate(zip(owner.present, party.present, strict=True)) if here and not there]
    spoilt.extend(Spoilt(n, _label(owner, leading), "party.missing", str(owner.values[leading][n])) for n in lost)


def _check_words(single: dict[str, SlotValues], spoilt: list[Spoilt]) -> None:
    """Spoil lines whose zone or currency no one knows; both come as text, and a wrong one must not get in."""
    for noun, name, code, knows in (
        ("obligor", "zone", "zone.unknown", is_zone),
        ("account", "currency", "money.no_such_currency", is_currency),
    ):
        values = single[noun].values.get(name, []) if noun in single else []
        for n, value in enumerate(values):
            if value is not None and single[noun].present[n] and not knows(str(value)):
                spoilt.append(Spoilt(n, _label(single[noun], name), code, str(value)))


def _label(found: SlotValues, name: str) -> str:
    return next((one.label for one in found.slot.fields if one.name == name), name)


@lru_cache(maxsize=1000)
def is_zone(name: str) -> bool:
    """Tell whether a name is an IANA time zone."""
    return name in available_timezones()


@lru_cache(maxsize=1000)
def is_currency(code: str) -> bool:
    """Tell whether a text has the form of an ISO 4217 code."""
    return len(code) == len("CNY") and code.isascii() and code.isalpha() and code.isupper()
