"""Which digits in a text are a card number? The same vectors as on the phone."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.pan import without_pans

VECTORS = Path(__file__).parents[2] / "vectors" / "pan.json"


@pytest.mark.parametrize(("typed", "kept"), msgspec.json.decode(VECTORS.read_bytes(), type=list[tuple[str, str]]))
def test_vectors(typed: str, kept: str) -> None:
    assert without_pans(typed) == kept


@given(st.text(alphabet="0123456789 -*4a", max_size=60))
def test_what_is_hidden_stays_as_it_is(text: str) -> None:
    once = without_pans(text)
    assert len(once) == len(text)
    assert without_pans(once) == once
