"""Do the packs of the United Kingdom and the Union say what gate.md 4.1 writes?"""

import pytest

from tests.backend.compliance.builder import Case, events, expect, names_of

UK: dict[str, object] = {"packs": ["UK"], "zones": ["Europe/London"], "collector": "lender", "channel": "call"}
EU: dict[str, object] = {"packs": ["EU"], "zones": ["Europe/Berlin"], "collector": "agency", "channel": "call"}
SUNDAY, SATURDAY = "2026-11-22", "2026-11-21"
NEXT = "2026-11-24 08:00"
EVENING = {"kind": "hours", "start": "21:00", "end": "22:00"}
SPEAKING = ("attorney", "authorised_person")
THIRD = ("spouse", "parent_of_minor", "guardian", "executor", "relative", "emergency_contact", "colleague", "employer",
         "neighbour", "unknown", None, "representative", "finance_contact", "administrator")  # fmt: skip
OWING = ("obligor", "co_borrower", "guarantor", "heir")

HOURS = [
    Case("a second before eight", {"now": "07:59:59"}, "BLOCK", "UK-TIME-02", "08:00"),
    Case("eight", {"now": "08:00"}),
    Case("the last second", {"now": "20:59:59"}),
    Case("nine in the evening", {"now": "21:00"}, "BLOCK", "UK-TIME-02", NEXT),
    Case("Saturday evening leads to Sunday at ten",
         {"now": f"{SATURDAY} 21:00"}, "BLOCK", "UK-TIME-02", f"{SUNDAY} 10:00"),
    Case("Saturday, the last second", {"now": f"{SATURDAY} 20:59:59"}),
    Case("Sunday, a second before ten", {"now": f"{SUNDAY} 09:59:59"}, "BLOCK", "UK-TIME-02", f"{SUNDAY} 10:00"),
    Case("Sunday at ten", {"now": f"{SUNDAY} 10:00"}),
    Case("Sunday, the last second", {"now": f"{SUNDAY} 17:59:59"}),
    Case("Sunday at six leads to Monday", {"now": f"{SUNDAY} 18:00"}, "BLOCK", "UK-TIME-02", "08:00"),
    *[Case(f"{channel} at nine", {"now": "21:00", "channel": channel, "notice_sent": True}, "BLOCK", "UK-TIME-02", NEXT)
      for channel in ("robot_call", "voicemail", "sms", "im", "push", "email", "visit")],
    Case("a letter", {"now": "21:00", "channel": "letter"}),
    Case("agreed hours widen it", {"now": "21:30", "agreements": [EVENING]}, "ALLOW", "UK-TIME-02"),
    Case("agreed for Mondays", {"now": "21:30", "agreements": [{**EVENING, "days": [1]}]}, "ALLOW", "UK-TIME-02"),
    Case("agreed for Tuesdays: the evening after counts",
         {"now": f"{SUNDAY} 21:30", "agreements": [{**EVENING, "days": [1]}]},
         "BLOCK", "UK-TIME-02", "08:00"),
    Case("after two", {"now": "10:00", "agreements": [{"kind": "preference", "start": "14:00", "end": "24:00"}]},
         "BLOCK", "GEN-PREF-01 UK-TIME-01", "14:00"),
    Case("at two", {"now": "14:00", "agreements": [{"kind": "preference", "start": "14:00", "end": "24:00"}]}),
    Case("a wish of Tuesdays is silent today",
         {"now": "10:00", "agreements": [{"kind": "preference", "start": "14:00", "end": "24:00", "days": [2]}]}),
    Case("two wishes must both be met", {"now": "10:00", "agreements": [
         {"kind": "preference", "start": "09:00", "end": "16:00"}, {"kind": "preference", "start": "14:00",
          "end": "24:00"}]},
         "BLOCK", "GEN-PREF-01 UK-TIME-01", "14:00"),
    Case("a wish at night is outside the window all day",
         {"now": "10:00", "agreements": [{"kind": "preference", "start": "22:00", "end": "24:00"}]},
         "BLOCK", "GEN-PREF-01 UK-TIME-01"),
    Case("a wish about calls", {"now": "10:00", "channel": "sms",
         "agreements": [{"kind": "preference", "start": "14:00", "end": "24:00", "channels": ["call"]}]}),
    Case("a wish that is over in a minute",
         {"now": "10:00", "agreements": [{"kind": "preference", "start": "14:00", "end": "24:00",
          "until": "10:00:30"}]},
         "BLOCK", "GEN-PREF-01 UK-TIME-01", "10:01"),
    Case("a wish from three on", {"now": "14:59:59", "agreements": [
         {"kind": "preference", "start": "08:00", "end": "09:00", "from": "15:00"}]}),
    Case("the night of the long day", {"now": "2026-10-24 22:00"}, "BLOCK", "UK-TIME-02", "2026-10-25T10:00:00+00:00"),
    Case("the night of the short day", {"now": "2026-03-28 22:00"}, "BLOCK", "UK-TIME-02", "2026-03-29T10:00:00+01:00"),
]  # fmt: skip

VISIT: dict[str, object] = {"channel": "visit", "place": "home_door", "notice_sent": True}
CONDUCT = [
    *[Case(f"says {word}", {"says": [word]}, "BLOCK", "UK-3P-01") for word in ("occupier_demand", "public_posting")],
    *[Case(f"says {word}", {"says": [word], "channel": "letter"}, "BLOCK", "UK-CARD-01")
      for word in ("missed_delivery", "premium_number")],
    *[Case(f"may say {word}", {"says": [word]}) for word in
      ("debt_info", "authority", "poses_as_lender", "threat", "false_claim", "extra_fee", "suit_threat")],
    *[Case(f"{role}", {"role": role}, "ALLOW", "UK-3P-01", None, "no_debt_info") for role in THIRD],
    *[Case(f"{role} hears of it", {"role": role, "says": ["debt_info"]}, "BLOCK", "UK-3P-01") for role in THIRD],
    *[Case(f"{role} may hear of it", {"role": role, "says": ["debt_info"]}) for role in (*OWING, *SPEAKING)],
    Case("a third person's poster", {"role": "neighbour", "says": ["public_posting"]},
         "BLOCK", "UK-3P-01", None, "no_debt_info"),
    Case("a first visit with notice", VISIT),
    Case("a first visit without", {**VISIT, "notice_sent": False}, "BLOCK", "UK-VISIT-01"),
    Case("a second visit", {**VISIT, "notice_sent": False, "history": events(1, "visit", "2020-01-06")}),
    Case("they were not in", {**VISIT, "notice_sent": False, "history": events(1, "no_show", "2026-11-16")},
         "BLOCK", "UK-VISIT-01"),
    Case("they came to us",
         {**VISIT, "notice_sent": False, "history": events(1, "visit", "2026-11-16", direction="in")},
         "BLOCK", "UK-VISIT-01"),
    Case("another person was visited",
         {**VISIT, "notice_sent": False, "history": events(1, "visit", person="guarantor")},
         "BLOCK", "UK-VISIT-01"),
    Case("a call needs no notice", {"notice_sent": False}),
    Case("too old",
         {"debts": [{"id": "a"}, {"id": "b", "time_barred": True}], "channel": "letter"}, "BLOCK", "UK-SOL-01"),
    Case("the other one is too old", {"debts": [{"id": "a"}, {"id": "b", "time_barred": True}], "about": ["a"]}),
    Case("cannot decide", {"status": [{"kind": "incapacity"}], "channel": "letter"}, "BLOCK", "UK-CAP-01"),
    *[Case(f"the {role} can", {"role": role, "status": [{"kind": "incapacity"}]}) for role in SPEAKING],
    Case("a guardian does not speak here", {"role": "guardian", "status": [{"kind": "incapacity"}]},
         "BLOCK", "UK-3P-01 UK-CAP-01", None, "no_debt_info"),
    Case("the answer of a dispute is no way around capacity",
         {"status": [{"kind": "incapacity"}], "template": "answer"}, "BLOCK", "UK-CAP-01"),
]  # fmt: skip

SPACE = {"kind": "breathing_space", "from": "2026-10-01 10:00"}
CRISIS = {"kind": "mental_health_crisis", "from": "2026-01-05 10:00"}
ADVISER = {"kind": "debt_adviser", "from": "2026-11-01 10:00"}
ANSWER: dict[str, object] = {"template": "answer"}
RESPITE = [
    Case("breathing space", {"status": [SPACE]}, "BLOCK", "UK-BS-01", "2026-12-01 08:00"),
    Case("a letter waits until midnight",
         {"channel": "letter", "status": [SPACE]}, "BLOCK", "UK-BS-01", "2026-12-01 00:00"),
    Case("the last second of the 60th day", {"now": "2026-11-30 23:59:59", "channel": "letter", "status": [SPACE]},
         "BLOCK", "UK-BS-01", "2026-12-01 00:00"),
    Case("the 61st day", {"now": "2026-12-01 08:00", "status": [SPACE]}),
    Case("it ends by its own date", {"status": [{**SPACE, "until": "2026-11-25 12:00"}]},
         "BLOCK", "UK-BS-01", "2026-11-25 12:00"),
    Case("it may be longer than sixty days",
         {"now": "2026-12-05 12:00", "status": [{**SPACE, "until": "2026-12-07 12:00"}]},
         "BLOCK", "UK-BS-01", "2026-12-07 12:00"),
    Case("nobody knows since when", {"status": [{"kind": "breathing_space"}]}, "BLOCK", "UK-BS-01"),
    Case("it begins to the second", {"status": [{**SPACE, "from": "15:00:01"}]}),
    Case("an answer may go out", {"status": [SPACE], **ANSWER}, "ALLOW", "UK-BS-01"),
    Case("about the other debt", {"debts": [{"id": "a"}, {"id": "b"}], "about": ["a"],
         "status": [{**SPACE, "debts": ["b"]}]}),
    Case("those who speak for them hear nothing either", {"role": "attorney", "status": [SPACE]},
         "BLOCK", "UK-BS-01", "2026-12-01 08:00"),
    Case("in treatment", {"status": [CRISIS]}, "BLOCK", "UK-BS-01"),
    Case("thirty days after it", {"status": [{**CRISIS, "until": "2026-10-24 09:00"}]},
         "BLOCK", "UK-BS-01", "2026-11-24 08:00"),
    Case("thirty-one days after it", {"status": [{**CRISIS, "until": "2026-10-23 23:59:59"}]}),
    Case("in treatment, answered", {"status": [CRISIS], **ANSWER}, "ALLOW", "UK-BS-01"),
    Case("an adviser", {"status": [ADVISER]}, "BLOCK", "UK-FORB-01", "2026-12-02 08:00"),
    Case("an adviser on the 30th day", {"now": "2026-12-01 20:00", "status": [ADVISER]},
         "BLOCK", "UK-FORB-01", "2026-12-02 08:00"),
    Case("an adviser on the 31st day", {"now": "2026-12-02 08:00", "status": [ADVISER]}),
    Case("an adviser, extended", {"now": "2026-12-02 08:00", "status": [{**ADVISER, "extended": True}]},
         "BLOCK", "UK-FORB-01", "2027-01-01 08:00"),
    Case("an adviser who is done", {"status": [{**ADVISER, "until": "16:00"}]}, "BLOCK", "UK-FORB-01", "16:00"),
    Case("an adviser, answered", {"status": [ADVISER], **ANSWER}, "ALLOW", "UK-FORB-01"),
    Case("a dispute", {"status": [{"kind": "dispute", "late": True}], "channel": "letter"}, "BLOCK", "UK-DISP-01"),
    Case("a dispute, answered", {"status": [{"kind": "dispute"}], **ANSWER}, "ALLOW", "UK-DISP-01"),
    *[Case(f"{kind} is no matter here", {"status": [{"kind": kind}]}) for kind in
      ("complaint", "cease", "attorney", "bereavement", "minor", "insolvency", "original_creditor_request")],
]  # fmt: skip

SOLD = {"id": "a", "transferred": True}
UNION = [
    Case("always a second look", {}, "REVIEW", "EU-NAT"),
    Case("at whatever hour", {"now": "23:00", "channel": "letter"}, "REVIEW", "EU-NAT"),
    Case("a company too", {"person_kind": "company"}, "REVIEW", "EU-NAT"),
    Case("a photo not", {"channel": "photo"}),
    Case("sold and not told", {"debts": [SOLD]}, "BLOCK", "EU-CSD-01 EU-NAT"),
    Case("one of two sold and not told", {"debts": [{"id": "b", "notified": True}, SOLD]}, "BLOCK", "EU-CSD-01 EU-NAT"),
    Case("sold and told", {"debts": [{**SOLD, "notified": True}]}, "REVIEW", "EU-NAT"),
    Case("placed and not told", {"debts": [{"id": "a"}]}, "REVIEW", "EU-NAT"),
    Case("this tells them", {"debts": [SOLD], "template": "transfer_notice"}, "REVIEW", "EU-CSD-01 EU-NAT"),
    *[Case(f"says {word}", {"says": [word]}, "BLOCK", "EU-CSD-02 EU-NAT")
      for word in ("threat", "false_claim", "authority", "poses_as_lender", "public_posting")],
    *[Case(f"may say {word}", {"says": [word]}, "REVIEW", "EU-NAT") for word in
      ("debt_info", "extra_fee", "offers_credit", "suit_threat", "occupier_demand", "seizure")],
    Case("a robot says what it is", {"channel": "robot_call"}, "REVIEW", "EU-NAT"),
    Case("a robot does not", {"channel": "robot_call", "lacks": ["ai_disclosure"]}, "BLOCK", "EU-AI-01 EU-NAT"),
    Case("a person need not", {"lacks": ["ai_disclosure"]}, "REVIEW", "EU-NAT"),
]  # fmt: skip

KINGDOM = [*HOURS, *CONDUCT, *RESPITE]


@pytest.mark.parametrize("case", KINGDOM, ids=names_of(KINGDOM))
def test_the_kingdom_says_what_the_law_as_written_says(case: Case) -> None:
    expect(UK, case)


@pytest.mark.parametrize("case", UNION, ids=names_of(UNION))
def test_the_union_says_what_the_law_as_written_says(case: Case) -> None:
    expect(EU, case)


def test_nothing_of_the_kingdom_binds_a_company() -> None:
    """4: consumer packs fire nothing for a company, even when they are named."""
    expect(UK, Case("", {"person_kind": "company", "now": "23:00", "says": ["premium_number"], "role": "neighbour"}))
