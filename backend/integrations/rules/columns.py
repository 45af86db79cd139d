"""How does a field of a mapping become a column of values for a block of lines?

A mapping is compiled once a run: each field becomes a function from the cells it needs to one value, remembered per
text, because the cells of a book repeat (days, codes, currencies).
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache

import msgspec

from backend.integrations.reading.blocks import Block
from backend.integrations.rules import cells
from backend.integrations.rules.cells import Bad
from backend.integrations.rules.nouns import NounField
from backend.integrations.schemas import Field, Mapping, Source, When

REMEMBERED = 20_000
"""Texts remembered a field: bounded, so that a column of unique values costs a fixed amount of memory."""
Value = str | int | float | bool | date | None
Reads = Callable[..., Value | Bad]


class Spoilt(msgspec.Struct, frozen=True):
    """A cell that could not be read: which line of the block, which column, why, and the text."""

    n: int
    column: str
    code: str
    value: str


class Column(msgspec.Struct, frozen=True):
    """The values of one field for the lines of a block; a spoilt cell is None among the values."""

    values: list[Value]
    spoilt: list[Spoilt]


class Context(msgspec.Struct, frozen=True):
    """What the reading of a cell depends on beside its text."""

    places: dict[str, int]
    mapping: Mapping
    as_of: date
    currency_column: str | None


class Compiled(msgspec.Struct, frozen=True):
    """A field ready to read: the columns it takes, the function, the condition, what stands when it fails.

    `shown` are the columns whose cells are told when the field cannot be read.
    """

    name: str
    sources: tuple[int, ...]
    shown: tuple[int, ...]
    label: str
    reads: Reads
    conditions: tuple[tuple[int, Callable[[str], bool]], ...]
    otherwise: Value | Bad


def as_field(source: Source) -> Field:
    """Return the long form of a source."""
    return Field(from_=[source]) if isinstance(source, str) else source


def compile_field(name: str, source: Source, noun_field: NounField, context: Context) -> Compiled:
    """Prepare a field for reading; the mapping must have passed `flaws_of` for this header."""
    field = as_field(source)
    sources = list(field.from_)
    if field.plus_months_of is not None:
        sources.append(field.plus_months_of)
    if noun_field.kind == "money" and context.currency_column is not None:
        sources.append(context.currency_column)
    reads = lru_cache(maxsize=REMEMBERED)(_reader(field, noun_field, context))
    return Compiled(
        name=name,
        sources=tuple(context.places[column] for column in sources),
        shown=tuple(context.places[column] for column in field.from_),
        label=", ".join(field.from_) or name,
        reads=reads,
        conditions=compile_conditions(field.when, context),
        otherwise=_value_reader(field, noun_field, context)(field.default, ("", "")) if field.default else None,
    )


def compile_conditions(when: Sequence[When], context: Context) -> tuple[tuple[int, Callable[[str], bool]], ...]:
    """Prepare conditions: (place of the column, test of its text)."""
    return tuple((context.places[one.column], lru_cache(maxsize=REMEMBERED)(_test(one, context.as_of))) for one in when)


def holds(conditions: Sequence[tuple[int, Callable[[str], bool]]], block: Block) -> list[bool] | None:
    """Return for each line whether all conditions hold; None when there are none."""
    if not conditions:
        return None
    tests = [[test(cell) for cell in block.columns[place]] for place, test in conditions]
    return tests[0] if len(tests) == 1 else [all(line) for line in zip(*tests, strict=True)]


def read_column(compiled: Compiled, block: Block, wanted: Sequence[bool] | None) -> Column:
    """Read a field for all lines of a block; only cells of `wanted` lines can be spoilt."""
    size = len(block.lines)
    reads = compiled.reads
    if compiled.sources:
        values = [reads(*texts) for texts in zip(*(block.columns[n] for n in compiled.sources), strict=True)]
    else:
        values = [reads("")] * size
    chosen = holds(compiled.conditions, block)
    if chosen is not None:
        values = [value if ok else compiled.otherwise for value, ok in zip(values, chosen, strict=True)]
    bad = [n for n, value in enumerate(values) if type(value) is Bad]
    if not bad:
        return Column(values=[value for value in values if not isinstance(value, Bad)], spoilt=[])
    spoilt = [
        Spoilt(n, compiled.label, value.code, _cell(compiled, block, n))
        for n, value in enumerate(values)
        if isinstance(value, Bad) and (wanted is None or wanted[n])
    ]
    return Column(values=[None if isinstance(value, Bad) else value for value in values], spoilt=spoilt)


def _cell(compiled: Compiled, block: Block, n: int) -> str:
    return " | ".join(block.columns[place][n] for place in compiled.shown)


def _test(when: When, as_of: date) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        stripped = text.strip()
        if when.one_of is not None and stripped not in when.one_of:
            return False
        if when.none_of is not None and stripped in when.none_of:
            return False
        if when.is_empty is not None and (not stripped or cells.is_no_value(stripped)) is not when.is_empty:
            return False
        if when.by_as_of is None:
            return True
        day = None if cells.is_no_value(stripped) else cells.read_date(stripped, when.format)
        return (isinstance(day, date) and day <= as_of) is when.by_as_of

    return test


def _reader(field: Field, noun_field: NounField, context: Context) -> Reads:
    """Return the function from the cells of a field to its value."""
    value_of = _value_reader(field, noun_field, context)
    extra = (field.plus_months_of is not None) + (noun_field.kind == "money" and context.currency_column is not None)

    def read(*texts: str) -> Value | Bad:
        own = texts[: len(texts) - extra] if extra else texts
        more = texts[len(texts) - extra :] if extra else ()
        if field.combine in {"sum", "difference"}:
            return _combined_amount(field, [_text_of(field, [text]) for text in own], lambda text: value_of(text, more))
        text = _text_of(field, own)
        if isinstance(text, Bad):
            return _on_bad(field, text)
        if not text or (noun_field.kind not in {"text", "ref", "code", "contact"} and cells.is_no_value(text)):
            text = field.default
        return None if not text else _on_bad(field, value_of(field.prefix + text, more))

    return read


def _on_bad(field: Field, value: Value | Bad) -> Value | Bad:
    return None if isinstance(value, Bad) and field.on_bad == "empty" else value


def _text_of(field: Field, texts: Sequence[str]) -> str | Bad:
    """Put the cells of a field together and translate the text."""
    stripped = [text.strip() for text in texts]
    if field.constant is not None:
        text = field.joined_by.join([field.constant, *filter(None, stripped)])
    elif field.combine in {"first", "days_since"}:
        text = next(filter(None, stripped), "")
    else:
        text = field.joined_by.join(filter(None, stripped)) if len(stripped) > 1 else stripped[0]
    if field.map and text in field.map:
        return field.map[text]
    if field.otherwise is not None and text:
        return field.otherwise
    return Bad("code.not_in_map") if field.map and text else text


def _combined_amount(
    field: Field, texts: Sequence[str | Bad], value_of: Callable[[str], Value | Bad]
) -> int | Bad | None:
    total: int | None = None
    for place, text in enumerate(texts):
        if isinstance(text, Bad):
            return text
        amount = value_of(text or field.default) if text or field.default else 0
        if isinstance(amount, Bad):
            return amount
        if not isinstance(amount, int):
            raise TypeError("amounts are whole minor units")
        total = amount if place == 0 else (total or 0) + (-amount if field.combine == "difference" else amount)
    return max(total or 0, 0) if field.at_least_zero else total


def _value_reader(field: Field, noun_field: NounField, context: Context) -> Callable[[str, Sequence[str]], Value | Bad]:
    match noun_field.kind:
        case "money":
            return _money_reader(field, noun_field, context)
        case "date":
            return _date_reader(field)
        case "whole":
            return _whole_reader(field, context.as_of)
        case "rate":
            return lambda text, _more: cells.read_rate(text, field.unit or "percent")
        case "code":
            return lambda text, _more: cells.read_code(text, noun_field.allowed, noun_field.synonyms)
        case "flag":
            return lambda text, _more: cells.read_flag(text)
        case "lat" | "lon":
            limit = 90 if noun_field.kind == "lat" else 180
            return lambda text, _more: cells.read_degree(text, limit)
        case _:
            return lambda text, _more: cells.read_text(text, noun_field.chars_max)


def _money_reader(field: Field, noun_field: NounField, context: Context) -> Callable[[str, Sequence[str]], Value | Bad]:
    def read(text: str, more: Sequence[str]) -> Value | Bad:
        currency = (more[-1].strip() if more else "") or context.mapping.currency
        amount = cells.read_amount(text, currency, field.unit or "major", field.rounding)
        if isinstance(amount, Bad) or field.combine in {"sum", "difference"}:
            return amount
        if field.at_least_zero:
            return max(amount, 0)
        return Bad("money.negative") if amount < 0 and not noun_field.may_be_negative else amount

    return read


def _date_reader(field: Field) -> Callable[[str, Sequence[str]], Value | Bad]:
    def read(text: str, more: Sequence[str]) -> Value | Bad:
        day = cells.read_date(text, field.format)
        if field.plus_months_of is None or isinstance(day, Bad):
            return day
        months = cells.read_whole(more[0])
        return months if isinstance(months, Bad) else cells.add_months(day, months)

    return read


def _whole_reader(field: Field, as_of: date) -> Callable[[str, Sequence[str]], Value | Bad]:
    def read(text: str, _more: Sequence[str]) -> Value | Bad:
        # What stands for an empty cell is a number of days, not a date.
        if field.combine != "days_since" or text == field.default:
            number = cells.read_whole(text)
            if isinstance(number, Bad):
                return number
            return max(number, 0) if field.at_least_zero else (Bad("number.negative") if number < 0 else number)
        day = cells.read_date(text, field.format)
        return day if isinstance(day, Bad) else max((as_of - day).days, 0)

    return read
