"""What differs between the Chinese and the English world? Words, currency, place, zone and the range of phones.

Both towns are made up and stand in the open sea (East China Sea, north-west Atlantic), so that no coordinate of a
made-up debtor is the door of a real one.
"""

from dataclasses import dataclass

from ml.synthetic import words_en, words_zh
from ml.synthetic.words import Words


@dataclass(frozen=True, slots=True)
class Language:
    """One language's world. Loan sizes are given in yuan and divided by `yuan_per_unit`."""

    code: str
    words: Words
    currency: str
    yuan_per_unit: int
    zone: str
    centre_lat: float
    centre_lon: float
    joins_names: str


LANGUAGES = {
    "zh": Language("zh", words_zh.WORDS, "CNY", 1, "Asia/Shanghai", 30.25, 123.9, ""),
    "en": Language("en", words_en.WORDS, "USD", 7, "America/New_York", 38.5, -70.5, " "),
}
