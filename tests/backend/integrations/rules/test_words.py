"""Do the words for headers name fields that exist, each word once?"""

from collections import Counter

from backend.integrations.rules.guess import fold
from backend.integrations.rules.nouns import field_of
from backend.integrations.rules.words import MADE_FROM


def test_every_target_is_a_field() -> None:
    assert all(field_of(target.split("/")[0].split(".")[0], target.partition(".")[2]) for target in MADE_FROM)


def test_every_word_is_folded_and_stands_for_one_target() -> None:
    words = [word for found in MADE_FROM.values() for word in found]
    assert [word for word in words if fold(word) != word] == []
    assert [word for word, count in Counter(words).items() if count > 1] == []
