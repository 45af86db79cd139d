"""Does the pack of mainland China say what gate.md 4.1 writes, rule by rule and on both sides of each border?"""

import pytest

from tests.backend.compliance.builder import Case, events, expect, names_of

CN: dict[str, object] = {
    "packs": ["CN"],
    "zones": ["Asia/Shanghai"],
    "collector": "lender",
    "channel": "call",
    "to": "a",
}
NEXT = "2026-11-24 08:00"
LOAN, CARD = {"id": "loan"}, {"id": "card", "product": "credit_card"}
LOST = {"kind": "lost"}

HOURS = [
    Case("a second before eight", {"now": "07:59:59"}, "BLOCK", "CN-TIME-01", "08:00"),
    Case("eight", {"now": "08:00"}),
    Case("the last second", {"now": "21:59:59"}),
    Case("the last microsecond", {"now": "21:59:59.999999"}),
    Case("ten in the evening", {"now": "22:00"}, "BLOCK", "CN-TIME-01", NEXT),
    Case("midnight", {"now": "00:00"}, "BLOCK", "CN-TIME-01", "08:00"),
    *[
        Case(f"{channel} at night", {"now": "22:00", "channel": channel}, "BLOCK", "CN-TIME-01", NEXT)
        for channel in ("voicemail", "sms", "im", "push", "email", "visit")
    ],
    Case("a letter has no hour", {"now": "22:00", "channel": "letter"}),
    Case("a photo has no hour", {"now": "22:00", "channel": "photo", "photo_of": "exterior"}),
    Case("the clock of the person counts", {"now": "2026-11-23T13:59:59Z"}),
    Case("and not that of the server", {"now": "2026-11-23T14:00:00Z"}, "BLOCK", "CN-TIME-01", NEXT),
    Case(
        "two zones: both must be inside",
        {"now": "21:30", "zones": ["Asia/Shanghai", "Asia/Tokyo"]},
        "BLOCK", "CN-TIME-01", "2026-11-24 08:00",
    ),
    Case(
        "two zones: the later one begins the day",
        {"now": "07:30", "zones": ["Asia/Tokyo", "Asia/Shanghai"]},
        "BLOCK", "CN-TIME-01", "09:00",
    ),
    Case(
        "agreed hours widen and are listed",
        {"now": "22:30", "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00"}]},
        "ALLOW", "CN-TIME-01",
    ),
    Case(
        "agreed hours are not listed when they are not needed",
        {"now": "21:30", "agreements": [{"kind": "hours", "start": "21:00", "end": "23:00"}]},
    ),
    Case(
        "agreed hours are half-open",
        {"now": "23:00", "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00"}]},
        "BLOCK", "CN-TIME-01", NEXT,
    ),
    Case(
        "agreed hours of the morning end the block earlier",
        {"now": "23:00", "agreements": [{"kind": "hours", "start": "06:30", "end": "08:00"}]},
        "BLOCK", "CN-TIME-01", "2026-11-24 06:30",
    ),
    Case(
        "agreed hours speak on their days only",
        {"now": "22:30", "agreements": [{"kind": "hours", "start": "22:00", "end": "24:00", "days": [2]}]},
        "BLOCK", "CN-TIME-01", NEXT,
    ),
    Case(
        "agreed hours for calls cover all voice",
        {
            "now": "22:30", "channel": "voicemail",
            "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00", "channels": ["call"]}],
        },
        "ALLOW", "CN-TIME-01",
    ),
    Case(
        "agreed hours for calls cover no message",
        {
            "now": "22:30", "channel": "sms",
            "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00", "channels": ["call"]}],
        },
        "BLOCK", "CN-TIME-01", NEXT,
    ),
    Case(
        "agreed hours must cover every debt",
        {
            "now": "22:30", "debts": [{"id": "one"}, {"id": "two"}],
            "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00", "debts": ["one"]}],
        },
        "BLOCK", "CN-TIME-01", NEXT,
    ),
    Case(
        "a permission begins on a whole minute, rounded up",
        {"now": "22:30:30", "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00", "from": "22:30:10"}]},
        "BLOCK", "CN-TIME-01", "22:31",
    ),
    Case(
        "a permission ends to the second",
        {"now": "22:30:10", "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00", "until": "22:30:10"}]},
        "BLOCK", "CN-TIME-01", NEXT,
    ),
    Case(
        "a second before it ends it holds",
        {"now": "22:30:09", "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00", "until": "22:30:10"}]},
        "ALLOW", "CN-TIME-01",
    ),
]  # fmt: skip

COUNTS = [
    Case("two connects", {"history": events(2, "connect")}),
    Case("three connects", {"history": events(3, "connect")}, "BLOCK", "CN-FREQ-01", NEXT),
    Case("conversations are connects", {"history": events(3, "conversation")}, "BLOCK", "CN-FREQ-01", NEXT),
    Case("yesterday is not today", {"history": events(3, "connect", "2026-11-22")}),
    Case(
        "an agency's calls count as the lender's own",
        {"history": [*events(2, "connect"), *events(1, "connect", by="agency-a")]},
        "BLOCK", "CN-FREQ-01", NEXT,
    ),
    Case("incoming calls do not count", {"history": events(3, "conversation", direction="in")}),
    Case("another person's calls do not count", {"history": events(3, "connect", person="guarantor")}),
    Case("whatever number they were made to", {"history": events(3, "connect", to="b")}, "BLOCK", "CN-FREQ-01", NEXT),
    Case("only voice is counted out", {"channel": "sms", "history": events(9, "connect")}),
    Case("a visit is not", {"channel": "visit", "history": events(9, "connect")}),
    Case(
        "a voicemail and a robot are",
        {"channel": "voicemail", "history": events(3, "connect")}, "BLOCK", "CN-FREQ-01", NEXT,
    ),
    Case("consent to more attempts is none to more connects",
         {"history": events(3, "connect"), "agreements": [{"kind": "frequency"}]}, "BLOCK", "CN-FREQ-01", NEXT),
    Case("an event of the last second of yesterday",
         {"history": [*events(2, "connect"), {"kind": "connect", "at": "2026-11-22 23:59:59"}]}),
    Case("an event of midnight", {"history": [*events(2, "connect"), {"kind": "connect", "at": "00:00"}]},
         "BLOCK", "CN-FREQ-01", NEXT),
    Case("an event later than now", {"history": [*events(2, "connect"), {"kind": "connect", "at": "15:00:40"}]},
         "BLOCK", "CN-FREQ-01", NEXT),
    Case("in another zone it is still yesterday's day",
         {"zones": ["Asia/Shanghai", "America/New_York"], "now": "2026-11-23T14:30:00Z",
          "agreements": [{"kind": "hours", "start": "00:00", "end": "24:00"}],
          "history": [{"kind": "connect", "at": "2026-11-23T06:00:00Z"}] * 3},
         "BLOCK", "CN-FREQ-01 CN-TIME-01", "2026-11-24T13:00:00+08:00"),
    Case("five unanswered", {"history": events(5, "attempt", to="a")}),
    Case("six unanswered", {"history": events(6, "attempt", to="a")}, "BLOCK", "CN-FREQ-02", NEXT),
    Case("failed dials count as unanswered", {"history": events(6, "failed", to="a")}, "BLOCK", "CN-FREQ-02", NEXT),
    Case("to another number", {"history": events(6, "attempt", to="b")}),
    Case("to a number nobody noted", {"history": events(6, "attempt")}, "BLOCK", "CN-FREQ-02", NEXT),
    Case("now to a number nobody noted", {"to": None, "history": events(6, "attempt", to="b")},
         "BLOCK", "CN-FREQ-02", NEXT),
    Case("agreed otherwise", {"history": events(6, "attempt", to="a"), "agreements": [{"kind": "frequency"}]},
         "ALLOW", "CN-FREQ-02"),
    Case("agreed, not needed", {"history": events(5, "attempt", to="a"), "agreements": [{"kind": "frequency"}]}),
    Case("agreed until three o'clock",
         {"history": events(6, "attempt", to="a"), "agreements": [{"kind": "frequency", "until": "15:00"}]},
         "BLOCK", "CN-FREQ-02", NEXT),
    Case("agreed from half past three",
         {"history": events(6, "attempt", to="a"), "agreements": [{"kind": "frequency", "from": "15:30"}]},
         "BLOCK", "CN-FREQ-02", "15:30"),
    Case("two connects and three unanswered", {"history": events(2, "connect") + events(3, "attempt", to="a")}),
]  # fmt: skip

TOOLS = [
    Case("not recorded", {"recording": False}, "BLOCK", "CN-CALL-01"),
    Case("a voicemail not recorded", {"recording": False, "channel": "voicemail"}, "BLOCK", "CN-CALL-01"),
    Case("a message needs no recorder", {"recording": False, "channel": "sms"}),
    *[
        Case(f"{channel} from a private line",
             {"registered_caller_id": False, "channel": channel}, "BLOCK", "CN-CALL-02")
        for channel in ("call", "robot_call", "voicemail", "sms", "im")
    ],
    *[
        Case(f"{channel} has no such line", {"registered_caller_id": False, "channel": channel})
        for channel in ("push", "email", "letter", "visit")
    ],
    Case("a robot", {"channel": "robot_call"}),
    Case("a robot not recorded", {"channel": "robot_call", "recording": False}, "BLOCK", "CN-AI-01 CN-CALL-01"),
    Case("a robot without a way to a human",
         {"channel": "robot_call", "lacks": ["human_fallback"]}, "BLOCK", "CN-AI-01"),
    Case("a person lacks no human", {"lacks": ["human_fallback"]}),
]  # fmt: skip

FAILED = events(3, "attempt", "2026-11-20")
THIRD: dict[str, object] = {"role": "emergency_contact"}
SPOUSE: dict[str, object] = {"role": "spouse"}
FAMILY = {"id": "loan", "family_debt": True}
FAMILY_CARD = {"id": "card", "family_debt": True, "product": "credit_card"}
OTHERS = ("spouse", "parent_of_minor", "guardian", "executor", "relative", "emergency_contact", "colleague", "employer",
          "neighbour", "unknown", None, "representative", "finance_contact", "administrator")  # fmt: skip
PEOPLE = [
    *[Case(f"{role} of a client who is not lost", {"role": role}, "BLOCK", "CN-3P-01") for role in OTHERS],
    *[
        Case(f"{role} is no third person", {"role": role})
        for role in ("obligor", "co_borrower", "guarantor", "attorney", "authorised_person")
    ],
    Case("the number is invalid", {**THIRD, "status": [LOST]}, "ALLOW", "CN-3P-01", None, "no_debt_info"),
    Case("lost, but the script names the debt",
         {**THIRD, "status": [LOST], "says": ["debt_info"]}, "BLOCK", "CN-3P-01"),
    Case("lost from a minute that has begun", {**THIRD, "status": [{**LOST, "from": "15:00:10"}], "now": "15:00:30"},
         "BLOCK", "CN-3P-01", "15:01"),
    Case("found again", {**THIRD, "status": [{**LOST, "until": "15:00"}]}, "BLOCK", "CN-3P-01"),
    Case("three failures", {**THIRD, "history": FAILED}, "ALLOW", "CN-3P-01", None, "no_debt_info"),
    Case("two failures", {**THIRD, "history": FAILED[:2]}, "BLOCK", "CN-3P-01"),
    Case("lines out of order are failures too", {**THIRD, "history": events(3, "failed", "2026-11-20")},
         "ALLOW", "CN-3P-01", None, "no_debt_info"),
    Case("somebody answered since", {**THIRD, "history": [*FAILED, *events(1, "connect")]}, "BLOCK", "CN-3P-01"),
    Case("the client called back", {**THIRD, "history": [*FAILED, *events(1, "conversation", direction="in")]},
         "BLOCK", "CN-3P-01"),
    Case("the order of lines does not matter",
         {**THIRD, "history": [*events(1, "connect", "2026-11-19"), *FAILED][::-1]},
         "ALLOW", "CN-3P-01", None, "no_debt_info"),
    Case("a message in between is no voice", {**THIRD, "history": [*FAILED, *events(1, "message")]},
         "ALLOW", "CN-3P-01", None, "no_debt_info"),
    Case("failures with the third person say nothing",
         {**THIRD, "history": events(3, "attempt", person="emergency_contact")},
         "BLOCK", "CN-3P-01"),
    Case("at one instant the later in the alphabet is last",
         {**THIRD, "history": [*FAILED[:2], {"kind": "failed", "at": "10:00"}, {"kind": "conversation",
          "at": "10:00"}]},
         "BLOCK", "CN-3P-01"),
    Case("attempts after a connect of one instant",
         {**THIRD, "history": [{"kind": "connect", "at": "2026-11-20 09:00"}, {"kind": "failed",
          "at": "2026-11-20 09:00"},
                               *events(2, "attempt")]},
         "ALLOW", "CN-3P-01", None, "no_debt_info"),
    Case("a third person is not reached by letter either", {**THIRD, "channel": "letter"}, "BLOCK", "CN-3P-01"),
    Case("who refused is left alone", {**THIRD, "status": [LOST, {"kind": "refused"}]},
         "BLOCK", "CN-3P-01 CN-3P-02", None, "no_debt_info"),
    Case("a client's refusal is none of a third person", {"status": [{"kind": "refused"}]}),
    Case("a spouse on a family debt", {**SPOUSE, "debts": [FAMILY]}, "ALLOW", "CN-3P-03"),
    Case("may hear of it", {**SPOUSE, "debts": [FAMILY], "says": ["debt_info"]}, "ALLOW", "CN-3P-03"),
    Case("unless the spouse refused", {**SPOUSE, "debts": [FAMILY], "status": [{"kind": "refused"}]},
         "BLOCK", "CN-3P-02 CN-3P-03"),
    Case("one debt of two is not the family's",
         {**SPOUSE, "debts": [FAMILY, LOAN | {"id": "own"}]}, "BLOCK", "CN-3P-01"),
    Case("a relative on a family debt", {"role": "relative", "debts": [FAMILY]}, "BLOCK", "CN-3P-01"),
    Case("a family's card", {**SPOUSE, "debts": [FAMILY_CARD]}, "BLOCK", "CN-3P-01 CN-3P-04"),
    Case("a family's card and loan", {**SPOUSE, "debts": [FAMILY, FAMILY_CARD]}, "BLOCK", "CN-3P-01 CN-3P-04"),
    Case("the contact is about the loan only", {**SPOUSE, "debts": [FAMILY, FAMILY_CARD], "about": ["loan"]},
         "ALLOW", "CN-3P-03"),
    Case("a family's card, client lost", {**SPOUSE, "debts": [FAMILY_CARD], "status": [LOST]},
         "ALLOW", "CN-3P-01", None, "no_debt_info"),
    Case("a family's card, client lost, debt named",
         {**SPOUSE, "debts": [FAMILY_CARD], "status": [LOST], "says": ["debt_info"]}, "BLOCK", "CN-3P-01 CN-3P-04"),
    Case("an heir", {"role": "heir"}, "ALLOW", "CN-HEIR-01", None, "inherited_value_only"),
    Case("an heir who renounced", {"role": "heir", "renounced": True}, "BLOCK", "CN-HEIR-01"),
    Case("only heirs renounce", {"renounced": True}),
]  # fmt: skip

VISIT: dict[str, object] = {"channel": "visit", "place": "home_door"}
PHOTO: dict[str, object] = {"channel": "photo", "photo_of": "interior"}
PLACES = [
    Case("two at the door", VISIT),
    Case("one at the door", {**VISIT, "headcount": 1}, "BLOCK", "CN-VISIT-01"),
    Case("no badge", {**VISIT, "badge": False}, "BLOCK", "CN-VISIT-01"),
    Case("no authorisation", {**VISIT, "authorisation": False}, "BLOCK", "CN-VISIT-01"),
    Case("everywhere", {**VISIT, "place": "public", "headcount": 1}, "BLOCK", "CN-VISIT-01"),
    Case("a call needs one", {"headcount": 1, "badge": False, "authorisation": False}),
    *[Case(f"not in {place}", {**VISIT, "place": place}, "BLOCK", "CN-VISIT-02")
      for place in ("home_inside", "private", "workplace")],
    *[Case(f"in {place}", {**VISIT, "place": place}) for place in ("public", "central", None)],
    Case("let in", {**VISIT, "place": "home_inside", "agreements": [{"kind": "enter"}]}, "ALLOW", "CN-VISIT-02"),
    Case("let in for one debt of two",
         {**VISIT, "place": "home_inside", "debts": [LOAN, CARD], "agreements": [{"kind": "enter", "debts": ["loan"]}]},
         "BLOCK", "CN-VISIT-02"),
    Case("let in from four o'clock",
         {**VISIT, "place": "home_inside", "agreements": [{"kind": "enter", "from": "16:00"}]},
         "BLOCK", "CN-VISIT-02", "16:00"),
    Case("a call to work is no visit", {"place": "workplace"}),
    *[Case(f"a photo of {seen}", {**PHOTO, "photo_of": seen}, "BLOCK", "CN-VISIT-03")
      for seen in ("interior", "person", "collateral", None)],
    *[Case(f"a photo of {seen}", {**PHOTO, "photo_of": seen}) for seen in ("exterior", "document")],
    Case("a photo with consent", {**PHOTO, "agreements": [{"kind": "photo"}]}, "ALLOW", "CN-VISIT-03"),
    Case("consent that is over",
         {**PHOTO, "agreements": [{"kind": "photo", "until": "14:59"}]}, "BLOCK", "CN-VISIT-03"),
    Case("entering is no consent to photos", {**PHOTO, "agreements": [{"kind": "enter"}]}, "BLOCK", "CN-VISIT-03"),
    Case("a visit that runs past ten", {**VISIT, "now": "21:30", "planned_minutes": 31},
         "ALLOW", "CN-TIME-01", None, "leave_by:2026-11-23T22:00:00+08:00"),
    Case("a visit that ends at ten", {**VISIT, "now": "21:30", "planned_minutes": 30}),
    Case("half a minute past ten", {**VISIT, "now": "21:30:30", "planned_minutes": 30},
         "ALLOW", "CN-TIME-01", None, "leave_by:2026-11-23T22:00:00+08:00"),
    Case("a call has no planned end", {"now": "21:30", "planned_minutes": 90}),
    Case("leaving is said beside a block", {**VISIT, "now": "21:30", "planned_minutes": 60, "headcount": 1},
         "BLOCK", "CN-TIME-01 CN-VISIT-01", None, "leave_by:2026-11-23T22:00:00+08:00"),
    Case("agreed hours put leaving off",
         {**VISIT, "now": "21:30", "planned_minutes": 120, "agreements": [{"kind": "hours", "start": "22:00",
          "end": "22:45"}]},
         "ALLOW", "CN-TIME-01", None, "leave_by:2026-11-23T22:45:00+08:00"),
    Case("the earliest border of two zones",
         {**VISIT, "now": "20:30", "planned_minutes": 60, "zones": ["Asia/Shanghai", "Asia/Tokyo"]},
         "ALLOW", "CN-TIME-01", None, "leave_by:2026-11-23T21:00:00+08:00"),
    Case("a wish ends before the window",
         {**VISIT, "now": "16:30", "planned_minutes": 60, "agreements": [{"kind": "preference", "start": "14:00",
          "end": "17:00"}]},
         "ALLOW", "GEN-PREF-01", None, "leave_by:2026-11-23T17:00:00+08:00"),
    Case("both borders are listed, the earlier is said",
         {**VISIT, "now": "21:30", "planned_minutes": 60, "agreements": [{"kind": "preference", "start": "14:00",
          "end": "22:15"}]},
         "ALLOW", "CN-TIME-01 GEN-PREF-01", None, "leave_by:2026-11-23T22:00:00+08:00"),
]  # fmt: skip

WORDS = {
    "authority": "CN-COND-01", "poses_as_lender": "CN-COND-02", "threat": "CN-COND-03", "false_claim": "CN-COND-04",
    "extra_fee": "CN-COND-05", "offers_credit": "CN-COND-06", "public_posting": "CN-COND-07",
}  # fmt: skip
PLAN = {"kind": "instalment_agreement"}
AGENCY: dict[str, object] = {"collector": "agency", "debts": [{"id": "loan", "notified": True}]}
LAW = [
    *[Case(f"says {word}", {"says": [word]}, "BLOCK", rule) for word, rule in WORDS.items()],
    *[Case(f"may say {word}", {"says": [word]}) for word in
      ("debt_info", "suit_threat", "missed_delivery", "premium_number", "occupier_demand", "seizure")],
    Case("two bad words", {"says": ["threat", "authority"], "channel": "letter"}, "BLOCK", "CN-COND-01 CN-COND-03"),
    Case("an illegal debt", {"debts": [{"id": "loan", "illegal": True}]}, "BLOCK", "CN-COND-09"),
    Case("one of two is illegal", {"debts": [LOAN, {"id": "bad", "illegal": True}]}, "BLOCK", "CN-COND-09"),
    Case("the contact is about the other", {"debts": [LOAN, {"id": "bad", "illegal": True}], "about": ["loan"]}),
    Case("no name given", {"lacks": ["identity"]}, "BLOCK", "CN-DISC-01"),
    Case("no way out is no matter here", {"lacks": ["opt_out", "ai_disclosure", "grievance_officer"]}),
    Case("a card under a plan", {"debts": [CARD], "status": [PLAN]}, "BLOCK", "CN-STOP-01"),
    Case("the plan was broken", {"debts": [CARD], "status": [{**PLAN, "breached": True}]}),
    Case("a loan under a plan", {"debts": [LOAN], "status": [PLAN]}),
    Case("the plan is about the card", {"debts": [LOAN, CARD], "status": [{**PLAN, "debts": ["card"]}]},
         "BLOCK", "CN-STOP-01"),
    Case("the plan is about the loan", {"debts": [LOAN, CARD], "status": [{**PLAN, "debts": ["loan"]}]}),
    Case("the contact is about the loan",
         {"debts": [LOAN, CARD], "status": [{**PLAN, "debts": ["card"]}], "about": ["loan"]}),
    Case("a plan ends on a whole minute", {"debts": [CARD], "status": [{**PLAN, "until": "16:00:01"}]},
         "BLOCK", "CN-STOP-01", "16:01"),
    Case("a plan begins to the second", {"debts": [CARD], "status": [{**PLAN, "from": "15:00:01"}]}),
    Case("an agency", AGENCY),
    Case("a buyer", {**AGENCY, "collector": "debt_buyer"}),
    Case("an agency off the list", {**AGENCY, "listed": False}, "BLOCK", "CN-OUT-01"),
    Case("a buyer off the list", {**AGENCY, "collector": "debt_buyer", "listed": False}, "BLOCK", "CN-OUT-01"),
    Case("the lender needs no list", {"listed": False}),
    Case("placed with this agency", {"collector": "agency", "collector_id": "a",
         "debts": [{"id": "loan", "notified": True, "placed_with": "a"}]}),
    Case("placed with another", {"collector": "agency", "collector_id": "b",
         "debts": [{"id": "loan", "notified": True, "placed_with": "a"}]}, "BLOCK", "CN-OUT-02"),
    Case("an agency without a name is not that one",
         {"collector": "agency", "debts": [{"id": "loan", "notified": True, "placed_with": "a"}]}, "BLOCK",
          "CN-OUT-02"),
    Case("the lender on a placed debt", {"debts": [{"id": "loan", "placed_with": "a"}]}, "BLOCK", "CN-OUT-02"),
    Case("the client was not told", {"collector": "agency"}, "BLOCK", "CN-OUT-03"),
    Case("one of two was not told",
         {"collector": "agency", "debts": [{"id": "a", "notified": True}, {"id": "b"}]}, "BLOCK", "CN-OUT-03"),
    Case("this tells them", {"collector": "agency", "template": "transfer_notice"}, "ALLOW", "CN-OUT-03"),
    Case("they know, and are told again", {**AGENCY, "template": "transfer_notice"}),
    Case("a lender's own debt", {}),
    Case("a lender's bought debt", {"debts": [{"id": "loan", "transferred": True}]}, "BLOCK", "CN-OUT-03"),
    Case("bought and told", {"debts": [{"id": "loan", "transferred": True, "notified": True}]}),
    Case("a complaint stops calls", {"status": [{"kind": "complaint"}]}, "BLOCK", "CN-CMP-01"),
    Case("a complaint stops voicemail",
         {"status": [{"kind": "complaint"}], "channel": "voicemail"}, "BLOCK", "CN-CMP-01"),
    Case("not messages", {"status": [{"kind": "complaint"}], "channel": "sms"}),
    Case("not visits", {"status": [{"kind": "complaint"}], "channel": "visit"}),
    Case("a complaint about another debt",
         {"debts": [LOAN, CARD], "about": ["loan"], "status": [{"kind": "complaint", "debts": ["card"]}]}),
    Case("answered at four", {"status": [{"kind": "complaint", "until": "16:00"}]}, "BLOCK", "CN-CMP-01", "16:00"),
    *[Case(f"{kind} needs a second person", {"status": [{"kind": kind}], "channel": channel}, "REVIEW", "CN-VULN-01")
      for kind in ("minor", "critical_illness", "bereavement", "disaster") for channel in ("call", "letter")],
    *[Case(f"{kind} does not", {"status": [{"kind": kind}]}) for kind in
      ("occasion", "incapacity", "dispute", "cease", "attorney", "insolvency", "breathing_space", "debt_adviser")],
    Case("a block beside a second look", {"status": [{"kind": "minor"}], "now": "22:00"},
         "BLOCK", "CN-TIME-01 CN-VULN-01", NEXT),
]  # fmt: skip

TABLE = [*HOURS, *COUNTS, *TOOLS, *PEOPLE, *PLACES, *LAW]


@pytest.mark.parametrize("case", TABLE, ids=names_of(TABLE))
def test_the_pack_says_what_the_law_as_written_says(case: Case) -> None:
    expect(CN, case)


def test_nothing_of_it_binds_a_company() -> None:
    """4: consumer packs fire nothing for a company, even when they are named."""
    expect(CN, Case("", {"person_kind": "company", "now": "23:00", "recording": False, "role": "neighbour"}))
