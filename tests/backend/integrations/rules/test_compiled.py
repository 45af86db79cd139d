"""Is a mapping that was not checked stopped before it reads a line?"""

import pytest
from msgspec.structs import replace

from backend.integrations.rules.compiled import slots_of
from tests.backend.integrations.books import HEADER, MAPPING, compiled


def test_a_mapping_is_made_ready_slot_by_slot() -> None:
    made = compiled()
    assert [(slot.noun, slot.number, slot.party, slot.keeps_bad) for slot in made.slots["contacts"]] == [
        ("contacts", 1, None, False), ("contacts", 2, 1, True),
    ]  # fmt: skip
    assert made.slots["payments"] == []
    assert slots_of(MAPPING, "addresses") == MAPPING.addresses


def test_a_field_that_no_noun_has_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match=r"obligor\.shoe_size"):
        compiled(replace(MAPPING, obligor={"external_ref": "ref", "shoe_size": "late"}))


def test_a_column_that_the_file_has_not_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        compiled(header=HEADER[1:])
