"""Does a reader of what strangers send fall over what the fuzzer makes of it? A fixed budget; `make fuzz` for more."""

import json
from pathlib import Path

import msgspec
import pytest

from backend.sync.mutations import MUTATIONS, read_body
from tests.fuzz import seeds
from tests.fuzz.planted import PLANTED
from tests.fuzz.run import fuzz
from tests.fuzz.targets import TARGETS


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_comes_breaks_its_reader(target: str, tmp_path: Path) -> None:
    """AD-4: every input ends in an answer or in a refusal in words, and what once broke something does so no more."""
    outcome = fuzz(target, tmp_path, runs=TARGETS[target].runs)
    assert outcome.finding is None, f"{outcome.artifact}\n{outcome.finding}"
    assert outcome.runs >= TARGETS[target].runs
    assert outcome.covered > 0, "the fuzzer saw no branch: nothing was instrumented"


def test_the_fuzzer_begins_at_items_that_are_read() -> None:
    """Else it begins at a refusal, and never comes to what stands behind."""
    for name, kind in MUTATIONS.items():
        read_body(name, kind.schema, msgspec.Raw(json.dumps(seeds.example(kind.body)).encode()))


@pytest.mark.slow
@pytest.mark.parametrize("target", PLANTED)
def test_the_fuzzer_finds_what_was_planted(target: str, tmp_path: Path) -> None:
    outcome = fuzz(target, tmp_path, runs=PLANTED[target].runs)
    assert outcome.finding is not None, f"{outcome.runs} inputs, nothing found"
    assert "PlantedError" in outcome.finding
