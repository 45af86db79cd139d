"""Does the gate say of each worked case what the law as data says?"""

from pathlib import Path

import msgspec
import pytest

from backend.compliance.choosing import shipped_packs
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Situation

VECTORS = [msgspec.json.decode(line) for line in Path("tests/vectors/gate.jsonl").read_bytes().splitlines()]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_the_worked_cases_of_the_law_come_out_as_written(vector: dict[str, object]) -> None:
    """One file for both languages: pwa/tests/rules/gate.test.ts reads it too."""
    verdict = msgspec.to_builtins(evaluate(msgspec.convert(vector["situation"], Situation), shipped_packs()))
    expected = msgspec.convert(vector["expect"], dict[str, object])
    named = msgspec.convert(expected.pop("rule_ids_include", []), list[str])
    assert set(named) <= set(verdict["rule_ids"])
    assert {key: verdict[key] for key in expected} == expected
