"""Does a country that nobody thought of need a file and no code? Its law is written below, as its people would."""

from collections.abc import Mapping

import pytest

from backend.compliance.choosing import GENERAL, read_pack, shipped_packs
from backend.compliance.packs import Pack
from backend.compliance.rules import evaluate
from tests.backend.compliance.builder import Case, events, instant, names_of, situation

RURITANIA = """{
  "pack_id": "RU-RITANIA",
  "version": "1934.1",
  "effective_from": "2026-01-01",
  "status": "in_force",
  "modelled_on": "Act of Streslau on the peace of debtors (made up)",
  "applies_when": {"jurisdictions": ["RT"], "person_kinds": ["natural"]},
  "binds": ["natural"],
  "articles": {
    "RT-TIME-01": {"en": "Weekdays 7:30 to 20:00, Saturdays to noon", "zh": "工作日7:30至20:00,周六至12:00", "source": "art. 1", "confidence": "H"},
    "RT-FREQ-01": {"en": "Two calls in three days about one loan", "zh": "同一贷款三日内两次", "source": "art. 2", "confidence": "H"},
    "RT-GAP-01": {"en": "Ninety minutes between two calls", "zh": "两次通话间隔90分钟", "source": "art. 3", "confidence": "H"},
    "RT-STOP-01": {"en": "A dispute stops all but the answer for 14 days", "zh": "异议后14日内仅可答复", "source": "art. 4", "confidence": "H"},
    "RT-3P-01": {"en": "Others are asked for the way once", "zh": "仅可向他人问路一次", "source": "art. 5", "confidence": "H"}
  },
  "rules": [
    {"id": "RT-TIME-01", "kind": "window", "breaks": {"outside": {"agreed": true, "hours": [
      {"start": "07:30", "end": "20:00", "days": [1, 2, 3, 4, 5]}, {"start": "07:30", "end": "12:00", "days": [6]}]}}},
    {"id": "RT-FREQ-01", "kind": "count_window", "when": {"channels": ["voice"]},
      "breaks": {"happened": {"at_least": 2, "kinds": ["attempt", "connect", "conversation"], "days": 3, "per": ["debt_group"]}}},
    {"id": "RT-GAP-01", "kind": "min_gap", "when": {"channels": ["voice"]},
      "breaks": {"happened": {"at_least": 1, "kinds": ["attempt", "failed"], "minutes": 90}}},
    {"id": "RT-STOP-01", "kind": "status_stop", "breaks": {"stands": {"kinds": ["dispute"], "days": 14}},
      "unless": {"channels": ["written"], "templates": ["answer"]}},
    {"id": "RT-3P-01", "kind": "party", "when": {"roles": ["third"]}, "else": "location_only",
      "breaks": {"any": [{"says": ["debt_info"]}, {"happened": {"at_least": 1, "kinds": ["conversation", "visit"]}}]}}
  ]
}"""  # noqa: E501
BASE: dict[str, object] = {"jurisdiction": "RT", "zones": ["Europe/Prague"], "collector": "agency", "channel": "call"}
FRIDAY, SATURDAY, SUNDAY = "2026-11-20", "2026-11-21", "2026-11-22"

TABLE = [
    Case("half past seven", {"now": "07:30"}),
    Case("a second before", {"now": "07:29:59"}, "BLOCK", "RT-TIME-01", "07:30"),
    Case("the last second of a weekday", {"now": "19:59:59"}),
    Case("eight in the evening", {"now": "20:00"}, "BLOCK", "RT-TIME-01", "2026-11-24 07:30"),
    Case("Friday night leads to Saturday", {"now": f"{FRIDAY} 22:00"}, "BLOCK", "RT-TIME-01", f"{SATURDAY} 07:30"),
    Case("Saturday noon leads to Monday", {"now": f"{SATURDAY} 12:00"}, "BLOCK", "RT-TIME-01", "2026-11-23 07:30"),
    Case("Sunday", {"now": f"{SUNDAY} 10:00"}, "BLOCK", "RT-TIME-01", "2026-11-23 07:30"),
    Case("Sunday, agreed", {"now": f"{SUNDAY} 10:00", "agreements": [
         {"kind": "hours", "start": "10:00", "end": "11:00", "days": [7]}]}, "ALLOW", "RT-TIME-01"),
    Case("a wish holds here too", {"agreements": [{"kind": "preference", "start": "18:00", "end": "19:00"}]},
         "BLOCK", "GEN-PREF-01", "18:00"),
    Case("one call in three days", {"history": events(1, "connect", SATURDAY)}),
    Case("two calls in three days", {"history": events(2, "connect", SATURDAY)},
         "BLOCK", "RT-FREQ-01", "2026-11-24 07:30"),
    Case("two calls in four days", {"history": [*events(1, "connect", SATURDAY), *events(1, "connect", FRIDAY)]}),
    Case("two calls about another loan", {"debts": [{"id": "a"}, {"id": "b"}], "about": ["a"],
         "history": events(2, "connect", SATURDAY, debts=["b"])}),
    Case("89 minutes and 59 seconds after a call", {"history": [{"kind": "attempt", "at": "13:30:01"}]},
         "BLOCK", "RT-GAP-01", "15:01"),
    Case("90 minutes after a call", {"history": [{"kind": "attempt", "at": "13:30"}]}),
    Case("the 14th day of a dispute", {"status": [{"kind": "dispute", "from": "2026-11-09 10:00"}]},
         "BLOCK", "RT-STOP-01", "2026-11-24 07:30"),
    Case("the 15th day of a dispute", {"status": [{"kind": "dispute", "from": "2026-11-08 23:59"}]}),
    Case("the answer", {"channel": "letter", "template": "answer", "status": [{"kind": "dispute", "from": "10:00"}]},
         "ALLOW", "RT-STOP-01"),
    Case("a neighbour, once", {"role": "neighbour"}, "ALLOW", "RT-3P-01", None, "location_only"),
    Case("a neighbour, twice", {"role": "neighbour", "history": events(1, "visit", SUNDAY, person="neighbour")},
         "BLOCK", "RT-3P-01"),
    Case("a neighbour hears of it", {"role": "neighbour", "says": ["debt_info"]}, "BLOCK", "RT-3P-01"),
    Case("all at once", {"now": "20:30", "history": [*events(2, "attempt"), {"kind": "attempt", "at": "20:00"}],
         "status": [{"kind": "dispute", "from": "10:00"}]},
         "BLOCK", "RT-FREQ-01 RT-GAP-01 RT-STOP-01 RT-TIME-01", "2026-12-08 07:30"),
    Case("a company is not bound", {"person_kind": "company", "packs": ["RU-RITANIA"], "now": "03:00"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def packs() -> tuple[Pack, ...]:
    """All that there are, and the new one."""
    return (*shipped_packs(), read_pack(RURITANIA.encode()))


@pytest.mark.parametrize("case", TABLE, ids=names_of(TABLE))
def test_a_new_country_is_judged_from_its_file(packs: tuple[Pack, ...], case: Case) -> None:
    verdict = evaluate(situation(BASE, case.given), packs)
    wanted = None if case.earliest is None else instant(case.earliest, "Europe/Prague")
    assert (verdict.decision, verdict.rule_ids, verdict.conditions) == (
        case.decision,
        case.rules.split(),
        case.conditions.split(),
    )
    assert verdict.earliest_allowed_at == wanted


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, ["HOUSE", "RU-RITANIA"]), ({"jurisdiction": "CN"}, ["CN", "HOUSE"])],
    ids=["its own", "another"],
)
def test_it_is_chosen_by_its_place(packs: tuple[Pack, ...], given: Mapping[str, object], expected: list[str]) -> None:
    assert [pack.id for pack in evaluate(situation(BASE, given), packs).packs] == expected


def test_without_its_file_its_people_are_protected_by_all_others(packs: tuple[Pack, ...]) -> None:
    """An unknown place: every pack in force, the strictest wins; with the file it is a place among the others."""
    assert len(evaluate(situation(BASE, {}), shipped_packs()).packs) == 8
    named = [pack.id for pack in evaluate(situation(BASE, {"jurisdiction": "FR"}), packs).packs]
    assert "RU-RITANIA" in named
    assert GENERAL not in named
