"""Is a pack that does not say what it should refused, and does the right edition of a pack speak on each day?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from backend.compliance.choosing import edition_of, hash_of, read_pack, shipped_packs
from backend.compliance.pack_faults import PackWrongError
from backend.compliance.packs import Pack

ARTICLE = {"en": "x", "zh": "x", "source": "x", "confidence": "H"}
PACK: dict[str, Any] = {
    "pack_id": "XX", "version": "1", "effective_from": "2026-01-01", "status": "in_force", "modelled_on": "made up",
    "applies_when": {"jurisdictions": ["XX"]}, "articles": {"XX-01": ARTICLE},
    "rules": [{"id": "XX-01", "kind": "content", "breaks": {"says": ["threat"]}}],
}  # fmt: skip
SOME_HOURS = {"hours": [{"start": "08:00", "end": "20:00"}]}


def written(**changes: object) -> bytes:
    """Return a pack as a file holds it; `rule` replaces its one rule in part."""
    rule = PACK["rules"][0] | changes.pop("rule", {})
    return msgspec.json.encode(PACK | {"rules": [rule]} | changes)


WRONG: list[tuple[dict[str, object], str]] = [
    ({"articles": {}}, "XX-01: no article"),
    ({"rule": {"excuse": "XX-02"}}, "XX-02 has no article"),
    ({"rule": {"kind": "window"}}, "a window rule speaks of outside"),
    ({"rule": {"kind": "mystery"}}, "mystery"),
    ({"rule": {"colour": "red"}}, "colour"),
    ({"rule": {"breaks": {"says": ["treat"]}}}, "says knows no treat"),
    ({"rule": {"breaks": {"says": []}}}, "says is an empty list"),
    ({"rule": {"breaks": {"any": [{"says": ["treat"]}]}}}, "says knows no treat"),
    ({"rule": {"breaks": {"not": [{"any": [{"lacks": ["opt-out"]}]}]}, "kind": "party"}}, "lacks knows no opt-out"),
    ({"rule": {"when": {"channels": ["telex"]}}}, "channels knows no telex"),
    ({"rule": {"when": {"roles": ["thirds"]}}}, "roles knows no thirds"),
    ({"rule": {"when": {"collectors": ["agncy"]}}}, "agncy"),
    ({"rule": {"unless": {"photos": ["house"]}}}, "house"),
    ({"rule": {"kind": "licence", "breaks": {"missing": ["licence"]}}}, "missing knows no licence"),
    ({"rule": {"kind": "count_window", "breaks": {"happened": {"at_least": 1, "kinds": ["visit"]}}}}, "counts in days"),
    ({"rule": {"kind": "min_gap", "breaks": {"happened": {"at_least": 1, "kinds": ["visit"], "days": 1}}}}, "minutes"),
    ({"rule": {"kind": "cooldown", "breaks": {"happened":
      {"at_least": 1, "kinds": ["visit"], "days": 1, "minutes": 1}}}}, "not both"),
    ({"rule": {"kind": "cooldown", "breaks": {"happened":
      {"at_least": 1, "kinds": ["visit"], "days": 1, "per": ["person"]}}}}, "person"),
    ({"rule": {"kind": "cooldown", "breaks": {"happened":
      {"at_least": 1, "kinds": ["visit"], "days": 1, "channels": ["fax"]}}}}, "channels knows no fax"),
    ({"rule": {"kind": "window", "breaks": {"outside": {}}}}, "either hours or those of the person"),
    ({"rule": {"kind": "window", "breaks": {"outside": {**SOME_HOURS, "of_person": True}}}}, "either hours"),
    ({"rule": {"kind": "window", "breaks": {"outside":
      {"hours": [{"start": "20:00", "end": "08:00"}]}}}}, "20:00 to 08:00"),
    ({"rule": {"else": "Do not tell"}}, "else"),
    ({"effective_to": "2026-01-01"}, "in force for a day"),
    ({"status": "planned"}, "status"),
    ({"pack_id": "xx"}, "pack_id"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), WRONG, ids=[told for _, told in WRONG])
def test_a_slip_of_the_pen_is_found(changes: dict[str, object], told: str) -> None:
    """A rule with an unknown word would never fire, and nobody would hear of it."""
    with pytest.raises((PackWrongError, msgspec.ValidationError), match=told):
        read_pack(written(**changes))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(PackWrongError) as wrong:
        read_pack(written(articles={}, rule={"breaks": {"says": ["treat"]}, "when": {"roles": ["thirds"]}}))
    assert str(wrong.value).count("XX-01: ") == 3


def test_every_pack_that_comes_along_has_a_rule_for_each_article() -> None:
    assert read_pack(written()).pack_id == "XX"
    for pack in shipped_packs():
        excuses = {rule.excuse for rule in pack.rules}
        assert set(pack.articles) - {None} <= {rule.id for rule in pack.rules} | excuses, pack.pack_id


def test_the_hash_of_a_pack_does_not_depend_on_how_its_file_is_written() -> None:
    """Keys in another order, defaults written out."""
    pack = read_pack(written())
    shuffled = dict(reversed(PACK.items())) | {"retention_days": {}, "effective_to": None, "binds": None}
    assert hash_of(read_pack(msgspec.json.encode(shuffled))) == hash_of(pack)
    assert hash_of(read_pack(written(version="2"))) != hash_of(pack)


def edition(version: str, **changes: object) -> Pack:
    """Return an edition of the made-up pack."""
    return read_pack(written(version=version, **changes))


EDITIONS = (
    edition("1", effective_to="2027-01-01"),
    edition("2", effective_from="2027-01-01"),
    edition("3", effective_from="2026-06-01", status="draft"),
)
ORDERS: list[Callable[[tuple[Pack, ...]], tuple[Pack, ...]]] = [lambda held: held, lambda held: held[::-1]]


@pytest.mark.parametrize("order", ORDERS, ids=["in order", "backwards"])
@pytest.mark.parametrize(
    ("on", "version"),
    [("2025-12-31", "3"), ("2026-01-01", "1"), ("2026-12-31", "1"), ("2027-01-01", "2"), ("2040-01-01", "2")],
)
def test_the_edition_in_force_speaks_and_a_draft_only_where_there_is_none(
    order: Callable[[tuple[Pack, ...]], tuple[Pack, ...]], on: str, version: str
) -> None:
    found = edition_of("XX", order(EDITIONS), date.fromisoformat(on))
    assert found is not None
    assert found.version == version


def test_there_is_no_edition_of_an_unknown_name_or_before_the_first() -> None:
    assert edition_of("YY", EDITIONS, date(2026, 1, 1)) is None
    assert edition_of("XX", EDITIONS[:2], date(2025, 12, 31)) is None
