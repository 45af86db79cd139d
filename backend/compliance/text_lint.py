"""What does a script, template or note say, and what does it lack? Prose in, the facts of the contact gate out.

`lint` finds phrases with their places; the gate reads only its `says` and `lacks`. It is a word list, not
understanding: what it does not find may still be said. A text too long to be read to its end is no text that the gate
may judge (`content_of` gives None, and the gate fails closed).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec

from backend.compliance.packs import ROLE_GROUPS
from backend.compliance.phrase_books import LANGUAGES, ReadyBook, ReadyPhrase, Slot, shipped_book, shipped_reading
from backend.compliance.plain_text import (
    Plain,
    Span,
    amounts,
    fields,
    is_word_character,
    numbers,
    phones,
    plain,
    premium_numbers,
)
from backend.compliance.schemas import CollectorKind, Content, Lacks, Role, Says, Template

LENGTH_MAX = 100_000
OCCURRENCES_MAX = 2_000
FOUND_MAX_OF_PHRASE = 20
REPORTED_BEFORE = 40

THIRD = ROLE_GROUPS["third"] - {Role.REPRESENTATIVE, Role.FINANCE_CONTACT, Role.ADMINISTRATOR}
"""The people of a company may hear of what it owes."""
IN_A_NOTE = frozenset(Says) - {Says.DEBT_INFO, Says.SUIT_THREAT}
"""What a note should not tell of its collector; the debt is its subject, and a suit may have been announced."""


class Element(StrEnum):
    """The four things that a limited-content voicemail must say (US-LCM-01); it may say three more."""

    BUSINESS = "business"
    REPLY = "reply"
    PERSON = "person"
    PHONE = "phone"


class Found(msgspec.Struct, frozen=True):
    """A phrase at its place in the text as written (`end` excluded), with the fact and the rules it feeds."""

    start: int
    end: int
    text: str
    phrase: str
    fact: Says
    rules: list[str]


class Lint(msgspec.Struct, frozen=True):
    """What a text says and lacks; `is_cut`: it was too long to be read to its end."""

    says: list[Says]
    lacks: list[Lacks]
    found: list[Found]
    is_cut: bool


class Voicemail(msgspec.Struct, frozen=True):
    """What a limited-content voicemail lacks, and the sentences (start, end) that are none of what it may say."""

    lacks: list[Element]
    beyond: list[Span]


class WarningWhy(StrEnum):
    """Why a note is shown to its writer once more."""

    BANNED = "banned"
    DEBT_TOLD_TO_THIRD_PERSON = "debt_told_to_third_person"


class NoteWarning(msgspec.Struct, frozen=True):
    """A place in a note that a reviewer would stop at. The note is saved all the same."""

    start: int
    end: int
    text: str
    phrase: str
    fact: Says
    rules: list[str]
    why: WarningWhy


class _Text:
    """A text, read once: its tokens, and where each word was already looked for."""

    def __init__(self, written: str) -> None:
        reading = shipped_reading()
        self.written = written[:LENGTH_MAX]
        self.is_cut = len(written) > LENGTH_MAX
        self.plain: Plain = plain(self.written, reading, shipped_book("zh").book.traditional)
        text = self.plain.text
        given = fields(text, reading)
        counted, called = numbers(text, reading), phones(text, reading)
        self.kept: dict[str, list[Span]] = {
            "<number>": counted,
            "<amount>": sorted([*amounts(text, counted, reading), *given["amount"]]),
            "<phone>": sorted([*called, *given["phone"]]),
            "<premium>": premium_numbers(text, called, reading),
            "<business>": given["business"],
            "<person>": given["person"],
        }

    def spans_of(self, word: str) -> list[Span]:
        """Return where a word or token stands, in order."""
        found = self.kept.get(word)
        if found is None:
            found = self.kept[word] = list(self._search(word))
        return found

    def _search(self, word: str) -> Iterator[Span]:
        text, is_beginning = self.plain.text, word.endswith("*")
        letters = word.rstrip("*")
        at, count = text.find(letters), 0
        while at != -1:
            if _stands_alone(text, at, at + len(letters), is_beginning=is_beginning):
                count += 1
                yield at, at + len(letters)
            if count >= OCCURRENCES_MAX:
                self.is_cut = True
                return
            at = text.find(letters, at + 1)

    def is_one_sentence(self, start: int, end: int) -> bool:
        """Say whether a span does not go over the end of a sentence."""
        return self.plain.sentence[start] == self.plain.sentence[end - 1]


def lint(text: str, language: str, *, speaker: CollectorKind = CollectorKind.AGENCY) -> Lint:
    """Return what a text says, in any language, and what it lacks in the language of its reader (`zh`, `en`)."""
    book, read = shipped_book(language), _Text(text)
    rules = shipped_reading().rules.says
    found: dict[tuple[Span, Says], Found] = {}
    for other in (language, *(one for one in LANGUAGES if one != language)):
        for ready in shipped_book(other).says:
            if not ready.phrase.by or speaker in ready.phrase.by:
                fact = Says(ready.phrase.fact)
                for span in _matches(read, ready, shipped_book(other)):
                    found.setdefault((span, fact), _found(read, span, ready.phrase.id, fact, rules[fact]))
    shown = {Lacks(one.phrase.fact) for one in book.shows if next(_matches(read, one, book), None)}
    voicemail = _voicemail(read, book)
    if not voicemail.lacks and not voicemail.beyond:
        shown.add(Lacks.LIMITED_CONTENT)
    return Lint(
        says=sorted({one.fact for one in found.values()}),
        lacks=sorted(frozenset(Lacks) - shown),
        found=sorted(found.values(), key=lambda one: (one.start, one.end, one.phrase)),
        is_cut=read.is_cut,
    )


def content_of(linted: Lint, template: Template | None = None) -> Content | None:
    """Return the facts for the gate, None (unknown: the gate fails closed) when the text was not read to its end."""
    return None if linted.is_cut else Content(template=template, says=linted.says, lacks=linted.lacks)


def is_safe_for_third_person(linted: Lint) -> bool:
    """Say whether a text gives away nothing of a debt, as far as it was read."""
    return not linted.is_cut and Says.DEBT_INFO not in linted.says


def voicemail_of(text: str, language: str) -> Voicemail:
    """Return what a message lacks, or has too much, to be a limited-content voicemail."""
    return _voicemail(_Text(text), shipped_book(language))


def phrases_in(text: str, language: str) -> frozenset[str]:
    """Return the ids of all phrases of a language that stand in a text, whatever they show."""
    read, book = _Text(text), shipped_book(language)
    every = (*book.says, *book.shows, *book.voicemail)
    return frozenset(one.phrase.id for one in every if next(_matches(read, one, book), None))


def note_warnings(text: str, reached: Role | None) -> list[NoteWarning]:
    """Return what a collector should look at again in a note; `reached`: whom the contact reached, None for nobody.

    A warning never keeps a note from being saved: a lost note is worse than a bad one, and a reviewer reads both. What
    the note tells of the client's own words is left out.
    """
    asked = IN_A_NOTE | {Says.DEBT_INFO} if reached in THIRD else IN_A_NOTE
    read = _Text(text)
    warnings = []
    for found in lint(text, "zh").found:
        if found.fact in asked and not _is_reported(read, found.start):
            is_debt = found.fact is Says.DEBT_INFO
            why = WarningWhy.DEBT_TOLD_TO_THIRD_PERSON if is_debt else WarningWhy.BANNED
            warnings.append(NoteWarning(**msgspec.structs.asdict(found), why=why))
    return warnings


def _is_reported(read: _Text, start: int) -> bool:
    """Say whether words like "the client said" stand before a place, in its sentence."""
    at = bisect_left(read.plain.origin, start)
    first = max(at - REPORTED_BEFORE, 0)
    while read.plain.sentence[first] != read.plain.sentence[at]:
        first += 1
    words = [word for language in LANGUAGES for word in shipped_book(language).book.reported]
    return _has_word(read.plain.text[first:at], words)


def _found(read: _Text, span: Span, phrase: str, fact: Says, rules: list[str]) -> Found:
    start, end = read.plain.place(span)
    return Found(start, end, read.written[start:end], phrase, fact, rules)


def _voicemail(read: _Text, book: ReadyBook) -> Voicemail:
    spans = [(ready.phrase.fact, span) for ready in book.voicemail for span in _matches(read, ready, book, most=None)]
    said = {fact for fact, _ in spans}
    covered = {number for _, (start, end) in spans for number in read.plain.sentence[start:end]}
    beyond: dict[int, Span] = {}
    for at, (character, number) in enumerate(zip(read.plain.text, read.plain.sentence, strict=True)):
        if number not in covered and (character.isalnum() or number in beyond):
            beyond[number] = (beyond.get(number, (at, at))[0], at + 1)
    return Voicemail(
        lacks=[element for element in Element if element not in said],
        beyond=[read.plain.place(span) for span in beyond.values()],
    )


def _matches(
    read: _Text, ready: ReadyPhrase, book: ReadyBook, *, most: int | None = FOUND_MAX_OF_PHRASE
) -> Iterator[Span]:
    """Return where a phrase stands and nothing undoes it; at most so many places."""
    count = 0
    for slots in ready.patterns:
        for parts in _rows(read, slots):
            span = (parts[0][0], parts[-1][1])
            if not _is_undone(read, ready, parts, book):
                yield span
                count += 1
                if most is not None and count >= most:
                    return


def _rows(read: _Text, slots: Sequence[Slot]) -> Iterator[list[Span]]:
    """Return each place of the first slot with the nearest places of the others after it, in one sentence."""
    places = [sorted({span for word in slot.words for span in read.spans_of(word)}) for slot in slots]
    for first in places[0]:
        row = [first]
        for slot, others in zip(slots[1:], places[1:], strict=True):
            at = bisect_left(others, (row[-1][1], 0))
            if at == len(others) or others[at][0] > row[-1][1] + slot.gap:
                break
            row.append(others[at])
        if len(row) == len(slots) and read.is_one_sentence(row[0][0], row[-1][1]):
            yield row


def _is_undone(read: _Text, ready: ReadyPhrase, parts: Sequence[Span], book: ReadyBook) -> bool:
    """Say whether a negation stands before or inside a phrase, or a word of its own `unless` around it."""
    text, (start, end) = read.plain.text, (parts[0][0], parts[-1][1])
    around = book.book.around
    if ready.phrase.unless and _has_word(text[max(start - around, 0) : end + around], ready.phrase.unless):
        return True
    if ready.phrase.never_negated or ready.phrase.fact == Says.DEBT_INFO:
        return False
    if _has_word(text[_clause_start(read, start, book.book.before) : start], book.book.negations):
        return True
    inside = [*book.book.negations, *book.book.negations_inside]
    return any(_has_word(text[one[1] : other[0]], inside) for one, other in pairwise(parts))


def _clause_start(read: _Text, start: int, before: int) -> int:
    ends = shipped_reading().clause_ends
    at = start
    while at > 0 and start - at < before:
        if read.plain.text[at - 1] in ends or read.plain.sentence[at - 1] != read.plain.sentence[start]:
            break
        at -= 1
    return at


def _has_word(text: str, words: Sequence[str]) -> bool:
    for word in words:
        at = text.find(word)
        while at != -1:
            if _stands_alone(text, at, at + len(word), is_beginning=False):
                return True
            at = text.find(word, at + 1)
    return False


def _stands_alone(text: str, start: int, end: int, *, is_beginning: bool) -> bool:
    """Say whether a word in letters is a whole one; `is_beginning`: it may go on."""
    if start > 0 and is_word_character(text[start]) and is_word_character(text[start - 1]):
        return False
    if is_beginning or end >= len(text):
        return True
    return not (is_word_character(text[end - 1]) and is_word_character(text[end]))
