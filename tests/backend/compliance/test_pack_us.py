"""Does Regulation F say what gate.md 4.1 writes: hours in several zones, people, texts, lawyers, third persons?"""

import pytest

from tests.backend.compliance.builder import Case, events, expect, names_of

US: dict[str, object] = {
    "packs": ["US-REGF"], "zones": ["America/New_York"], "collector": "agency", "channel": "call", "to": "a",
}  # fmt: skip
NEXT = "2026-11-24 08:00"
LENDER: dict[str, object] = {"collector": "lender"}
NY_LA = ["America/New_York", "America/Los_Angeles"]
NY_CHICAGO = ["America/New_York", "America/Chicago"]

HOURS = [
    Case("a second before eight", {"now": "07:59:59"}, "BLOCK", "US-TIME-01", "08:00"),
    Case("eight", {"now": "08:00"}),
    Case("the last second", {"now": "20:59:59"}),
    Case("nine in the evening", {"now": "21:00"}, "BLOCK", "US-TIME-01", NEXT),
    Case("a buyer is bound", {"now": "21:00", "collector": "debt_buyer"}, "BLOCK", "US-TIME-01", NEXT),
    Case("the lender is not", {"now": "21:00", **LENDER}),
    Case("a push too", {"now": "21:00", "channel": "push"}, "BLOCK", "US-TIME-01", NEXT),
    Case("a visit too", {"now": "21:00", "channel": "visit"}, "BLOCK", "US-TIME-01", NEXT),
    Case("a letter not", {"now": "21:00", "channel": "letter"}),
    Case("both zones inside", {"now": "11:00", "zones": NY_LA}),
    Case("one of two outside", {"now": "10:59", "zones": NY_LA}, "BLOCK", "US-TIME-02", "11:00"),
    Case("the other one outside", {"now": "21:00", "zones": NY_LA}, "BLOCK", "US-TIME-02", "2026-11-24 11:00"),
    Case("both outside", {"now": "07:59", "zones": NY_LA}, "BLOCK", "US-TIME-01", "11:00"),
    Case("both outside at night",
         {"now": "2026-11-24 00:00", "zones": NY_LA}, "BLOCK", "US-TIME-01", "2026-11-24 11:00"),
    Case("one place named twice", {"now": "07:59", "zones": ["America/New_York", "America/Detroit"]},
         "BLOCK", "US-TIME-01", "08:00"),
    Case("two zones do not concern the lender", {"now": "10:59", "zones": NY_LA, **LENDER}),
    Case("the offset is that of the first zone", {"now": "07:59", "zones": NY_LA[::-1]},
         "BLOCK", "US-TIME-02", "08:00"),
    Case("agreed hours", {"now": "21:30", "agreements": [{"kind": "hours", "start": "21:00", "end": "22:00"}]},
         "ALLOW", "US-TIME-01"),
    Case("agreed hours are on the clock of each zone",
         {"now": "21:30", "zones": NY_CHICAGO, "agreements": [{"kind": "hours", "start": "21:00", "end": "22:00"}]},
         "ALLOW", "US-TIME-02"),
    Case("agreed hours that open one zone of two which both are closed",
         {"now": "22:30", "zones": NY_CHICAGO, "agreements": [{"kind": "hours", "start": "22:00", "end": "23:00"}]},
         "BLOCK", "US-TIME-01 US-TIME-02", NEXT.replace("08", "09")),
    Case("agreed hours that open the other",
         {"now": "22:30", "zones": NY_CHICAGO, "agreements": [{"kind": "hours", "start": "21:00", "end": "22:00"}]},
         "BLOCK", "US-TIME-01 US-TIME-02", NEXT.replace("08", "09")),
    Case("agreed hours that open both",
         {"now": "22:30", "zones": NY_CHICAGO, "agreements": [{"kind": "hours", "start": "21:00", "end": "23:00"}]},
         "ALLOW", "US-TIME-01"),
    Case("a wish is a time rule", {"agreements": [{"kind": "preference", "start": "16:00", "end": "18:00"}]},
         "BLOCK", "GEN-PREF-01 US-TIME-01", "16:00"),
    Case("of the lender it is the general one",
         {**LENDER, "agreements": [{"kind": "preference", "start": "16:00", "end": "18:00"}]},
         "BLOCK", "GEN-PREF-01", "16:00"),
    Case("a visit runs past nine in the first of two zones",
         {"channel": "visit", "now": "20:30", "planned_minutes": 45, "zones": NY_CHICAGO},
         "ALLOW", "US-TIME-02", None, "leave_by:2026-11-23T21:00:00-05:00"),
    Case("and past nine in both",
         {"channel": "visit", "now": "20:30", "planned_minutes": 105, "zones": NY_CHICAGO},
         "ALLOW", "US-TIME-01 US-TIME-02", None, "leave_by:2026-11-23T21:00:00-05:00"),
    Case("before the clocks go back", {"now": "2026-10-31T12:30:00Z", "zones": ["America/Chicago"]},
         "BLOCK", "US-TIME-01", "2026-10-31T08:00:00-05:00"),
    Case("the night in which they do", {"now": "2026-10-31T22:30:00-04:00"},
         "BLOCK", "US-TIME-01", "2026-11-01T08:00:00-05:00"),
    Case("the night in which they go forward", {"now": "2026-03-07T22:30:00-05:00"},
         "BLOCK", "US-TIME-01", "2026-03-08T08:00:00-04:00"),
    Case("a place without summer time", {"now": "2026-07-15T15:30:00Z", "zones": ["America/Phoenix"]}),
]  # fmt: skip

NO_WORK = {"kind": "no_place", "place": "workplace"}
PLACES = [
    Case("not at work", {"place": "workplace", "status": [NO_WORK]}, "BLOCK", "US-PLACE-01"),
    Case("a visit at work", {"channel": "visit", "place": "workplace", "status": [NO_WORK]}, "BLOCK", "US-PLACE-01"),
    Case("at home", {"place": "home_door", "status": [NO_WORK]}),
    Case("where nobody knows", {"status": [NO_WORK]}),
    Case("a place that nobody named", {"status": [{"kind": "no_place"}]}),
    Case("the lender", {"place": "workplace", "status": [NO_WORK], **LENDER}),
    Case("withdrawn in a minute", {"place": "workplace", "status": [{**NO_WORK, "until": "15:00:01"}]},
         "BLOCK", "US-PLACE-01", "15:01"),
]  # fmt: skip

CONSUMERS = ("obligor", "co_borrower", "guarantor", "heir", "spouse", "parent_of_minor", "guardian", "executor")
SPEAKERS = ("attorney", "authorised_person")
OTHERS = ("relative", "emergency_contact", "colleague", "employer", "neighbour", "unknown", None, "representative",
          "finance_contact", "administrator")  # fmt: skip
PEOPLE = [
    *[Case(f"{role} may hear of it", {"role": role, "says": ["debt_info"]}) for role in (*CONSUMERS, *SPEAKERS)],
    *[Case(f"{role} may not", {"role": role, "says": ["debt_info"]},
           "BLOCK", "US-3P-01 US-3P-02", None, "location_only") for role in OTHERS],
    Case("a third person for the lender", {"role": "neighbour", "says": ["debt_info"], **LENDER}),
    Case("once", {"role": "neighbour"}, "ALLOW", "US-3P-02", None, "location_only"),
    *[Case(f"not again after a {kind}",
           {"role": "neighbour", "history": events(1, kind, "2026-01-05", person="neighbour")},
           "BLOCK", "US-3P-02") for kind in ("connect", "conversation", "message", "visit")],
    *[Case(f"a {kind} reached nobody",
           {"role": "neighbour", "history": events(1, kind, "2026-01-05", person="neighbour")},
           "ALLOW", "US-3P-02", None, "location_only") for kind in ("attempt", "failed", "no_show")],
    Case("another neighbour was reached", {"role": "neighbour", "person_id": "n2",
         "history": events(1, "visit", person="neighbour")}, "ALLOW", "US-3P-02", None, "location_only"),
    Case("who called us was not reached by us",
         {"role": "neighbour", "history": events(1, "conversation", person="neighbour", direction="in")},
         "BLOCK", "US-3P-02 US-FREQ-02", "2026-11-30 08:00", "location_only"),
]  # fmt: skip

ATTORNEY = {"kind": "attorney"}
SILENT = {"kind": "attorney", "unresponsive": True}
DIRECT = {"kind": "direct_contact"}
STOPS = [
    *[Case(f"{role} has an attorney",
           {"role": role, "status": [ATTORNEY]}, "BLOCK", "US-ATTY-01") for role in CONSUMERS],
    *[Case(f"the {role} is the one to call", {"role": role, "status": [ATTORNEY]}) for role in SPEAKERS],
    Case("a neighbour has none",
         {"role": "neighbour", "status": [ATTORNEY]}, "ALLOW", "US-3P-02", None, "location_only"),
    Case("letters too", {"status": [ATTORNEY], "channel": "letter"}, "BLOCK", "US-ATTY-01"),
    Case("the lender not", {"status": [ATTORNEY], **LENDER}),
    Case("an attorney who does not answer", {"status": [SILENT]}, "ALLOW", "US-ATTY-01"),
    Case("one who does and one who does not", {"status": [SILENT, ATTORNEY]}, "BLOCK", "US-ATTY-01"),
    Case("the client wishes it", {"status": [ATTORNEY], "agreements": [DIRECT]}, "ALLOW", "US-ATTY-01"),
    Case("the client wishes it by letter",
         {"status": [ATTORNEY], "agreements": [{**DIRECT, "channels": ["letter"]}]}, "BLOCK", "US-ATTY-01"),
    Case("for one debt of two", {"debts": [{"id": "A"}, {"id": "B"}], "status": [ATTORNEY],
         "agreements": [{**DIRECT, "debts": ["A"]}]}, "BLOCK", "US-ATTY-01"),
    Case("an attorney for another debt",
         {"debts": [{"id": "A"}, {"id": "B"}], "about": ["B"], "status": [{**ATTORNEY, "debts": ["A"]}]}),
    Case("an attorney for one of the two",
         {"debts": [{"id": "A"}, {"id": "B"}], "status": [{**ATTORNEY, "debts": ["A"]}]}, "BLOCK", "US-ATTY-01"),
    Case("represented till four", {"status": [{**ATTORNEY, "until": "15:59:30"}]}, "BLOCK", "US-ATTY-01", "16:00"),
    Case("a written stop", {"status": [{"kind": "cease"}]}, "BLOCK", "US-CEASE-01"),
    *[Case(f"not to the {role}", {"role": role, "status": [{"kind": "cease"}]}) for role in SPEAKERS],
    Case("to third persons", {"role": "neighbour", "status": [{"kind": "cease"}]},
         "BLOCK", "US-3P-02 US-CEASE-01", None, "location_only"),
    Case("the lender not", {"status": [{"kind": "cease"}], **LENDER}),
    *[Case(f"{template} by letter", {"status": [{"kind": "cease"}], "channel": "letter", "template": template},
           "ALLOW", "US-CEASE-01") for template in ("end_of_efforts", "remedy_may", "remedy_will")],
    *[Case(f"{template} by letter", {"status": [{"kind": "cease"}], "channel": "letter", "template": template},
           "BLOCK", "US-CEASE-01") for template in ("answer", "transfer_notice", "agent_details", None)],
    Case("remedy by call", {"status": [{"kind": "cease"}], "template": "remedy_may"}, "BLOCK", "US-CEASE-01"),
    Case("remedy at the door", {"status": [{"kind": "cease"}], "template": "remedy_may", "channel": "visit"},
         "BLOCK", "US-CEASE-01"),
    Case("remedy by app", {"status": [{"kind": "cease"}], "template": "remedy_may", "channel": "push"},
         "ALLOW", "US-CEASE-01"),
    Case("a template of a stop that nobody said", {"channel": "letter", "template": "remedy_will"}),
    *[Case(f"{kind} in time", {"status": [{"kind": kind}]}, "BLOCK", "US-VAL-02")
      for kind in ("dispute", "original_creditor_request")],
    *[Case(f"{kind} too late", {"status": [{"kind": kind, "late": True}]})
      for kind in ("dispute", "original_creditor_request")],
    Case("the answer", {"status": [{"kind": "dispute"}], "template": "answer"}, "ALLOW", "US-VAL-02"),
    Case("a dispute with the lender", {"status": [{"kind": "dispute"}], **LENDER}),
    Case("a threat of suit", {"says": ["suit_threat"]}),
    Case("on a debt too old", {"says": ["suit_threat"], "debts": [{"id": "A"}, {"id": "B", "time_barred": True}]},
         "BLOCK", "US-TBD-01"),
    Case("too old, no threat", {"debts": [{"id": "B", "time_barred": True}]}),
    Case("the lender threatens", {"says": ["suit_threat"], "debts": [{"id": "B", "time_barred": True}], **LENDER}),
]  # fmt: skip

FRESH = [{"kind": "consumer_text", "at": "2026-11-01 10:00"}]
SMS: dict[str, object] = {"channel": "sms", "basis": FRESH}
EMAIL: dict[str, object] = {"channel": "email", "basis": [{"kind": "creditor_notice", "at": "2020-01-01 10:00"}]}
WRITTEN = [
    Case("an e-mail with a basis of any age", EMAIL),
    *[Case(f"an e-mail by {kind}", {"channel": "email", "basis": [{"kind": kind, "at": "2026-01-01 10:00"}]})
      for kind in ("consumer_used", "creditor_notice", "prior_collector")],
    *[Case(f"an e-mail by {kind}", {"channel": "email", "basis": [{"kind": kind, "at": "2026-11-01 10:00"}]},
           "BLOCK", "US-EMAIL-01") for kind in ("consumer_text", "reassigned_check")],
    Case("an e-mail without a basis", {"channel": "email"}, "BLOCK", "US-EMAIL-01"),
    Case("an e-mail of the lender", {"channel": "email", **LENDER}),
    Case("a text of today's number", SMS),
    Case("a basis of the 60th day", {**SMS, "basis": [{"kind": "reassigned_check", "at": "2026-09-24 00:00"}]}),
    Case("a basis of the 61st day", {**SMS, "basis": [{"kind": "reassigned_check", "at": "2026-09-23 23:59:59"}]},
         "BLOCK", "US-SMS-01"),
    Case("one of two is fresh", {**SMS, "basis": [{"kind": "consumer_text", "at": "2026-01-01 10:00"}, *FRESH]}),
    Case("a basis for e-mail", {**SMS, "basis": [{"kind": "consumer_used", "at": "2026-11-20 10:00"}]},
         "BLOCK", "US-SMS-01"),
    Case("the last night of a basis is not waited for in the zone that is still in it",
         {**SMS, "now": "2026-11-24T05:30:00Z", "zones": NY_CHICAGO,
          "agreements": [{"kind": "hours", "start": "00:00", "end": "24:00"}],
          "basis": [{"kind": "consumer_text", "at": "2026-09-24T17:00:00Z"}]},
         "BLOCK", "US-SMS-01 US-TIME-01"),
    Case("a text of the lender", {"channel": "sms", **LENDER}),
    Case("an app message needs no basis", {"channel": "im"}),
    *[Case(f"{channel} without a way out", {**SMS, **EMAIL, "basis": [*FRESH, {"kind": "consumer_used", "at": "10:00"}],
           "channel": channel, "lacks": ["opt_out"]}, "BLOCK", "US-ELEC-01")
      for channel in ("sms", "im", "push", "email")],
    *[Case(f"{channel} needs none",
           {"channel": channel, "lacks": ["opt_out"]}) for channel in ("call", "letter", "visit")],
    Case("a lender's text", {**SMS, **LENDER, "lacks": ["opt_out"]}),
    Case("one message today", {**SMS, "history": events(1, "message")}),
    Case("two messages today", {**SMS, "history": events(2, "message")}, "REVIEW", "US-HARASS-01"),
    Case("by whatever medium", {"channel": "push", "history": [*events(1, "message", channel="email"),
         *events(1, "message", channel="im")]}, "REVIEW", "US-HARASS-01"),
    Case("a letter is no electronic message", {**SMS, "history": events(2, "message", channel="letter")}),
    Case("yesterday's", {**SMS, "history": events(2, "message", "2026-11-22")}),
    Case("calls do not hear of it", {"history": events(2, "message")}),
    Case("a lender's messages", {**SMS, **LENDER, "history": events(9, "message")}),
    Case("a voicemail", {"channel": "voicemail"}, "ALLOW", "US-LCM-01", None, "limited_content"),
    Case("that lacks one of four", {"channel": "voicemail", "lacks": ["limited_content"]}, "BLOCK", "US-LCM-01"),
    Case("that says anything", {"channel": "voicemail", "says": ["premium_number"]}, "BLOCK", "US-LCM-01"),
    Case("that lacks the notice", {"channel": "voicemail", "lacks": ["debt_collector_notice"]},
         "ALLOW", "US-LCM-01", None, "limited_content"),
    Case("a lender's voicemail", {"channel": "voicemail", "says": ["debt_info"], **LENDER}),
    *[Case(f"{channel} must say who calls", {"channel": channel, "lacks": ["debt_collector_notice"]},
           "BLOCK", "US-DISC-01") for channel in ("call", "im", "push", "letter", "visit")],
    Case("a robot must",
         {"channel": "robot_call", "lacks": ["debt_collector_notice"], "agreements": [{"kind": "autodial"}]},
         "BLOCK", "US-DISC-01 US-TCPA-01"),
    Case("the lender need not", {"lacks": ["debt_collector_notice"], **LENDER}),
    Case("a call may lack the four words", {"lacks": ["limited_content"]}),
]  # fmt: skip

TABLE = [*HOURS, *PLACES, *PEOPLE, *STOPS, *WRITTEN]


@pytest.mark.parametrize("case", TABLE, ids=names_of(TABLE))
def test_the_pack_says_what_the_law_as_written_says(case: Case) -> None:
    expect(US, case)


def test_nothing_of_it_binds_a_company() -> None:
    """4: consumer packs fire nothing for a company, even when they are named."""
    expect(US, Case("", {"person_kind": "company", "now": "23:00", "lacks": ["debt_collector_notice"]}))
