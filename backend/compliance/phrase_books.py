"""Which phrases does the text lint know, and how is one written? Data files, one a language, and how texts are read.

A pattern is a row of slots: `police|sheriff .. arrest*|jail` is one of the words before, then within the language's
gap and inside the same sentence one of those after; ` + ` means right beside it. A word that ends in `*` is a
beginning. `<amount>`, `<number>`, `<phone>`, `<premium>`, `<business>` and `<person>` are read out of the text. No
regular expression comes from a file, so that every text is read in linear time.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from backend.compliance.schemas import CollectorKind, Lacks, Says

PHRASES_MAX, WORDS_MAX, SLOTS_MAX, WORD_LENGTH_MAX = 300, 80, 4, 60
BESIDE = 1
TOKENS = frozenset({"<amount>", "<number>", "<phone>", "<premium>", "<business>", "<person>"})
LANGUAGES = ("en", "zh")

_JOINT = re.compile(r" (\.\.|\+) ")

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Texts = Annotated[list[Text], Meta(max_length=PHRASES_MAX)]
Distance = Annotated[int, Meta(ge=0, le=80)]


class PhraseWrongError(Exception):
    """A phrase file that the lint cannot use."""


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One phrase, what it shows, a text that it must find and one, near to it, that it must not.

    `unless`: words that undo it when they stand around it. `by`: only said by these it is what it shows.
    """

    id: Text
    fact: Text
    find: Annotated[list[Annotated[str, Meta(min_length=1, max_length=2000)]], Meta(min_length=1, max_length=10)]
    hit: Text
    miss: Text
    unless: Texts = []
    by: list[CollectorKind] = []
    never_negated: bool = False


class PhraseBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All phrases of a language. Distances are in characters.

    `gap`: at most so far lie two slots apart. `before`: so far before a phrase a negation undoes it, `around`: so far
    around it a word of `unless`. `reported`: what follows is told of somebody else.
    """

    language: Text
    gap: Distance
    before: Distance
    around: Distance
    negations: Texts
    negations_inside: Texts
    reported: Texts
    says: Annotated[list[Phrase], Meta(max_length=PHRASES_MAX)]
    shows: Annotated[list[Phrase], Meta(max_length=PHRASES_MAX)]
    voicemail: Annotated[list[Phrase], Meta(max_length=PHRASES_MAX)]
    third_person_safe: Texts
    traditional: dict[str, str]


class RulesFed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rules of the shipped packs look at a fact."""

    says: dict[Says, list[Text]]
    lacks: dict[Lacks, list[Text]]


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How any text is read: characters that mean nothing, ends of sentences, money, telephone numbers, fields."""

    dropped: str
    fillers: str
    blanks: str
    folded: dict[str, str]
    sentence_ends: str
    clause_ends: str
    titles: Texts
    numerals: str
    money_before: Texts
    money_after: Texts
    no_money_when: dict[str, str]
    phone_digits_min: int
    phone_digits_max: int
    premium_starts: Texts
    fields: dict[str, Texts]
    rules: RulesFed


class Slot(NamedTuple):
    """One of these words or tokens, at most so many characters after the slot before."""

    gap: int
    words: tuple[str, ...]


class ReadyPhrase(NamedTuple):
    """A phrase with its patterns taken apart."""

    phrase: Phrase
    patterns: tuple[tuple[Slot, ...], ...]


class ReadyBook(NamedTuple):
    """A language, ready to be looked for."""

    book: PhraseBook
    says: tuple[ReadyPhrase, ...]
    shows: tuple[ReadyPhrase, ...]
    voicemail: tuple[ReadyPhrase, ...]


@cache
def shipped_book(language: str) -> ReadyBook:
    """Return the phrases of a language (`zh`, `en`) that come with the product."""
    if language not in LANGUAGES:
        raise PhraseWrongError(f"no phrases for {language!r}")
    return read_book((files("backend.compliance") / "phrases" / f"{language}.json").read_bytes())


@cache
def shipped_reading() -> Reading:
    """Return how texts are read."""
    return msgspec.json.decode((files("backend.compliance") / "phrases" / "reading.json").read_bytes(), type=Reading)


def read_book(text: bytes) -> ReadyBook:
    """Read a file of phrases; raises PhraseWrongError or msgspec.ValidationError."""
    book = msgspec.json.decode(text, type=PhraseBook)
    every = [*book.says, *book.shows, *book.voicemail]
    if len({phrase.id for phrase in every}) != len(every):
        raise PhraseWrongError("two phrases with one id")
    return ReadyBook(
        book,
        tuple(_ready(phrase, book.gap) for phrase in book.says),
        tuple(_ready(phrase, book.gap) for phrase in book.shows),
        tuple(_ready(phrase, book.gap) for phrase in book.voicemail),
    )


def _ready(phrase: Phrase, gap: int) -> ReadyPhrase:
    return ReadyPhrase(phrase, tuple(_slots(phrase.id, pattern, gap) for pattern in phrase.find))


def _slots(phrase_id: str, pattern: str, gap: int) -> tuple[Slot, ...]:
    parts = _JOINT.split(pattern)
    slots = [Slot(0, _words(phrase_id, parts[0]))]
    for joint, words in zip(parts[1::2], parts[2::2], strict=True):
        slots.append(Slot(gap if joint == ".." else BESIDE, _words(phrase_id, words)))
    if len(slots) > SLOTS_MAX:
        raise PhraseWrongError(f"{phrase_id}: more than {SLOTS_MAX} slots")
    return tuple(slots)


def _words(phrase_id: str, written: str) -> tuple[str, ...]:
    words = tuple(written.split("|"))
    if len(words) > WORDS_MAX or any(not 0 < len(word.rstrip("*")) <= WORD_LENGTH_MAX for word in words):
        raise PhraseWrongError(f"{phrase_id}: too many words in {written[:30]!r}, or one that is empty or too long")
    unknown = [word for word in words if word.startswith("<") and word not in TOKENS]
    if unknown:
        raise PhraseWrongError(f"{phrase_id}: nothing is called {unknown[0]}")
    return words
