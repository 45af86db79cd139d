"""What must be done once a run, before the first line: a mapping made ready for one header and one day."""

from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from backend.integrations.rules.columns import Compiled, Context, as_field, compile_conditions, compile_field
from backend.integrations.rules.nouns import LEADING, LISTS, field_of
from backend.integrations.schemas import Mapping, Slot, Sources

Condition = tuple[int, Callable[[str], bool]]


class CompiledSlot(msgspec.Struct, frozen=True):
    """One noun of a line, ready to read; `number` tells the slots of one noun apart (from 1)."""

    noun: str
    number: int
    party: int | None
    keeps_bad: bool
    fields: list[Compiled]
    conditions: tuple[Condition, ...]


class CompiledMapping(msgspec.Struct, frozen=True):
    """A mapping ready for one header and one day; `changeable` are table columns, by noun."""

    mapping: Mapping
    as_of: date
    line_conditions: tuple[Condition, ...]
    obligor: CompiledSlot | None
    account: CompiledSlot | None
    balance: CompiledSlot | None
    slots: dict[str, list[CompiledSlot]]
    changeable: dict[str, frozenset[str]]


def compile_mapping(mapping: Mapping, header: Sequence[str], as_of: date) -> CompiledMapping:
    """Prepare a mapping that has no flaws for this header (rules.flaws)."""
    currency = as_field(mapping.account["currency"]).from_ if "currency" in mapping.account else []
    context = Context(
        places={name: n for n, name in enumerate(header)},
        mapping=mapping,
        as_of=as_of,
        currency_column=currency[0] if currency else None,
    )
    lists = {noun: slots_of(mapping, noun) for noun in LISTS}
    slots = {
        noun: [_compile_slot(noun, n, slot, context) for n, slot in enumerate(found, start=1)]
        for noun, found in lists.items()
    }
    single = {"obligor": mapping.obligor, "account": mapping.account, "balance": mapping.balance}
    return CompiledMapping(
        mapping=mapping,
        as_of=as_of,
        line_conditions=compile_conditions(mapping.rows, context),
        obligor=_compile_single("obligor", mapping.obligor, context),
        account=_compile_single("account", mapping.account, context),
        balance=_compile_single("balance", mapping.balance, context),
        slots=slots,
        changeable={noun: _changeable(noun, [sources]) for noun, sources in single.items()}
        | {noun: _changeable(noun, [slot.fields for slot in found]) for noun, found in lists.items()},
    )


def slots_of(mapping: Mapping, noun: str) -> list[Slot]:
    """Return the slots of a noun of which a line may carry several."""
    slots: list[Slot] = getattr(mapping, noun)
    return slots


def _compile_single(noun: str, sources: Sources, context: Context) -> CompiledSlot | None:
    return _compile_slot(noun, 1, Slot(fields=sources), context) if sources else None


def _compile_slot(noun: str, number: int, slot: Slot, context: Context) -> CompiledSlot:
    fields: list[Compiled] = []
    for name, source in slot.fields.items():
        noun_field = field_of(noun, name)
        if noun_field is None:
            raise ValueError(f"the mapping was not checked: {noun}.{name}")
        fields.append(compile_field(name, source, noun_field, context))
    leading = slot.fields.get(LEADING.get(noun, ""), "")
    return CompiledSlot(
        noun=noun,
        number=number,
        party=slot.party,
        keeps_bad=as_field(leading).on_bad == "keep",
        fields=fields,
        conditions=compile_conditions(slot.when, context),
    )


def _changeable(noun: str, sources: Sequence[Sources]) -> frozenset[str]:
    names = {name for one in sources for name, source in one.items() if not as_field(source).only_new}
    columns = {field.column for name in names if (field := field_of(noun, name)) is not None}
    return frozenset(columns - {"external_ref", "related_party_id"})
