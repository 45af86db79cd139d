"""Does the gate keep what gate.md says of all packs: failing closed, wishes, stops, roundings, the choice of packs?"""

from collections.abc import Mapping
from datetime import date

import msgspec
import pytest

from backend.compliance.choosing import GENERAL, shipped_packs
from backend.compliance.rules import Interval, evaluate, windows
from backend.compliance.schemas import Situation
from tests.backend.compliance.builder import Case, expect, judged, names_of, situation, wire

NONE: dict[str, object] = {"packs": [], "zones": ["Asia/Shanghai"], "collector": "lender", "channel": "call"}
CHOSEN: dict[str, object] = {"zones": ["Europe/Berlin"], "collector": "lender", "channel": "letter"}
WISH = {"kind": "preference", "start": "16:00", "end": "18:00"}
PHOTO: dict[str, object] = {"channel": "photo", "photo_of": "interior"}

FAILING = [
    Case("nothing is named", {}),
    *[Case(f"zones {zones}", {"zones": zones}, "BLOCK", "GEN-FAIL-TZ") for zones in (
        None, [], [""], ["Asia/Atlantis"], ["asia/shanghai"], ["Asia/Shanghai", "Mars/X"], ["localtime"], ["Factory"],
        ["../etc/passwd"], ["America"], ["posix/UTC"], ["right/UTC"], ["x" * 300], ["a\0b"])],
    Case("a zone by its old name", {"zones": ["US/Eastern"]}),
    Case("no history", {"history": None}, "BLOCK", "GEN-FAIL-HISTORY"),
    Case("no content", {"content": None}, "BLOCK", "GEN-FAIL-CONTENT"),
    Case("a pack that there is not", {"packs": ["CN", "MOON"]}, "BLOCK", "GEN-FAIL-PACK"),
    Case("names are exact", {"packs": ["cn"]}, "BLOCK", "GEN-FAIL-PACK"),
    Case("a snapshot a second before its end", {"snapshot_expires_at": "15:00:01"}),
    Case("a snapshot at its end", {"snapshot_expires_at": "15:00"}, "BLOCK", "GEN-FAIL-PACK"),
    Case("a snapshot of unknown end", {"snapshot_expires_at": None}, "BLOCK", "GEN-FAIL-PACK"),
    Case("all at once, and nothing else is judged",
         {"zones": None, "history": None, "content": None, "packs": ["MOON"], "status": [{"kind": "freeze"}]},
         "BLOCK", "GEN-FAIL-CONTENT GEN-FAIL-HISTORY GEN-FAIL-PACK GEN-FAIL-TZ"),
    Case("no condition beside it", {"packs": ["CN"], "role": "heir", "history": None}, "BLOCK", "GEN-FAIL-HISTORY"),
    Case("a photo needs none of them", {**PHOTO, "zones": None, "history": None, "content": None,
         "snapshot_expires_at": "14:00"}),
    Case("but it needs packs that there are", {**PHOTO, "packs": ["MOON"]}, "BLOCK", "GEN-FAIL-PACK"),
    Case("and is judged", {**PHOTO, "packs": ["CN"], "zones": None, "snapshot_expires_at": None},
         "BLOCK", "CN-VISIT-03"),
    Case("a block that ends after the snapshot does not end", {"packs": ["CN"], "now": "23:00",
         "snapshot_expires_at": "2026-11-24 08:00"}, "BLOCK", "CN-TIME-01"),
    Case("one that ends before it does",
         {"packs": ["CN"], "now": "23:00", "snapshot_expires_at": "2026-11-24 08:00:01"},
         "BLOCK", "CN-TIME-01", "2026-11-24 08:00"),
    Case("a photo waits for its consent beyond the snapshot", {**PHOTO, "packs": ["CN"], "snapshot_expires_at": "15:30",
         "agreements": [{"kind": "photo", "from": "16:00"}]}, "BLOCK", "CN-VISIT-03", "16:00"),
]  # fmt: skip

OUT, FREEZE = {"kind": "opt_out"}, {"kind": "freeze"}
WRITTEN = ("sms", "im", "push", "email", "letter")
EVERY = ("call", "robot_call", "voicemail", "visit", *WRITTEN)
STANDING = [
    *[Case(f"{channel} outside a wish", {"channel": channel, "agreements": [WISH]}, "BLOCK", "GEN-PREF-01", "16:00")
      for channel in EVERY if channel != "letter"],
    *[Case(f"{channel} has no wish", {"channel": channel, "agreements": [WISH]}) for channel in ("letter", "photo")],
    Case("the first minute of a wish", {"now": "16:00", "agreements": [WISH]}),
    Case("the last second of a wish", {"now": "17:59:59", "agreements": [WISH]}),
    Case("after the wish", {"now": "18:00", "agreements": [WISH]}, "BLOCK", "GEN-PREF-01", "2026-11-24 16:00"),
    Case("after the wish of one weekday", {"now": "18:00", "agreements": [{**WISH, "days": [1]}]},
         "BLOCK", "GEN-PREF-01", "2026-11-24 00:00"),
    Case("one wish for two debts touches one", {"debts": [{"id": "a"}, {"id": "b"}],
         "agreements": [{**WISH, "debts": ["b"]}]}, "BLOCK", "GEN-PREF-01", "16:00"),
    Case("a wish about another debt", {"debts": [{"id": "a"}, {"id": "b"}], "about": ["a"],
         "agreements": [{**WISH, "debts": ["b"]}]}),
    Case("a wish in two zones", {"zones": ["Asia/Shanghai", "Asia/Tokyo"], "agreements": [WISH]},
         "BLOCK", "GEN-PREF-01", "16:00"),
    Case("a wish in two zones, later", {"now": "17:00", "zones": ["Asia/Shanghai", "Asia/Tokyo"], "agreements": [WISH]},
         "BLOCK", "GEN-PREF-01", "2026-11-24 16:00"),
    Case("agreed hours do not widen a wish",
         {"agreements": [WISH, {"kind": "hours", "start": "14:00", "end": "16:00"}]},
         "BLOCK", "GEN-PREF-01", "16:00"),
    Case("a wish begins to the second", {"now": "15:00:29", "agreements": [{**WISH, "from": "15:00:30"}]}),
    Case("a wish has begun", {"now": "15:00:30", "agreements": [{**WISH, "from": "15:00:30"}]},
         "BLOCK", "GEN-PREF-01", "16:00"),
    Case("wishes that never meet", {"agreements": [WISH, {"kind": "preference", "start": "09:00", "end": "10:00"}]},
         "BLOCK", "GEN-PREF-01"),
    Case("wishes that meet on Sundays", {"agreements": [{**WISH, "days": [1, 2, 3, 4, 5, 6]},
         {"kind": "preference", "start": "09:00", "end": "10:00"}]}, "BLOCK", "GEN-PREF-01", "2026-11-29 09:00"),
    *[Case(f"{channel} after a stop of all", {"channel": channel, "status": [OUT]}, "BLOCK", "GEN-STOP-01")
      for channel in EVERY],
    *[Case(f"{channel} after a stop of calls", {"channel": channel, "status": [{**OUT, "channel": "call"}]},
           "BLOCK", "GEN-STOP-01") for channel in ("call", "robot_call", "voicemail")],
    *[Case(f"{channel} after a stop of calls", {"channel": channel, "status": [{**OUT, "channel": "call"}]})
      for channel in ("visit", *WRITTEN)],
    Case("a call after a stop of robots", {"status": [{**OUT, "channel": "robot_call"}]}),
    Case("a photo after a stop of all", {**PHOTO, "status": [OUT, FREEZE]}),
    *[Case(f"{channel} under a freeze", {"channel": channel, "status": [FREEZE]}, "BLOCK", "GEN-FREEZE-01")
      for channel in EVERY if channel != "letter"],
    Case("a letter under a freeze", {"channel": "letter", "status": [FREEZE]}, "ALLOW", "GEN-FREEZE-01"),
    *[Case(f"an answer by {channel} under a freeze", {"channel": channel, "status": [FREEZE], "template": "answer"},
           "ALLOW", "GEN-FREEZE-01") for channel in WRITTEN],
    *[Case(f"an answer by {channel} under a freeze", {"channel": channel, "status": [FREEZE], "template": "answer"},
           "BLOCK", "GEN-FREEZE-01") for channel in ("call", "robot_call", "voicemail", "visit")],
    Case("a freeze before its first second", {"status": [{**FREEZE, "from": "15:00:00.000001"}]}),
    Case("a freeze ends on a whole minute", {"status": [{**FREEZE, "until": "15:00:00.000001"}]},
         "BLOCK", "GEN-FREEZE-01", "15:01"),
    Case("a freeze that ended", {"status": [{**FREEZE, "until": "15:00"}]}),
    Case("a freeze of the other debt", {"debts": [{"id": "a"}, {"id": "b"}], "about": ["a"],
         "status": [{**FREEZE, "debts": ["b"]}]}),
    Case("two freezes on end",
         {"status": [{**FREEZE, "until": "16:00"}, {**FREEZE, "from": "16:00", "until": "17:30"}]},
         "BLOCK", "GEN-FREEZE-01", "17:30"),
    Case("a minute between two freezes", {"status": [{**FREEZE, "until": "16:00"},
         {**FREEZE, "from": "16:01", "until": "17:30"}]}, "BLOCK", "GEN-FREEZE-01", "16:00"),
    Case("399 days and a bit", {"status": [{**FREEZE, "until": "2027-12-28 15:00"}]},
         "BLOCK", "GEN-FREEZE-01", "2027-12-28 15:00"),
    Case("more than 400 days", {"status": [{**FREEZE, "until": "2027-12-28 15:01"}]}, "BLOCK", "GEN-FREEZE-01"),
    Case("a freeze till the end of time", {"status": [{**FREEZE, "until": "9999-12-31T23:59:59.999999Z"}]},
         "BLOCK", "GEN-FREEZE-01"),
    Case("a freeze since the beginning", {"status": [{**FREEZE, "from": "0001-01-01T00:00:00Z", "until": "16:00"}]},
         "BLOCK", "GEN-FREEZE-01", "16:00"),
    Case("the earliest is after now even on a whole minute", {"now": "14:59:59.999999", "status": [
         {**FREEZE, "until": "15:00"}]}, "BLOCK", "GEN-FREEZE-01", "15:00"),
    *[Case(f"{kind} does nothing by itself", {"status": [{"kind": kind}]}) for kind in
      ("refused", "cease", "attorney", "complaint", "dispute", "bereavement", "incapacity", "insolvency", "lost")],
]  # fmt: skip


@pytest.mark.parametrize("case", FAILING, ids=names_of(FAILING))
def test_what_is_unknown_fails_closed(case: Case) -> None:
    expect(NONE, case)


@pytest.mark.parametrize("case", STANDING, ids=names_of(STANDING))
def test_wishes_and_stops_hold_under_every_pack(case: Case) -> None:
    expect(NONE, case)


PACKS: list[tuple[Mapping[str, object], str]] = [
    ({"jurisdiction": "CN"}, "CN HOUSE"),
    ({"jurisdiction": "US"}, "HOUSE US-REGF"),
    ({"jurisdiction": "US-MA"}, "HOUSE US-MA US-REGF"),
    ({"jurisdiction": "UK"}, "HOUSE UK"),
    ({"jurisdiction": "EU"}, "EU HOUSE"),
    ({"jurisdiction": "IN"}, "HOUSE IN-2022"),
    ({"jurisdiction": "IN", "debts": [{"id": "m", "product": "microfinance"}]}, "HOUSE IN-MFI"),
    ({"jurisdiction": "IN", "debts": [{"id": "m", "product": "microfinance"}, {"id": "c"}]}, "HOUSE IN-2022 IN-MFI"),
    ({"jurisdiction": "IN", "debts": [{"id": "m", "product": "microfinance"}, {"id": "c"}], "about": ["c"]},
     "HOUSE IN-2022"),
    ({"jurisdiction": "IN", "debts": [{"id": "m", "product": "microfinance"}, {"id": "c"}], "about": ["m"]},
     "HOUSE IN-MFI"),
    *[({"jurisdiction": place}, "CN EU HOUSE IN-2022 IN-MFI UK US-MA US-REGF")
      for place in (None, "", "FR", "cn", "HOUSE", "GEN")],
    ({}, "CN EU HOUSE IN-2022 IN-MFI UK US-MA US-REGF"),
    *[({"jurisdiction": place, "person_kind": "company"}, "HOUSE HOUSE-CORP")
      for place in ("CN", "US", "US-MA", "IN", "UK")],
    ({"jurisdiction": "EU", "person_kind": "company"}, "EU HOUSE HOUSE-CORP"),
    ({"jurisdiction": "FR", "person_kind": "company"}, "EU HOUSE HOUSE-CORP"),
    ({"jurisdiction": "CN", "person_kind": "natural", "role": "guarantor"}, "CN HOUSE"),
    ({"jurisdiction": "CN", "packs": ["UK", "EU", "UK"]}, "EU UK"),
    ({"jurisdiction": "CN", "packs": []}, ""),
    ({"packs": ["IN-2026D"]}, "IN-2026D"),
    ({"packs": None, "jurisdiction": "UK"}, "HOUSE UK"),
    ({"jurisdiction": "CN", "history": None}, "CN HOUSE"),
    ({"packs": ["MOON", "CN"]}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), PACKS, ids=[str(given) for given, _ in PACKS])
def test_packs_are_chosen_by_place_person_and_debt(given: Mapping[str, object], expected: str) -> None:
    verdict = judged(CHOSEN, given)
    assert [pack.id for pack in verdict.packs] == expected.split()
    assert {(pack.version, len(pack.sha256)) for pack in verdict.packs} <= {("2026.1", 64)}


def test_a_chosen_pack_that_is_not_in_force_yet_fails_closed() -> None:
    verdict = judged(CHOSEN, {"jurisdiction": "CN", "now": "2025-02-27 12:00", "zones": ["Asia/Shanghai"]})
    assert (verdict.decision, verdict.rule_ids) == ("BLOCK", ["GEN-FAIL-PACK"])
    verdict = judged(CHOSEN, {"jurisdiction": "CN", "now": "2025-02-28 00:00", "zones": ["Asia/Shanghai"]})
    assert (verdict.decision, verdict.rule_ids) == ("ALLOW", [])


def test_without_the_rules_that_always_hold_nothing_is_judged() -> None:
    """A caller who hands over the law of one place only would contact people who said stop."""
    alone = [pack for pack in shipped_packs() if pack.pack_id != GENERAL]
    for given in ({"packs": ["CN"]}, {**PHOTO, "packs": ["CN"]}):
        assert evaluate(situation(NONE, given), alone).rule_ids == ["GEN-FAIL-PACK"]


def test_the_strictest_of_all_packs_wins_and_ids_are_united() -> None:
    """A block of China's beside the second look of the Union's."""
    verdict = judged(NONE, {"packs": ["EU", "CN", "UK"], "now": "22:00", "role": "neighbour", "recording": False})
    assert verdict.decision == "BLOCK"
    assert verdict.rule_ids == ["CN-3P-01", "CN-CALL-01", "CN-TIME-01", "EU-NAT", "UK-3P-01", "UK-TIME-02"]


def test_verdicts_have_the_offset_of_the_first_zone() -> None:
    case: dict[str, object] = {
        "packs": ["CN"],
        "zones": ["Asia/Kolkata", "Asia/Shanghai"],
        "now": "2026-11-23T23:00:00+08:00",
    }
    assert judged(NONE, case).earliest_allowed_at == "2026-11-24T08:00:00+05:30"


REFUSED: list[tuple[Mapping[str, object], str]] = [
    ({"channel": "pigeon"}, "pigeon"),
    ({"role": "friend"}, "friend"),
    ({"weather": "fair"}, "weather"),
    ({"now": "2026-11-23T15:00:00"}, "timezone"),
    ({"now": "yesterday"}, "datetime"),
    ({"now": "1989-12-31T23:59:59Z"}, "1990"),
    ({"now": "2100-01-01T00:00:00Z"}, "2099"),
    ({"debts": []}, "length"),
    ({"about": []}, "length"),
    ({"about": ["debt", "other"]}, "other"),
    ({"debts": [{"id": "a"}, {"id": "a", "product": "mortgage"}]}, "one id"),
    ({"recording": "yes"}, "bool"),
    ({"recording": None}, "bool"),
    ({"holidays": ["2026-13-01"]}, "date"),
    ({"headcount": 0}, "headcount"),
    ({"planned_minutes": -1}, "planned_minutes"),
    ({"agreements": [{"kind": "hours", "start": "18:00", "end": "18:00"}]}, "begin before"),
    ({"agreements": [{"kind": "preference", "start": "22:00", "end": "06:00"}]}, "begin before"),
    ({"agreements": [{"kind": "preference", "start": "24:00", "end": "24:00"}]}, "begin before"),
    ({"agreements": [{"kind": "hours", "start": "18:00"}]}, "need"),
    ({"agreements": [{"kind": "preference", "days": [6, 7]}]}, "need"),
    ({"agreements": [{"kind": "hours", "start": "8:00", "end": "09:00"}]}, "start"),
    ({"agreements": [{"kind": "hours", "start": "08:00", "end": "24:01"}]}, "end"),
    ({"agreements": [{**WISH, "days": [0]}]}, "days"),
    ({"agreements": [{**WISH, "days": []}]}, "days"),
    ({"status": [{"kind": "holiday"}]}, "holiday"),
    ({"history": [{"kind": "attempt"}]}, "at"),
]


@pytest.mark.parametrize(("given", "told"), REFUSED, ids=[str(given) for given, _ in REFUSED])
def test_a_situation_that_contradicts_itself_is_refused_with_a_word_why(given: Mapping[str, object], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        situation(NONE, given)


def test_only_now_and_channel_are_required() -> None:
    """Absent zones and history are unknown, so it is blocked; `[]` is known and none."""
    bare = msgspec.json.decode(b'{"now":"2026-11-23T15:00:00Z","action":{"channel":"call"}}', type=Situation)
    assert evaluate(bare, shipped_packs()).rule_ids == ["GEN-FAIL-HISTORY", "GEN-FAIL-TZ"]
    for field in ("now", "action"):
        lacking = {key: value for key, value in wire(NONE, {}).items() if key != field}
        with pytest.raises(msgspec.ValidationError, match=field):
            msgspec.convert(lacking, Situation)


def open_on(on: str, given: Mapping[str, object]) -> list[str]:
    """Return the windows of a date as wall times without the date."""
    found = windows(
        situation(NONE, given), shipped_packs(), msgspec.convert(on, type=type(situation(NONE, {}).now.date()))
    )
    return [f"{one.start[11:16]}{one.start[19:]} {one.end[11:16]}{one.end[19:]}" for one in found]


def test_windows_are_the_allowed_stretches_of_a_local_day() -> None:
    assert open_on("2026-11-24", {"packs": ["CN"]}) == ["08:00+08:00 22:00+08:00"]
    both = {"packs": ["CN"], "zones": ["Asia/Tokyo", "Asia/Shanghai"]}
    assert open_on("2026-11-24", both) == ["09:00+09:00 22:00+09:00"]
    assert open_on("2026-11-24", {"packs": []}) == ["00:00+08:00 00:00+08:00"]
    assert open_on("2026-11-24", {"packs": ["EU"]}) == []
    assert open_on("2026-11-24", {"packs": ["CN"], "history": None}) == []
    assert open_on("2026-11-24", {"packs": ["CN"], "zones": None}) == []
    wishes = {"packs": ["CN"], "agreements": [WISH, {**WISH, "days": [3]}]}
    assert open_on("2026-11-25", wishes) == ["16:00+08:00 18:00+08:00"]
    frozen = {"packs": ["CN"], "status": [{**FREEZE, "from": "2026-11-24 10:00:30", "until": "2026-11-24 11:59:01"}]}
    assert open_on("2026-11-24", frozen) == ["08:00+08:00 10:00+08:00", "12:00+08:00 22:00+08:00"]


def test_a_window_goes_on_where_one_of_two_permissions_ends_inside_a_minute() -> None:
    """The end of something is no end of the window while something else still holds."""
    late = {"kind": "hours", "start": "22:00", "end": "23:00"}
    ends = {**late, "until": "2026-11-24 22:10:30"}
    assert open_on("2026-11-24", {"packs": ["CN"], "agreements": [ends, late]}) == ["08:00+08:00 23:00+08:00"]
    assert open_on("2026-11-24", {"packs": ["CN"], "agreements": [ends]}) == ["08:00+08:00 22:10+08:00"]


def test_windows_of_a_snapshot_end_with_it_and_do_not_depend_on_the_hour_of_asking() -> None:
    held = {"packs": ["CN"], "snapshot_expires_at": "2026-11-24 10:30:30", "now": "2026-11-24 12:00"}
    assert open_on("2026-11-24", held) == ["08:00+08:00 10:30+08:00"]
    assert open_on("2026-11-23", held) == ["08:00+08:00 22:00+08:00"]
    assert open_on("2026-11-25", held) == []
    assert open_on("2026-11-24", {**held, "snapshot_expires_at": None}) == []


def test_windows_are_judged_by_the_law_of_their_date() -> None:
    """Asked the day before China's pack came into force, about that day and about the next."""
    asked = {"packs": None, "jurisdiction": "CN", "now": "2025-02-27 12:00"}
    assert open_on("2025-02-27", asked) == []
    assert open_on("2025-02-28", asked) == ["08:00+08:00 22:00+08:00"]


BERLIN, CAIRO = "Europe/Berlin", "Africa/Cairo"
DAYS_OF_CHANGE = [
    (BERLIN, "2026-03-29", ("01:30", "03:30"), ["01:30+01:00 03:30+02:00"]),
    (BERLIN, "2026-10-25", ("01:30", "03:30"), ["01:30+02:00 03:30+01:00"]),
    (BERLIN, "2026-03-29", ("02:30", "03:30"), ["03:00+02:00 03:30+02:00"]),
    (BERLIN, "2026-03-29", ("02:10", "02:50"), []),
    (BERLIN, "2026-03-29", ("01:10", "02:50"), ["01:10+01:00 03:00+02:00"]),
    (BERLIN, "2026-10-25", ("02:10", "02:50"), ["02:10+02:00 02:50+02:00", "02:10+01:00 02:50+01:00"]),
    (CAIRO, "2026-04-24", ("00:00", "02:00"), ["01:00+03:00 02:00+03:00"]),
    (CAIRO, "2026-10-29", ("22:30", "24:00"), ["22:30+03:00 00:00+02:00"]),
]


@pytest.mark.parametrize(("zone", "on", "hours", "expected"), DAYS_OF_CHANGE)
def test_days_of_23_and_25_hours_keep_the_wall_clock(
    zone: str, on: str, hours: tuple[str, str], expected: list[str]
) -> None:
    """01:30 twice is 01:30 twice; an edge that does not exist begins at the first minute past it."""
    assert open_on(on, {"zones": [zone], "agreements": [{**WISH, "start": hours[0], "end": hours[1]}]}) == expected


def test_a_window_that_begins_in_a_gap_begins_at_the_first_minute_past_it() -> None:
    given: dict[str, object] = {
        "zones": ["Europe/Berlin"],
        "now": "2026-03-29T01:59:59+01:00",
        "agreements": [{**WISH, "start": "02:30", "end": "03:30"}],
    }
    expect(NONE, Case("", given, "BLOCK", "GEN-PREF-01", "2026-03-29T03:00:00+02:00"))


def test_an_interval_is_half_open_and_written_like_the_earliest_moment() -> None:
    found = windows(situation(NONE, {"packs": ["CN"]}), shipped_packs(), date(2026, 11, 23))
    assert found == [Interval(start="2026-11-23T08:00:00+08:00", end="2026-11-23T22:00:00+08:00")]
