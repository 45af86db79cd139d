"""Is an outbox that was written before an update still understood?"""

import json
from pathlib import Path

import msgspec
import pytest

from backend.sync.mutations import MUTATIONS, UnknownKindError, read_body

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_batch_of_an_older_release_is_read_whole(path: Path) -> None:
    """OF-2: the server takes the mutation schemas of the last 90 days."""
    for item in json.loads(path.read_text(encoding="utf-8")):
        body = read_body(item["kind"], item["schema"], msgspec.Raw(json.dumps(item["body"]).encode()))
        assert isinstance(body, MUTATIONS[item["kind"]].body)
        known = msgspec.to_builtins(body)
        for name, value in item["body"].items():
            if not isinstance(value, dict | list) and not str(value).startswith("2026-"):
                assert known[name] == value


def test_every_older_schema_has_its_way_up_and_its_recorded_batch() -> None:
    recorded = {
        (item["kind"], item["schema"]) for path in RECORDED for item in json.loads(path.read_text(encoding="utf-8"))
    }
    for name, kind in MUTATIONS.items():
        assert set(kind.upcasters) == set(range(1, kind.schema))
        assert {(name, older) for older in kind.upcasters} <= recorded


@pytest.mark.parametrize(("kind", "schema"), [("visit.record", 6), ("visit.record", 0), ("no.such", 1)])
def test_what_nobody_wrote_is_not_guessed(kind: str, schema: int) -> None:
    with pytest.raises(UnknownKindError):
        read_body(kind, schema, msgspec.Raw(b"{}"))


def test_an_unknown_field_is_refused_not_dropped() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        read_body("duty.end", 1, msgspec.Raw(b'{"surprise":1}'))
