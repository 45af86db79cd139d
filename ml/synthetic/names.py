"""What are people and companies called? Drawn from common names, with the hard cases in every block.

A surname and a given name drawn apart may by chance be somebody's name; nothing else here belongs to anybody.
"""

import numpy as np

from ml.synthetic.columns import Flags, Ints, Texts, joined, texts, weighted
from ml.synthetic.language import Language

PLAIN, COMPOUND, LONG, RARE, SHORT = range(5)
_SHARES = (0.80, 0.015, 0.02, 0.005, 0.16)


def people_names(rng: np.random.Generator, language: Language, female: Flags) -> Texts:
    """Return a name for each person; rows 3 to 7 hold one of each kind, so that no world lacks the hard cases."""
    size = len(female)
    kind = weighted(rng, _SHARES, size)
    kind[3:8] = np.arange(len(_SHARES))[: max(size - 3, 0)]
    words = language.words
    # The commoner surnames stand first: Zipf's law with a soft head is near enough.
    surname = texts(words.surnames)[weighted(rng, 1 / np.arange(4, 4 + len(words.surnames)), size)]
    given = _given(rng, language, female, short=kind == SHORT)
    compound = _drawn(rng, words.compound_surnames, size)
    rare = _drawn(rng, words.rare_given, size)
    long_first, long_last = _drawn(rng, words.long_first, size), _drawn(rng, words.long_last, size)
    if language.code == "zh":
        plain, hard = joined(surname, given), joined(compound, given)
        return np.select(
            [kind == COMPOUND, kind == LONG, kind == RARE],
            [hard, joined(long_first, "·", long_last), joined(surname, rare)],
            plain,
        )
    return np.select(
        [kind == COMPOUND, kind == LONG, kind == RARE],
        [joined(given, " ", compound), joined(long_first, " ", long_last), joined(rare, " ", surname)],
        joined(given, " ", surname),
    )


def company_names(rng: np.random.Generator, language: Language, size: int) -> Texts:
    """Return a trade name with its legal form, e.g. 枫禾市恒达机械制造有限公司."""
    words = language.words
    brand = joined(_drawn(rng, words.brand_first, size), _drawn(rng, words.brand_second, size))
    if language.code == "zh":
        brand = joined(words.town, brand, _drawn(rng, words.brand_second, size))
    ends = texts(words.company_ends)[weighted(rng, (0.72, 0.12, 0.06, 0.10), size)]
    return joined(brand, _drawn(rng, words.trades, size), ends)


def _given(rng: np.random.Generator, language: Language, female: Flags, *, short: Flags) -> Texts:
    words, size = language.words, len(female)
    first = np.where(female, _drawn(rng, words.given_female, size), _drawn(rng, words.given_male, size))
    second = np.where(female, _drawn(rng, words.given_female, size), _drawn(rng, words.given_male, size))
    if language.code == "zh":
        return joined(first, np.where(short, "", second))
    initial = joined(" ", np.asarray(second, dtype="<U1"), ".")
    return joined(first, np.where(short, initial, ""))


def _drawn(rng: np.random.Generator, words: list[str], size: int) -> Texts:
    pick: Ints = rng.integers(0, len(words), size)
    return texts(words)[pick]
