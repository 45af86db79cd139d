"""What does a text say once width, blanks, fillers and traditional characters are out of the way, and where stood it?

The plain text is lower case and simplified; each of its characters knows its place in the text as it was written.
Everything here takes time in proportion to the text.
"""

from collections.abc import Mapping
from typing import NamedTuple

from backend.compliance.phrase_books import Reading

FULL_WIDTH_FIRST, FULL_WIDTH_LAST, FULL_WIDTH_SHIFT = "\uff01", "\uff5e", 0xFEE0
IDEOGRAPHIC_SPACE = "\u3000"
CHINESE_FIRST, CHINESE_LAST = "\u4e00", "\u9fff"
PHONE_CHARACTERS = frozenset("0123456789+-() ")
FIELD_LENGTH_MAX = 40
TITLE_LENGTH_MAX = 4
MONEY_LENGTH_MAX = 8
DATE_PARTS = 3
YEAR_DIGITS = 4

Span = tuple[int, int]


class Plain(NamedTuple):
    """The plain text; `origin[i]` is where character i stood, `origin[-1]` the end; `sentence[i]` counts sentences."""

    text: str
    origin: list[int]
    sentence: list[int]

    def place(self, span: Span) -> Span:
        """Return where a span of the plain text stood."""
        start, end = span
        return self.origin[start], self.origin[end - 1] + 1


def plain(written: str, reading: Reading, traditional: Mapping[str, str]) -> Plain:
    """Return a text without what hides words: width, case, blanks and fillers between Chinese characters."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(written):
        if character not in reading.dropped:
            folded.append(_folded(character, reading, traditional))
            places.append(place)
    out: list[str] = []
    origin: list[int] = []
    at = 0
    while at < len(folded):
        run = at
        while run < len(folded) and (folded[run] in reading.fillers or folded[run] == "\n"):
            run += 1
        if run == at:
            out.append(folded[at])
            origin.append(places[at])
            at += 1
            continue
        after = written[places[run]] if run < len(folded) else ""
        for offset, kept in _kept(folded[at:run], out[-1] if out else "", after):
            out.append(kept)
            origin.append(places[at + offset])
        at = run
    text = "".join(out)
    return Plain(text, [*origin, len(written)], _sentences(text, reading))


def _folded(character: str, reading: Reading, traditional: Mapping[str, str]) -> str:
    if FULL_WIDTH_FIRST <= character <= FULL_WIDTH_LAST:
        character = chr(ord(character) - FULL_WIDTH_SHIFT)
    elif character in reading.blanks or character == IDEOGRAPHIC_SPACE:
        return " "
    character = reading.folded.get(character, character)
    if "A" <= character <= "Z":
        return chr(ord(character) + 32)
    return traditional.get(character, character)


def _kept(run: list[str], before: str, after: str) -> list[tuple[int, str]]:
    """Return what is left of a run of fillers: nothing inside a Chinese word, one blank for several, a line's end."""
    if "\n" in run:
        is_wrapped = run.count("\n") == 1 and (before == "," or is_word_character(before)) and "a" <= after <= "z"
        return [(run.index("\n"), " " if is_wrapped else "\n")]
    if _is_chinese(before) and _is_chinese(after):
        return []
    return [(offset, one) for offset, one in enumerate(run) if one != " " or offset == 0 or run[offset - 1] != " "]


def _is_chinese(character: str) -> bool:
    return CHINESE_FIRST <= character <= CHINESE_LAST


def is_word_character(character: str) -> bool:
    """Say whether a character goes on with a word that is written in letters."""
    return "a" <= character <= "z" or "0" <= character <= "9"


def _sentences(text: str, reading: Reading) -> list[int]:
    numbers: list[int] = []
    count = 0
    for at, character in enumerate(text):
        numbers.append(count)
        if character in reading.sentence_ends or (character == "." and _is_full_stop(text, at, reading)):
            count += 1
    return numbers


def _is_full_stop(text: str, at: int, reading: Reading) -> bool:
    if at + 1 < len(text) and text[at + 1] not in {" ", "\n"}:
        return False
    start = at
    while start > 0 and at - start < TITLE_LENGTH_MAX and is_word_character(text[start - 1]):
        start -= 1
    return text[start:at] not in reading.titles


def numbers(text: str, reading: Reading) -> list[Span]:
    """Return where numbers stand, in digits or in Chinese numerals: 1,250.00, 5万, 三千五百."""
    found: list[Span] = []
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and _goes_on(text, at, end, reading):
            end += 1
        if end > at:
            found.append((at, end))
        at = max(end, at + 1)
    return found


def _goes_on(text: str, start: int, at: int, reading: Reading) -> bool:
    character = text[at]
    if "0" <= character <= "9" or character in reading.numerals:
        return True
    return (
        character in {",", "."} and start < at < len(text) - 1 and _is_digit(text[at - 1]) and _is_digit(text[at + 1])
    )


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"


def amounts(text: str, found: list[Span], reading: Reading) -> list[Span]:
    """Return which numbers are money, with the currency before or after them."""
    money = []
    for start, end in found:
        first, last = _money_before(text, start, reading), _money_after(text, start, end, reading)
        if first < start or last > end:
            money.append((first, last))
    return money


def _money_before(text: str, start: int, reading: Reading) -> int:
    """Return where the currency before a number begins, `start` when there is none."""
    at = start - 1 if start > 0 and text[start - 1] == " " else start
    head = text[max(at - MONEY_LENGTH_MAX, 0) : at]
    for sign in reading.money_before:
        begins = at - len(sign)
        if head.endswith(sign) and _is_whole(text, begins, at, sign):
            return begins
    return start


def _money_after(text: str, start: int, end: int, reading: Reading) -> int:
    """Return where the currency after a number ends, `end` when there is none."""
    at = end + 1 if text[end : end + 1] == " " else end
    for unit in reading.money_after:
        ends = at + len(unit)
        if not text.startswith(unit, at) or not _is_whole(text, at, ends, unit):
            continue
        if text[ends : ends + 1] and text[ends] in reading.no_money_when.get(unit, ""):
            continue
        # 一块, two characters, is as often "together" as it is money.
        if unit == "块" and end - start == 1 and not _is_digit(text[start]) and text[ends : ends + 1].strip(",。!?; "):
            continue
        return ends
    return end


def _is_whole(text: str, start: int, end: int, word: str) -> bool:
    """Say whether a word in letters does not go on before or after."""
    if is_word_character(word[0]) and start > 0 and "a" <= text[start - 1] <= "z":
        return False
    return not (is_word_character(word[-1]) and end < len(text) and is_word_character(text[end]))


def phones(text: str, reading: Reading) -> list[Span]:
    """Return where telephone numbers stand; a date is none."""
    found: list[Span] = []
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and text[end] in PHONE_CHARACTERS:
            end += 1
        digits = [place for place in range(at, end) if _is_digit(text[place])]
        if reading.phone_digits_min <= len(digits) <= reading.phone_digits_max:
            first = digits[0] - 1 if digits[0] > at and text[digits[0] - 1] in {"+", "("} else digits[0]
            if not _is_date(text[first : digits[-1] + 1]):
                found.append((first, digits[-1] + 1))
        at = max(end, at + 1)
    return found


def _is_date(run: str) -> bool:
    parts = run.split("-")
    return len(parts) == DATE_PARTS and len(parts[0]) == YEAR_DIGITS and all(len(part) in {1, 2} for part in parts[1:])


def premium_numbers(text: str, found: list[Span], reading: Reading) -> list[Span]:
    """Return which telephone numbers cost more than a call."""
    return [
        span
        for span in found
        if "".join(one for one in text[span[0] : span[1]] if one == "+" or _is_digit(one)).startswith(
            tuple(reading.premium_starts)
        )
    ]


def fields(text: str, reading: Reading) -> dict[str, list[Span]]:
    """Return the fields of a template by what they stand for: `{amount}`, `{{days_overdue}}`, `{金额}`."""
    group_of = {name: group for group, names in reading.fields.items() for name in names}
    found: dict[str, list[Span]] = {group: [] for group in reading.fields}
    at = text.find("{")
    while at != -1:
        opened = at
        while text.startswith("{", opened):
            opened += 1
        closed = text.find("}", opened, opened + FIELD_LENGTH_MAX)
        if closed != -1:
            for group in _groups_of(text[opened:closed].rpartition("{")[2].strip(), group_of):
                found[group].append((at, closed + 1))
        at = text.find("{", max(closed, opened))
    return found


def _groups_of(name: str, group_of: Mapping[str, str]) -> set[str]:
    """Return what a field stands for by its name or by one of the words of its name: `overdue_amount`."""
    return {group_of[part] for part in (name, *name.replace(".", "_").split("_")) if part in group_of}
