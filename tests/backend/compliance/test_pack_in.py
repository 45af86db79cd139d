"""Do the packs of India say what gate.md 4.1 writes: the circular of 2022, microfinance, and the draft of 2026?"""

import pytest

from tests.backend.compliance.builder import Case, events, expect, names_of

IN: dict[str, object] = {"packs": ["IN-2022"], "zones": ["Asia/Kolkata"], "collector": "agency", "channel": "call"}
MFI: dict[str, object] = {**IN, "packs": ["IN-MFI"], "debts": [{"id": "m", "product": "microfinance"}]}
DRAFT: dict[str, object] = {**IN, "packs": ["IN-2026D"]}
NEXT = "2026-11-24 08:00"
LENDER: dict[str, object] = {"collector": "lender"}
BUYER: dict[str, object] = {"collector": "debt_buyer"}
VISIT: dict[str, object] = {"channel": "visit", "place": "home_door"}
AT_WORK = {"kind": "place", "place": "workplace"}
EVENING = {"kind": "hours", "start": "19:00", "end": "21:00"}
OWING = ("obligor", "co_borrower", "guarantor", "heir")
SPEAKING = ("attorney", "authorised_person")
THIRD = ("spouse", "parent_of_minor", "guardian", "executor", "relative", "emergency_contact", "colleague", "employer",
         "neighbour", "unknown", None, "representative", "finance_contact", "administrator")  # fmt: skip

CIRCULAR = [
    Case("a second before eight", {"now": "07:59:59"}, "BLOCK", "IN-TIME-01", "08:00"),
    Case("eight", {"now": "08:00"}),
    Case("the last second", {"now": "18:59:59"}),
    Case("seven in the evening", {"now": "19:00"}, "BLOCK", "IN-TIME-01", NEXT),
    Case("a robot too", {"now": "19:00", "channel": "robot_call"}, "BLOCK", "IN-TIME-01", NEXT),
    Case("a voicemail too", {"now": "19:00", "channel": "voicemail"}, "BLOCK", "IN-TIME-01", NEXT),
    *[Case(f"{channel} has no hour", {"now": "23:00", "channel": channel})
      for channel in ("sms", "im", "push", "email", "letter")],
    Case("nor has a visit", {**VISIT, "now": "23:00"}),
    Case("agreed hours do not widen it", {"now": "19:30", "agreements": [EVENING]}, "BLOCK", "IN-TIME-01", NEXT),
    Case("two zones", {"now": "18:30", "zones": ["Asia/Kolkata", "Asia/Dhaka"]}, "BLOCK", "IN-TIME-01", NEXT),
    Case("not recorded", {"recording": False}, "BLOCK", "IN-REC-01"),
    Case("not recorded, one debt of a bank",
         {"recording": False, "debts": [{"id": "a", "lender_type": "nbfc"}, {"id": "b"}]}, "BLOCK", "IN-REC-01"),
    *[Case(f"not recorded for a {kind}", {"recording": False, "debts": [{"id": "a", "lender_type": kind}]})
      for kind in ("nbfc", "consumer_finance", "small_loan")],
    Case("a text is not recorded", {"recording": False, "channel": "sms"}),
    Case("an offer in a call", {"says": ["offers_credit"]}, "BLOCK", "IN-TEL-01"),
    Case("an offer in a text", {"says": ["offers_credit"], "channel": "sms"}),
    *[Case(f"says {word}", {"says": [word], "channel": channel}, "BLOCK", "IN-COND-01")
      for word in ("threat", "public_posting", "false_claim", "authority") for channel in ("call", "letter")],
    *[Case(f"may say {word}", {"says": [word]}) for word in
      ("debt_info", "poses_as_lender", "extra_fee", "suit_threat", "missed_delivery", "occupier_demand", "seizure")],
    Case("no name given", {"lacks": ["identity"]}, "BLOCK", "IN-COND-01"),
    *[Case(f"{role} needs a second look", {"role": role}, "REVIEW", "IN-COND-01") for role in THIRD],
    *[Case(f"{role} hears of it", {"role": role, "says": ["debt_info"]}, "BLOCK", "IN-COND-01") for role in THIRD],
    *[Case(f"{role} may hear of it", {"role": role, "says": ["debt_info"]}) for role in (*OWING, *SPEAKING)],
    Case("bound to the lender too", {"role": "neighbour", **LENDER}, "REVIEW", "IN-COND-01"),
    *[Case(f"none agreed: {place}", {**VISIT, "place": place}) for place in ("home_door", "home_inside", "workplace")],
    *[Case(f"none agreed: not {place}", {**VISIT, "place": place}, "BLOCK", "IN-PLACE-01")
      for place in ("private", "public", "central", None)],
    Case("at the agreed place", {**VISIT, "place": "workplace", "agreements": [AT_WORK]}),
    Case("not at the agreed place", {**VISIT, "agreements": [AT_WORK]}, "BLOCK", "IN-PLACE-01"),
    Case("at one of two agreed", {**VISIT, "agreements": [AT_WORK, {"kind": "place", "place": "home_door"}]}),
    Case("an odd place, agreed", {**VISIT, "place": "public", "agreements": [{"kind": "place", "place": "public"}]}),
    Case("agreed for the other debt", {**VISIT, "debts": [{"id": "a"}, {"id": "b"}], "about": ["a"],
         "agreements": [{**AT_WORK, "debts": ["b"]}]}),
    Case("agreed for one debt of two covers neither", {**VISIT, "debts": [{"id": "a"}, {"id": "b"}],
         "agreements": [{**AT_WORK, "debts": ["b"]}]}),
    Case("agreed until four",
         {**VISIT, "agreements": [{**AT_WORK, "until": "16:00"}]}, "BLOCK", "IN-PLACE-01", "16:00"),
    Case("agreed from four", {**VISIT, "place": "public", "agreements": [{"kind": "place", "place": "public",
         "from": "15:59:01"}]}, "BLOCK", "IN-PLACE-01", "16:00"),
    Case("a call to whatever place", {"place": "public", "agreements": [AT_WORK]}),
    Case("a name not given before", {"details_sent": False}, "BLOCK", "IN-INTIM-01"),
    Case("by letter either", {"details_sent": False, "channel": "letter"}, "BLOCK", "IN-INTIM-01"),
    Case("this gives it", {"details_sent": False, "template": "agent_details", "channel": "sms"},
         "ALLOW", "IN-INTIM-01"),
    Case("given before, sent again", {"template": "agent_details", "channel": "sms"}),
    Case("the lender's staff", {"details_sent": False, **LENDER}),
    Case("a buyer's staff", {"details_sent": False, "certified": False, "listed": False, **BUYER}),
    Case("no certificate", {"certified": False}, "BLOCK", "IN-AGENT-01"),
    Case("not listed", {"listed": False, "channel": "letter"}, "BLOCK", "IN-AGENT-01"),
    Case("a visit without a card", {**VISIT, "badge": False}, "BLOCK", "IN-AGENT-01"),
    Case("a visit without authorisation", {**VISIT, "authorisation": False}, "BLOCK", "IN-AGENT-01"),
    Case("a call shows no card", {"badge": False, "authorisation": False}),
    Case("the lender's staff need none", {**VISIT, **LENDER, "badge": False, "certified": False, "listed": False}),
    Case("one comes alone", {**VISIT, "headcount": 1}),
    Case("an open complaint", {"status": [{"kind": "complaint"}]}, "BLOCK", "IN-GRV-01"),
    Case("by letter", {"status": [{"kind": "complaint"}], "channel": "letter"}, "BLOCK", "IN-GRV-01"),
    Case("with the lender", {"status": [{"kind": "complaint"}], **LENDER}),
    Case("with a buyer", {"status": [{"kind": "complaint"}], **BUYER}),
    Case("about the other debt", {"debts": [{"id": "a"}, {"id": "b"}], "about": ["a"],
         "status": [{"kind": "complaint", "debts": ["b"]}]}),
    *[Case(f"{channel} names no officer", {"lacks": ["grievance_officer"], "channel": channel, "collector": who},
           "BLOCK", "IN-GRV-01") for channel in ("letter", "email") for who in ("lender", "agency", "debt_buyer")],
    *[Case(f"{channel} need not", {"lacks": ["grievance_officer"], "channel": channel}) for channel in ("sms", "call")],
    *[Case(f"{kind} is no matter here", {"status": [{"kind": kind}]})
      for kind in ("bereavement", "disaster", "occasion", "dispute", "cease")],
]  # fmt: skip

MISSED = events(1, "no_show", "2026-11-09", place="central") + events(1, "no_show", "2026-11-16", place="central")
CENTRAL: dict[str, object] = {"channel": "visit", "place": "central"}
MICROFINANCE = [
    Case("a second before nine", {"now": "08:59:59"}, "BLOCK", "IN-MFI-01", "09:00"),
    Case("nine", {"now": "09:00"}),
    Case("the last second", {"now": "17:59:59"}),
    Case("six in the evening", {"now": "18:00"}, "BLOCK", "IN-MFI-01", "2026-11-24 09:00"),
    Case("agreed hours do not widen it", {"now": "19:30", "agreements": [EVENING]},
         "BLOCK", "IN-MFI-01", "2026-11-24 09:00"),
    Case("a text has no hour", {"now": "23:00", "channel": "sms"}),
    Case("a visit has none", {**CENTRAL, "now": "23:00"}),
    Case("the central place", CENTRAL),
    *[Case(f"not {place}", {**VISIT, "place": place}, "BLOCK", "IN-MFI-01")
      for place in ("home_door", "home_inside", "workplace", "private", "public", None)],
    Case("after two missed meetings", {**VISIT, "history": MISSED}, "ALLOW", "IN-MFI-01"),
    Case("after one", {**VISIT, "history": MISSED[:1]}, "BLOCK", "IN-MFI-01"),
    Case("they came since",
         {**VISIT, "history": [*MISSED, *events(1, "visit", place="central")]}, "BLOCK", "IN-MFI-01"),
    Case("they came before", {**VISIT, "history": [*MISSED, *events(1, "visit", "2026-11-02", place="central")]},
         "ALLOW", "IN-MFI-01"),
    Case("they came between", {**VISIT, "history": [*MISSED, *events(1, "visit", "2026-11-12", place="central")]},
         "BLOCK", "IN-MFI-01"),
    Case("a visit elsewhere is none at the central place",
         {**VISIT, "history": [*MISSED, *events(1, "visit", place="home_door")]}, "ALLOW", "IN-MFI-01"),
    Case("missed at home", {**VISIT, "history": events(2, "no_show", place="home_door")}, "BLOCK", "IN-MFI-01"),
    Case("missed nobody knows where", {**VISIT, "history": events(2, "no_show")}, "BLOCK", "IN-MFI-01"),
    Case("calls in between are no visits", {**VISIT, "history": [*MISSED, *events(4, "attempt", place="central")]},
         "ALLOW", "IN-MFI-01"),
    Case("another person missed them", {**VISIT, "history": [{**one, "person": "guarantor"} for one in MISSED]},
         "BLOCK", "IN-MFI-01"),
    Case("a threat", {"says": ["threat"]}, "BLOCK", "IN-COND-01"),
    Case("no name", {"lacks": ["identity"]}, "BLOCK", "IN-COND-01"),
    Case("a neighbour", {"role": "neighbour"}, "REVIEW", "IN-COND-01"),
    Case("a neighbour hears", {"role": "neighbour", "says": ["debt_info"]}, "BLOCK", "IN-COND-01"),
    Case("nothing else of the circular", {"recording": False, "certified": False, "details_sent": False,
         "status": [{"kind": "complaint"}], "says": ["offers_credit"]}),
]  # fmt: skip

WISH = {"kind": "preference", "start": "16:00", "end": "18:00"}
DRAFTED = [
    *[Case(f"{channel} at eight", {"now": "08:00", "channel": channel}) for channel in ("call", "visit", "sms")],
    *[Case(f"{channel} a second early", {"now": "07:59:59", "channel": channel}, "BLOCK", "IN-TIME-02", "08:00")
      for channel in ("call", "robot_call", "voicemail", "visit")],
    *[Case(f"{channel} a second early", {"now": "07:59:59", "channel": channel}, "REVIEW", "IN-TIME-02")
      for channel in ("sms", "im", "push", "email")],
    Case("the last second", {"now": "18:59:59"}),
    Case("seven in the evening", {"now": "19:00"}, "BLOCK", "IN-TIME-02", NEXT),
    Case("agreed hours do not widen it", {"now": "19:00", "agreements": [EVENING]}, "BLOCK", "IN-TIME-02", NEXT),
    Case("a letter", {"now": "23:00", "channel": "letter"}),
    Case("outside a wish", {"agreements": [WISH]}, "BLOCK", "GEN-PREF-01 IN-TIME-02", "16:00"),
    Case("a text outside a wish", {"channel": "sms", "agreements": [WISH]}, "BLOCK", "GEN-PREF-01 IN-TIME-02", "16:00"),
    Case("a letter outside a wish", {"channel": "letter", "agreements": [WISH]}),
    Case("a visit runs past seven", {"channel": "visit", "now": "18:30", "planned_minutes": 60},
         "ALLOW", "IN-TIME-02", None, "leave_by:2026-11-23T19:00:00+05:30"),
    *[Case(f"not to the {role}", {"role": role, "channel": channel}, "BLOCK", "IN-3P-01")
      for role in THIRD for channel in ("call", "letter")],
    *[Case(f"to the {role}", {"role": role}) for role in (*OWING, *SPEAKING)],
    *[Case(f"not in {kind}", {"status": [{"kind": kind}], "channel": channel}, "BLOCK", "IN-OCC-01")
      for kind in ("bereavement", "disaster", "occasion") for channel in ("call", "letter")],
    Case("illness is no occasion", {"status": [{"kind": "critical_illness"}]}),
    Case("a wedding ends", {"status": [{"kind": "occasion", "from": "10:00", "until": "16:30"}]},
         "BLOCK", "IN-OCC-01", "16:30"),
    Case("not recorded, whoever lends", {"recording": False, "debts": [{"id": "a", "lender_type": "nbfc"}]},
         "BLOCK", "IN-REC-01"),
    Case("a visit is not recorded", {"recording": False, "channel": "visit"}),
    Case("a draft is judged before its day when it is named", {"now": "2026-09-01 07:00"},
         "BLOCK", "IN-TIME-02", "2026-09-01 08:00"),
]  # fmt: skip


@pytest.mark.parametrize("case", CIRCULAR, ids=names_of(CIRCULAR))
def test_the_circular_says_what_the_law_as_written_says(case: Case) -> None:
    expect(IN, case)


@pytest.mark.parametrize("case", MICROFINANCE, ids=names_of(MICROFINANCE))
def test_microfinance_is_at_the_agreed_place_and_by_day(case: Case) -> None:
    expect(MFI, case)


@pytest.mark.parametrize("case", DRAFTED, ids=names_of(DRAFTED))
def test_the_draft_speaks_when_it_is_named(case: Case) -> None:
    expect(DRAFT, case)


@pytest.mark.parametrize("base", [IN, MFI, DRAFT], ids=["IN-2022", "IN-MFI", "IN-2026D"])
def test_nothing_of_them_binds_a_company(base: dict[str, object]) -> None:
    """4: consumer packs fire nothing for a company, even when they are named."""
    expect(base, Case("", {"person_kind": "company", "now": "23:00", "recording": False, "role": "neighbour"}))
