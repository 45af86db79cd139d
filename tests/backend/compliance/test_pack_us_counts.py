"""Are calls, machines and Massachusetts counted as gate.md 4.1 writes: by debt group, day, number, place, consent?"""

import pytest

from tests.backend.compliance.builder import Case, events, expect, names_of

US: dict[str, object] = {
    "packs": ["US-REGF"], "zones": ["America/New_York"], "collector": "agency", "channel": "call", "to": "a",
    "debts": [{"id": "A"}, {"id": "B"}], "about": ["A"],
}  # fmt: skip
MA: dict[str, object] = {**US, "packs": ["US-MA"], "collector": "lender"}
NEXT = "2026-11-24 08:00"
LENDER: dict[str, object] = {"collector": "lender"}


def spread(kind: str, *days: int, **also: object) -> list[dict[str, object]]:
    """Return an event at noon on each of these days of November, or of October below zero."""
    dates = [f"2026-11-{day:02d}" if day > 0 else f"2026-10-{31 + day:02d}" for day in days]
    return [{"kind": kind, "at": f"{day} 12:00", **also} for day in dates]


WEEK = (17, 18, 19, 20, 21, 22, 23)
SEVEN = spread("attempt", *WEEK)
GROUPED = [{"id": "A", "group": "g"}, {"id": "B", "group": "g"}, {"id": "C"}]
SEVEN_CALLS = [
    Case("six in seven days", {"history": SEVEN[1:]}),
    Case("seven in seven days", {"history": SEVEN}, "BLOCK", "US-FREQ-01", NEXT),
    Case("seven in eight days", {"history": spread("attempt", 16, *WEEK[1:])}),
    Case("the first minute of the first day", {"history": [{"kind": "attempt", "at": "2026-11-17 00:00"}, *SEVEN[1:]]},
         "BLOCK", "US-FREQ-01", NEXT),
    Case("the last second of the day before",
         {"history": [{"kind": "attempt", "at": "2026-11-16 23:59:59"}, *SEVEN[1:]]}),
    Case("voicemails are dials",
         {"history": spread("connect", *WEEK, channel="voicemail")}, "BLOCK", "US-FREQ-01", NEXT),
    Case("eight: two must fall out", {"history": [*SEVEN, *spread("attempt", 18)]},
         "BLOCK", "US-FREQ-01", "2026-11-25 08:00"),
    Case("about the other debt", {"history": spread("attempt", *WEEK, debts=["B"])}),
    Case("about both", {"history": spread("attempt", *WEEK, debts=["A", "B"])}, "BLOCK", "US-FREQ-01", NEXT),
    Case("about nobody knows which", {"history": spread("attempt", *WEEK)}, "BLOCK", "US-FREQ-01", NEXT),
    Case("about no debt at all", {"history": spread("attempt", *WEEK, debts=[])}, "BLOCK", "US-FREQ-01", NEXT),
    Case("about a debt of long ago", {"history": spread("attempt", *WEEK, debts=["gone"])}),
    Case("two debts under one account", {"debts": GROUPED, "history": [*spread("attempt", 17, 18, 19, debts=["A"]),
         *spread("attempt", 20, 21, 22, 23, debts=["B"])]}, "BLOCK", "US-FREQ-01", NEXT),
    Case("two debts under two", {"history": [*spread("attempt", 17, 18, 19, debts=["A"]),
         *spread("attempt", 20, 21, 22, 23, debts=["B"])]}),
    Case("the contact is about two debts, one is worn out",
         {"about": None, "history": spread("attempt", *WEEK, debts=["B"])}, "BLOCK", "US-FREQ-01", NEXT),
    Case("by the lender and two agencies", {"history": [*spread("attempt", 17, 18, by="x"),
         *spread("attempt", 19, 20, by="y"), *SEVEN[4:]]}, "BLOCK", "US-FREQ-01", NEXT),
    Case("to another number", {"history": spread("attempt", *WEEK, to="b")}, "BLOCK", "US-FREQ-01", NEXT),
    Case("the client called seven times", {"history": spread("connect", *WEEK, direction="in")}),
    Case("another person", {"history": spread("attempt", *WEEK, person="guarantor")}),
    Case("the lender calls", {"history": SEVEN, **LENDER}),
    Case("a text", {"channel": "im", "history": SEVEN}),
    *[Case(f"to the {role}", {"role": role, "history": spread("attempt", *WEEK, person=role)})
      for role in ("attorney", "authorised_person")],
    Case("one did not connect", {"history": [*spread("failed", 17), *SEVEN[1:]]}, "ALLOW", "US-FREQ-03"),
    Case("one did not connect, seven did", {"history": [*spread("failed", 17), *SEVEN]}, "BLOCK", "US-FREQ-01", NEXT),
    Case("one did not connect, five did", {"history": [*spread("failed", 17), *SEVEN[2:]]}),
]  # fmt: skip

CALL = {"kind": "call", "from": "2026-11-20 10:00"}
TALKED = spread("conversation", 18)
CONSENT = [
    Case("a live consent lifts seven", {"history": SEVEN, "agreements": [CALL]}, "ALLOW", "US-FREQ-03"),
    Case("a live consent that is not needed", {"history": SEVEN[1:], "agreements": [CALL]}),
    Case("given today", {"history": SEVEN, "agreements": [{**CALL, "from": "14:59"}]}, "ALLOW", "US-FREQ-03"),
    Case("given in ten seconds", {"history": SEVEN, "agreements": [{**CALL, "from": "15:00:10"}]},
         "BLOCK", "US-FREQ-01", "15:01"),
    Case("given this very minute", {"now": "15:00:30", "history": SEVEN, "agreements": [{**CALL, "from": "15:00:10"}]},
         "BLOCK", "US-FREQ-01", "15:01"),
    Case("on its sixth day after",
         {"now": "2026-11-26 20:59", "history": spread("attempt", *range(20, 27)), "agreements": [CALL]},
         "ALLOW", "US-FREQ-03"),
    Case("on its seventh, but its calls are not counted",
         {"now": "2026-11-27 08:00", "history": spread("attempt", 21, *range(21, 27)), "agreements": [CALL]},
         "ALLOW", "US-FREQ-03"),
    Case("calls made before it count again once it is over",
         {"now": "2026-11-27 08:00", "history": spread("attempt", *[21] * 7),
          "agreements": [{**CALL, "from": "2026-11-20 10:00", "until": "2026-11-21 11:00"}]},
         "BLOCK", "US-FREQ-01", "2026-11-28 08:00"),
    Case("taken back", {"history": SEVEN, "agreements": [{**CALL, "until": "15:00"}]}, "ALLOW", "US-FREQ-03"),
    Case("taken back before most calls", {"history": spread("attempt", *[22] * 7),
         "agreements": [{**CALL, "until": "2026-11-21 10:00"}]}, "BLOCK", "US-FREQ-01", "2026-11-29 08:00"),
    Case("without a date", {"history": SEVEN, "agreements": [{"kind": "call"}]}, "BLOCK", "US-FREQ-01", NEXT),
    Case("for the other debt",
         {"history": SEVEN, "agreements": [{**CALL, "debts": ["B"]}]}, "BLOCK", "US-FREQ-01", NEXT),
    Case("for a debt of the same account",
         {"debts": GROUPED, "history": SEVEN, "agreements": [{**CALL, "debts": ["B"]}]}, "ALLOW", "US-FREQ-03"),
    Case("for one of the two the call is about",
         {"about": None, "history": SEVEN, "agreements": [{**CALL, "debts": ["A"]}]}, "BLOCK", "US-FREQ-01", NEXT),
    Case("for each of the two",
         {"about": None, "history": SEVEN, "agreements": [{**CALL, "debts": ["A"]}, {**CALL, "debts": ["B"]}]},
         "ALLOW", "US-FREQ-03"),
    Case("for texts", {"history": SEVEN, "agreements": [{**CALL, "channels": ["sms"]}]}, "BLOCK", "US-FREQ-01", NEXT),
    Case("for calls, by voicemail", {"channel": "voicemail", "history": SEVEN,
         "agreements": [{**CALL, "channels": ["call"]}]}, "ALLOW", "US-FREQ-03 US-LCM-01", None, "limited_content"),
    Case("consent to voicemail does not make a dial uncounted", {"channel": "voicemail", "now": "2026-11-27 13:00",
         "history": spread("attempt", *range(21, 28), channel="call"),
         "agreements": [{**CALL, "channels": ["voicemail"]}]},
         "BLOCK", "US-FREQ-01 US-LCM-01", "2026-11-28 08:00", "limited_content"),
    Case("another agreement is none", {"history": SEVEN, "agreements": [{"kind": "frequency"}]},
         "BLOCK", "US-FREQ-01", NEXT),
    Case("the day of a talk is the first", {"history": spread("conversation", 17)}, "BLOCK", "US-FREQ-02", NEXT),
    Case("the eighth day", {"history": spread("conversation", 16)}),
    Case("a talk today", {"history": spread("conversation", 23)}, "BLOCK", "US-FREQ-02", "2026-11-30 08:00"),
    Case("the last of two talks counts", {"history": spread("conversation", 17, 19)},
         "BLOCK", "US-FREQ-02", "2026-11-26 08:00"),
    Case("the client called", {"history": spread("conversation", 18, direction="in")},
         "BLOCK", "US-FREQ-02", "2026-11-25 08:00"),
    Case("a talk at the door is no call", {"history": spread("conversation", 18, channel="visit")}),
    Case("a talk by messages", {"history": spread("conversation", 18, channel="im")}),
    Case("somebody else answered", {"history": spread("connect", 18)}),
    Case("about the other debt", {"history": spread("conversation", 18, debts=["B"])}),
    Case("about the same account", {"debts": GROUPED, "history": spread("conversation", 18, debts=["B"])},
         "BLOCK", "US-FREQ-02", "2026-11-25 08:00"),
    Case("with consent", {"history": TALKED, "agreements": [CALL]}, "ALLOW", "US-FREQ-03"),
    Case("with consent for the rest of the day only",
         {"history": TALKED, "agreements": [{**CALL, "until": "2026-11-23 15:00"}]},
         "BLOCK", "US-FREQ-02", "2026-11-25 08:00"),
    Case("both rules are lifted by one consent", {"history": [*TALKED, *SEVEN], "agreements": [CALL]},
         "ALLOW", "US-FREQ-03"),
    Case("the lender talked and calls", {"history": TALKED, **LENDER}),
    *[Case(f"to the {role}", {"role": role, "history": spread("conversation", 18, person=role)})
      for role in ("attorney", "authorised_person")],
    Case("a written word", {"channel": "im", "history": TALKED}),
]  # fmt: skip


def rang(at: str, **also: object) -> list[dict[str, object]]:
    """Return one unanswered call."""
    return [{"kind": "attempt", "at": at, **also}]


GAPS = [
    Case("a second less than five minutes", {"history": rang("14:55:01")}, "BLOCK", "US-FREQ-04", "15:01"),
    Case("five minutes", {"history": rang("14:55")}),
    Case("three minutes", {"history": rang("14:57")}, "BLOCK", "US-FREQ-04", "15:02"),
    Case("to another number", {"history": rang("14:57", to="b")}),
    Case("to this one", {"history": rang("14:57", to="a")}, "BLOCK", "US-FREQ-04", "15:02"),
    Case("it was answered", {"history": [*events(1, "connect"), {"kind": "connect", "at": "14:57"}]}),
    Case("it did not connect", {"history": [{"kind": "failed", "at": "14:57"}]}),
    Case("the client rang", {"history": rang("14:57", direction="in")}),
    Case("about whatever debt", {"history": rang("14:57", debts=["B"])}, "BLOCK", "US-FREQ-04", "15:02"),
    Case("by a clock that is ahead", {"history": rang("15:00:30")}, "BLOCK", "US-FREQ-04", "15:06"),
    Case("two today", {"history": events(2, "attempt")}),
    Case("three today", {"history": events(3, "attempt")}, "REVIEW", "US-FREQ-04"),
    Case("three of any kind about any debt to any number",
         {"history": [*events(1, "attempt", debts=["B"]), *events(1, "connect", to="b"), *events(1,
          "attempt", to="c")]},
         "REVIEW", "US-FREQ-04"),
    Case("failed ones are no dials", {"history": [*events(2, "attempt"), *events(3, "failed")]}),
    Case("yesterday's", {"history": events(3, "attempt", "2026-11-22")}),
    Case("three today and one just now", {"history": [*events(3, "attempt"), *rang("14:57")]},
         "BLOCK", "US-FREQ-04", "15:02"),
    Case("the lender", {"history": [*events(3, "attempt"), *rang("14:57")], **LENDER}),
    *[Case(f"to the {role}",
           {"role": role, "history": [*events(3, "attempt", person=role), *rang("14:57", person=role)]})
      for role in ("attorney", "authorised_person")],
    Case("a text", {"channel": "im", "history": rang("14:57")}),
]  # fmt: skip

FRESH = [{"kind": "consumer_text", "at": "2026-11-20 10:00"}]
CONFIRM: dict[str, object] = {
    "channel": "sms", "basis": FRESH, "template": "opt_out_confirmation",
    "status": [{"kind": "opt_out", "from": "15:00:20"}],
}  # fmt: skip
ALL_THREE = "GEN-STOP-01 US-ELEC-01 US-TCPA-02"
OUT = {"kind": "opt_out"}
MACHINES = [
    Case("a robot", {"channel": "robot_call"}, "BLOCK", "US-TCPA-01"),
    Case("a robot of the lender", {"channel": "robot_call", **LENDER}, "BLOCK", "US-TCPA-01"),
    Case("a robot with consent",
         {"channel": "robot_call", "agreements": [{"kind": "autodial"}]}, "ALLOW", "US-TCPA-01"),
    Case("consent for one debt of two", {"channel": "robot_call", "about": None,
         "agreements": [{"kind": "autodial", "debts": ["A"]}]}, "BLOCK", "US-TCPA-01"),
    Case("consent for texts", {"channel": "robot_call", "agreements": [{"kind": "autodial", "channels": ["sms"]}]},
         "BLOCK", "US-TCPA-01"),
    Case("dialled by machine", {"autodialled": True}, "BLOCK", "US-TCPA-01"),
    Case("texted by machine", {"channel": "sms", "basis": FRESH, "autodialled": True}, "BLOCK", "US-TCPA-01"),
    *[Case(f"{channel} by machine", {"channel": channel, "autodialled": True}) for channel in ("im", "push", "letter")],
    Case("a text under an opt-out", {"channel": "sms", "basis": FRESH, "status": [OUT]}, "BLOCK", ALL_THREE),
    Case("a text of the lender under an opt-out", {"channel": "sms", "status": [OUT], **LENDER},
         "BLOCK", "GEN-STOP-01 US-TCPA-02"),
    Case("an app message under an opt-out", {"channel": "im", "status": [OUT]}, "BLOCK", "GEN-STOP-01 US-ELEC-01"),
    Case("a call under an opt-out", {"status": [OUT]}, "BLOCK", "GEN-STOP-01"),
    Case("a machine's call under an opt-out", {"autodialled": True, "status": [OUT]},
         "BLOCK", "GEN-STOP-01 US-TCPA-01 US-TCPA-02"),
    Case("a robot under an opt-out of calls", {"channel": "robot_call", "agreements": [{"kind": "autodial"}],
         "status": [{**OUT, "channel": "call"}]}, "BLOCK", "GEN-STOP-01 US-TCPA-01 US-TCPA-02"),
    Case("a text under an opt-out of calls",
         {"channel": "sms", "basis": FRESH, "status": [{**OUT, "channel": "call"}]}),
    Case("a second before the opt-out", {**CONFIRM, "now": "15:00:19"}),
    Case("at once it is confirmed", {**CONFIRM, "now": "15:00:20"}, "ALLOW", ALL_THREE),
    Case("within five minutes", {**CONFIRM, "now": "15:05:19"}, "ALLOW", ALL_THREE),
    Case("after five minutes", {**CONFIRM, "now": "15:05:20"}, "BLOCK", ALL_THREE),
    Case("another text within five minutes", {**CONFIRM, "now": "15:01", "template": "answer"}, "BLOCK", ALL_THREE),
    Case("the confirmation went out", {**CONFIRM, "now": "15:02", "history": [{"kind": "message", "at": "15:00:20"}]},
         "BLOCK", ALL_THREE),
    Case("a text went out before", {**CONFIRM, "now": "15:02", "history": [{"kind": "message", "at": "15:00:19"}]},
         "ALLOW", ALL_THREE),
    Case("an e-mail went out since",
         {**CONFIRM, "now": "15:02", "history": [{"kind": "message", "channel": "email", "at": "15:01"}]},
         "ALLOW", ALL_THREE),
    Case("the client's own stop is no text of ours",
         {**CONFIRM, "now": "15:02", "history": [{"kind": "message", "direction": "in", "at": "15:00:20"}]},
         "ALLOW", ALL_THREE),
    Case("an older opt-out stands beside it", {**CONFIRM, "now": "15:02", "status": [OUT, {**OUT, "from": "15:00:20"}]},
         "BLOCK", ALL_THREE),
    Case("no confirmation by app", {**CONFIRM, "channel": "im", "now": "15:02"}, "BLOCK", "GEN-STOP-01 US-ELEC-01"),
]  # fmt: skip

WORK: dict[str, object] = {"place": "workplace"}
NO_WORK = {"kind": "no_place", "place": "workplace"}
VISIT: dict[str, object] = {"channel": "visit", "place": "home_door"}
MASSACHUSETTS = [
    Case("one in seven days", {"history": spread("attempt", 17)}),
    Case("two in seven days", {"history": spread("attempt", 17, 20)}, "BLOCK", "US-MA-01", "2026-11-24 00:00"),
    Case("two in eight days", {"history": spread("attempt", 16, 20)}),
    Case("a call and a text", {"history": [*spread("attempt", 18), *spread("message", 20)]},
         "BLOCK", "US-MA-01", "2026-11-25 00:00"),
    Case("a text is counted out too", {"channel": "sms", "history": spread("connect", 18, 19)},
         "BLOCK", "US-MA-01", "2026-11-25 00:00"),
    Case("an e-mail is not", {"channel": "email", "history": spread("connect", 18, 19)}),
    Case("e-mails do not count", {"history": spread("message", 18, 19, channel="email")}),
    Case("failed ones do not count", {"history": spread("failed", 18, 19)}),
    Case("the client's own do not count", {"history": spread("conversation", 18, 19, direction="in")}),
    Case("about the other debt", {"history": spread("attempt", 18, 19, debts=["B"])}),
    Case("about the same account", {"debts": GROUPED, "history": spread("attempt", 18, 19, debts=["B"])},
         "BLOCK", "US-MA-01", "2026-11-25 00:00"),
    Case("calls to work do not count at home", {"history": spread("attempt", 18, 19, place="workplace")}),
    Case("calls home do not count at work", {**WORK, "history": spread("attempt", 18, 19, place="home_door")}),
    Case("nor those to a place unknown", {**WORK, "history": spread("attempt", 18, 19)}),
    Case("two at work in thirty days", {**WORK, "history": spread("attempt", -6, 2, place="workplace")},
         "BLOCK", "US-MA-01", "2026-11-24 00:00"),
    Case("two at work in thirty-one days", {**WORK, "history": spread("attempt", -7, 2, place="workplace")}),
    Case("work is no place, in writing, long ago",
         {**WORK, "status": [{**NO_WORK, "written": True, "from": "2020-01-01 10:00"}]}, "BLOCK", "US-MA-01"),
    Case("written, withdrawn", {**WORK, "status": [{**NO_WORK, "written": True, "until": "16:00"}]},
         "BLOCK", "US-MA-01", "16:00"),
    Case("spoken ten days ago", {**WORK, "status": [{**NO_WORK, "from": "2026-11-13 10:00"}]},
         "BLOCK", "US-MA-01", "2026-11-24 00:00"),
    Case("spoken eleven days ago", {**WORK, "status": [{**NO_WORK, "from": "2026-11-12 23:59:59"}]}),
    Case("spoken, nobody knows when", {**WORK, "status": [NO_WORK]}, "BLOCK", "US-MA-01"),
    Case("a visit at work", {**WORK, "channel": "visit", "status": [NO_WORK]}, "BLOCK", "US-MA-01"),
    Case("a call home", {"place": "home_door", "status": [NO_WORK]}),
    Case("no wish about work, but home", {**WORK, "status": [{**NO_WORK, "place": "home_door"}]}),
    Case("home is no place here", {"place": "home_door", "status": [{**NO_WORK, "place": "home_door"}]}),
    Case("a visit at eight", {**VISIT, "now": "08:00"}),
    Case("a visit a second early", {**VISIT, "now": "07:59:59"}, "BLOCK", "US-MA-02", "08:00"),
    Case("a visit at nine", {**VISIT, "now": "21:00"}, "BLOCK", "US-MA-02", NEXT),
    Case("agreed hours do not widen it", {**VISIT, "now": "21:00",
         "agreements": [{"kind": "hours", "start": "21:00", "end": "22:00"}]}, "BLOCK", "US-MA-02", NEXT),
    Case("a call has no hour here", {"now": "23:00"}),
    Case("a visit thirty days after", {**VISIT, "history": spread("visit", -7)}),
    Case("a visit twenty-nine days after", {**VISIT, "history": spread("visit", -6)}, "BLOCK", "US-MA-02", NEXT),
    Case("a visit about the other debt", {**VISIT, "history": spread("visit", 20, debts=["B"])}),
    Case("nobody met", {**VISIT, "history": spread("no_show", 20)}),
    Case("with permission", {**VISIT, "history": spread("visit", 20), "agreements": [{"kind": "visit"}]},
         "ALLOW", "US-MA-02"),
    Case("permission at night",
         {**VISIT, "now": "22:00", "history": spread("visit", 20), "agreements": [{"kind": "visit"}]},
         "BLOCK", "US-MA-02", NEXT),
    Case("runs past nine", {**VISIT, "now": "20:30", "planned_minutes": 31},
         "ALLOW", "US-MA-02", None, "leave_by:2026-11-23T21:00:00-05:00"),
]  # fmt: skip

TABLE = [*SEVEN_CALLS, *CONSENT, *GAPS, *MACHINES]


@pytest.mark.parametrize("case", TABLE, ids=names_of(TABLE))
def test_regulation_f_counts_as_the_law_as_written_counts(case: Case) -> None:
    expect(US, case)


@pytest.mark.parametrize("case", MASSACHUSETTS, ids=names_of(MASSACHUSETTS))
def test_massachusetts_counts_by_place(case: Case) -> None:
    expect(MA, case)
