"""Does a phone get the same law, whole, with clocks that are small and enough?"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from backend.compliance.choosing import hash_of, shipped_packs
from backend.compliance.packs import Pack
from backend.compliance.snapshot import ZoneTable, snapshot
from backend.compliance.zones import DAY, Zone, instant_of, zone_named
from tests.backend.compliance.situations import ZONES

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
EXPIRES = datetime(2026, 12, 2, tzinfo=UTC)
KIB = 1024


def test_each_pack_read_back_is_the_same_pack_with_the_same_hash() -> None:
    """What is left out is what the reader puts back: `direction: null` is not its default and must be told."""
    told = msgspec.json.decode(msgspec.json.encode(snapshot(shipped_packs(), [], EXPIRES, now=NOW)))
    back = [msgspec.convert(held["pack"], Pack) for held in told["packs"]]
    assert back == list(shipped_packs())
    assert [held["sha256"] for held in told["packs"]] == [hash_of(pack) for pack in shipped_packs()]


def test_the_cut_clocks_show_what_the_whole_ones_do_from_last_year_to_three_years_on() -> None:
    cut = snapshot([], ZONES, EXPIRES, now=NOW).zones
    first, last = (instant_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (2025, 2030))
    for name in ZONES:
        whole, part = zone_named(name), Zone(name, cut[name].starts, cut[name].offsets)
        moments = [
            *range(first, last, DAY // 4),
            *(at + n for at in whole.starts if first < at < last for n in (-1, 0)),
        ]
        assert [part.local(at) for at in moments] == [whole.local(at) for at in moments], name
        days = range(first // DAY + 2, last // DAY - 2)
        assert [part.start_of(day) for day in days] == [whole.start_of(day) for day in days], name


def test_a_zone_without_changes_is_one_line_and_an_unknown_name_is_left_out() -> None:
    zones = snapshot([], ["Asia/Shanghai", "Mars/Olympus_Mons", "", "Asia"], EXPIRES, now=NOW).zones
    start = instant_of(datetime(2025, 1, 1, tzinfo=UTC))
    assert zones == {"Asia/Shanghai": ZoneTable(starts=[start], offsets=[8 * DAY // 24])}


def test_a_snapshot_is_small() -> None:
    told = msgspec.json.encode(snapshot(shipped_packs(), ["Asia/Shanghai", "America/New_York"], EXPIRES, now=NOW))
    assert len(told) < 64 * KIB
    assert b'"expires_at":"2026-12-02T00:00:00Z"' in told


def test_the_clocks_of_the_worked_cases_are_those_that_the_server_makes_now() -> None:
    """pwa/tests/rules/gate.test.ts reckons by this file; a new edition of the tz database writes it anew."""
    lines = Path("tests/vectors/gate.jsonl").read_bytes().splitlines()
    persons = [msgspec.json.decode(line)["situation"].get("person", {}) for line in lines]
    names = sorted({name for person in persons for name in person.get("zones") or []})
    made = {name: {"starts": zone_named(name).starts, "offsets": zone_named(name).offsets} for name in names}
    assert msgspec.json.decode(Path("tests/vectors/zones.json").read_bytes()) == made
