"""Do the house's own rules, for everybody and for companies, say what gate.md 4.1 writes?"""

import pytest

from tests.backend.compliance.builder import Case, events, expect, names_of

HOUSE: dict[str, object] = {
    "packs": ["HOUSE"], "zones": ["Asia/Shanghai"], "collector": "lender", "channel": "call",
    "debts": [{"id": "A"}, {"id": "B"}], "about": ["A"],
}  # fmt: skip
CORP: dict[str, object] = {
    "packs": ["HOUSE-CORP"], "zones": ["Asia/Shanghai"], "collector": "lender", "channel": "call",
    "person_kind": "company", "role": "representative",
}  # fmt: skip
SPEAKING = ("attorney", "authorised_person")
FRIDAY, SATURDAY = "2026-11-20", "2026-11-21"


def week(kind: str, first: int = 17, **also: object) -> list[dict[str, object]]:
    """Return seven events on seven days up to today, or on later ones."""
    return [{"kind": kind, "at": f"2026-11-{first + n} 12:00", **also} for n in range(7)]


PLAN = {"kind": "instalment_agreement"}
EVERYBODY = [
    Case("six in seven days", {"history": week("attempt")[1:]}),
    Case("seven in seven days", {"history": week("attempt")}, "BLOCK", "HOUSE-FREQ-01", "2026-11-24 00:00"),
    Case("seven in eight days", {"history": [*week("attempt", 16)[:1], *week("attempt")[1:]]}),
    *[Case(f"{who} is bound", {"collector": who, "history": week("attempt")},
           "BLOCK", "HOUSE-FREQ-01", "2026-11-24 00:00") for who in ("agency", "debt_buyer")],
    Case("a robot is bound", {"channel": "robot_call", "history": week("connect")},
         "BLOCK", "HOUSE-FREQ-01", "2026-11-24 00:00"),
    Case("consent does not lift it",
         {"history": week("attempt"), "agreements": [{"kind": "call", "from": "2026-11-20 10:00"},
          {"kind": "frequency"}]},
         "BLOCK", "HOUSE-FREQ-01", "2026-11-24 00:00"),
    Case("failed ones do not count", {"history": week("failed")}),
    Case("one failed", {"history": [*week("failed")[:1], *week("attempt")[1:]]}),
    Case("the client's calls do not count", {"history": week("conversation", direction="in")}),
    Case("about the other debt", {"history": week("attempt", debts=["B"])}),
    Case("under one account", {"debts": [{"id": "A", "group": "g"}, {"id": "B", "group": "g"}],
         "history": week("attempt", debts=["B"])}, "BLOCK", "HOUSE-FREQ-01", "2026-11-24 00:00"),
    Case("a text", {"channel": "sms", "history": week("attempt")}),
    Case("a company is a person too", {"person_kind": "company", "history": week("attempt")},
         "BLOCK", "HOUSE-FREQ-01", "2026-11-24 00:00"),
    *[Case(f"the {role} may be called", {"role": role, "history": week("attempt", person=role)}) for role in SPEAKING],
    *[Case(f"a plan stops a {channel}", {"channel": channel, "status": [PLAN]}, "BLOCK", "HOUSE-PLAN-01")
      for channel in ("call", "robot_call", "voicemail", "visit")],
    *[Case(f"a plan lets {channel} pass", {"channel": channel, "status": [PLAN]})
      for channel in ("sms", "im", "push", "email", "letter")],
    *[Case(f"to the {role}", {"role": role, "status": [PLAN]}) for role in SPEAKING],
    Case("of a guarantor", {"role": "guarantor", "status": [PLAN]}, "BLOCK", "HOUSE-PLAN-01"),
    Case("a plan that was broken", {"status": [{**PLAN, "breached": True}]}),
    Case("a plan of the other debt", {"status": [{**PLAN, "debts": ["B"]}]}),
    Case("a contact about both", {"about": None, "status": [{**PLAN, "debts": ["B"]}]}, "BLOCK", "HOUSE-PLAN-01"),
    Case("a plan that ends", {"status": [{**PLAN, "until": "15:59:59.5"}]}, "BLOCK", "HOUSE-PLAN-01", "16:00"),
    Case("at night, alone, unrecorded", {"now": "03:00", "recording": False, "headcount": 1}),
]  # fmt: skip

VISIT: dict[str, object] = {"channel": "visit", "place": "workplace"}
PHOTO: dict[str, object] = {"channel": "photo"}
COMPANIES = [
    Case("a second before nine", {"now": "08:59:59"}, "BLOCK", "CORP-TIME-01", "09:00"),
    Case("nine", {"now": "09:00"}),
    Case("the last second", {"now": "17:59:59"}),
    Case("six in the evening", {"now": "18:00"}, "BLOCK", "CORP-TIME-01", "2026-11-24 09:00"),
    Case("Friday, the last second", {"now": f"{FRIDAY} 17:59:59"}),
    Case("Friday at six leads to Monday", {"now": f"{FRIDAY} 18:00"}, "BLOCK", "CORP-TIME-01", "2026-11-23 09:00"),
    Case("Saturday", {"now": f"{SATURDAY} 12:00"}, "BLOCK", "CORP-TIME-01", "2026-11-23 09:00"),
    Case("a rest day", {"holidays": ["2026-11-23"]}, "BLOCK", "CORP-TIME-01", "2026-11-24 09:00"),
    Case("a rest day is none the day after", {"holidays": ["2026-11-22"]}),
    Case("a long rest", {"now": f"{FRIDAY} 18:00", "holidays": ["2026-11-23", "2026-11-24"]},
         "BLOCK", "CORP-TIME-01", "2026-11-25 09:00"),
    Case("two zones, two dates", {"now": "2026-11-23T15:30:00+08:00", "zones": ["Asia/Shanghai", "America/Los_Angeles"],
         "holidays": ["2026-11-22"]}, "BLOCK", "CORP-TIME-01", "2026-11-24 09:00"),
    Case("two zones, rest day of the one whose date is behind", {"now": "2026-11-24T09:30:00+08:00",
         "zones": ["Asia/Shanghai", "America/Los_Angeles"], "holidays": ["2026-11-23"]},
         "BLOCK", "CORP-TIME-01", "2026-11-25 09:00"),
    *[Case(f"{channel} in the evening",
           {"now": "18:00", "channel": channel}, "BLOCK", "CORP-TIME-01", "2026-11-24 09:00")
      for channel in ("sms", "im", "push", "email", "visit", "voicemail", "robot_call")],
    Case("a letter on a rest day", {"channel": "letter", "holidays": ["2026-11-23"]}),
    Case("agreed hours do not widen it",
         {"now": "18:30", "agreements": [{"kind": "hours", "start": "18:00", "end": "20:00"}]},
         "BLOCK", "CORP-TIME-01", "2026-11-24 09:00"),
    Case("a visit runs past six", {**VISIT, "now": "17:30", "planned_minutes": 45},
         "ALLOW", "CORP-TIME-01", None, "leave_by:2026-11-23T18:00:00+08:00"),
    *[Case(f"the {role}", {"role": role})
      for role in ("representative", "finance_contact", "guarantor", "attorney", "administrator")],
    *[Case(f"not the {role}", {"role": role, "channel": channel}, "BLOCK", "CORP-PARTY-01")
      for role in ("obligor", "co_borrower", "heir", "spouse", "authorised_person", "employer", "unknown", None)
      for channel in ("call", "letter")],
    Case("two with a letter", VISIT),
    Case("one", {**VISIT, "headcount": 1}, "BLOCK", "CORP-SITE-01"),
    Case("without the letter", {**VISIT, "authorisation": False}, "BLOCK", "CORP-SITE-01"),
    Case("a badge is not asked for", {**VISIT, "badge": False}),
    Case("one on the phone", {"headcount": 1, "authorisation": False}),
    Case("talk of seizure", {"says": ["seizure"]}, "BLOCK", "CORP-SITE-01"),
    Case("in a letter", {"says": ["seizure"], "channel": "letter"}, "BLOCK", "CORP-SITE-01"),
    *[Case(f"a photo of {seen}", {**PHOTO, "photo_of": seen}, "BLOCK", "CORP-SITE-01")
      for seen in ("interior", "person", "collateral", None)],
    *[Case(f"a photo of {seen}", {**PHOTO, "photo_of": seen, "now": "23:00", "role": "neighbour", "says": ["seizure"]})
      for seen in ("exterior", "document")],
    Case("a photo with consent", {**PHOTO, "photo_of": "collateral", "agreements": [{"kind": "photo"}]},
         "ALLOW", "CORP-SITE-01"),
    Case("insolvent", {"status": [{"kind": "insolvency"}], "channel": "letter"}, "BLOCK", "CORP-INS-01"),
    Case("insolvent, to the administrator", {"role": "administrator", "status": [{"kind": "insolvency"}]},
         "BLOCK", "CORP-INS-01"),
    Case("many calls are counted by the house, not here", {"history": events(20, "attempt")}),
]  # fmt: skip


@pytest.mark.parametrize("case", EVERYBODY, ids=names_of(EVERYBODY))
def test_the_house_says_what_the_law_as_written_says(case: Case) -> None:
    expect(HOUSE, case)


@pytest.mark.parametrize("case", COMPANIES, ids=names_of(COMPANIES))
def test_the_rules_for_companies_say_what_the_law_as_written_says(case: Case) -> None:
    expect(CORP, case)


def test_nothing_for_companies_binds_a_natural_person() -> None:
    """4: HOUSE-CORP fires nothing for a natural person, a guarantor of a company among them."""
    expect(CORP, Case("", {"person_kind": "natural", "now": "23:00", "role": "guarantor", "says": ["seizure"]}))
