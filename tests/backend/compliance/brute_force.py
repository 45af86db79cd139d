"""Which counting rules fire? Reckoned event by event from the text of gate.md 3.2 and 4.1, with nothing of ours.

A line of JSON goes in (one natural person, who owes); out comes what each rule of a count does: "B", "R", or "" when it
is listed for an exception. Slow and plain: it holds the gate to the law as written.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Test = Callable[[Json], bool]
VOICE = {"call", "robot_call", "voicemail"}
DIALS = {"attempt", "connect", "conversation"}


def moment(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text)


def rounded_up(at: datetime) -> datetime:
    """Return the first whole minute at or after an instant."""
    cut = at.replace(second=0, microsecond=0)
    return cut if cut == at else cut + timedelta(minutes=1)


def channel_of(event: Json) -> str:
    """Return by what a contact was made."""
    by_kind = {"message": "sms", "visit": "visit", "no_show": "visit"}
    return str(event.get("channel") or by_kind.get(event["kind"], "call"))


class Case:
    """A line with the words of the law over it."""

    def __init__(self, line: Json) -> None:
        self.line = line
        self.now = moment(line["now"])
        self.zones = [ZoneInfo(name) for name in line["person"]["zones"]]
        self.action = line["action"]
        self.group = {debt["id"]: debt.get("group") or debt["id"] for debt in line["debts"]}
        self.debts = self.action.get("debts") or list(self.group)

    def day(self, at: datetime, zone: ZoneInfo) -> date:
        return at.astimezone(zone).date()

    def within(self, days: int, event: Json, zone: ZoneInfo) -> bool:
        """In so many consecutive days, today the last; what is later than now counts as if it had happened."""
        return self.day(moment(event["at"]), zone) >= self.day(self.now, zone) - timedelta(days=days - 1)

    def about(self, group: str, debts: list[str] | None) -> bool:
        return not debts or group in {self.group.get(one, one) for one in debts}

    def same_to(self, event: Json) -> bool:
        wanted, called = self.action.get("to"), event.get("to")
        return wanted is None or called is None or wanted == called

    def most(self, days: int, test: Test) -> int:
        """Return how many such events lie in the days, in the zone where they are most."""
        events = [one for one in self.line["history"] if test(one)]
        return max(sum(self.within(days, one, zone) for one in events) for zone in self.zones)

    def most_about(self, days: int, test: Test) -> int:
        """Return the same for the debt group that has most of them."""

        def within_group(group: str) -> int:
            return self.most(days, lambda event: test(event) and self.about(group, event.get("debts")))

        return max(within_group(group) for group in {self.group[one] for one in self.debts})

    def permits(self, kind: str) -> bool:
        """Say whether an agreement covers the channel and all debts now."""
        return any(
            self._stands(one, self.now)
            and self._reaches(one, self.action["channel"])
            and (one.get("debts") is None or set(self.debts) <= set(one["debts"]))
            for one in self.line["agreements"]
            if one["kind"] == kind
        )

    def consents(self, group: str, at: datetime, channel: str) -> bool:
        """Say whether consent to be called lives at an instant: on its date and the six days after, in every zone."""
        return any(
            self._stands(one, at)
            and self._reaches(one, channel)
            and (one.get("debts") is None or group in {self.group.get(debt, debt) for debt in one["debts"]})
            and all(
                self.day(at, zone) <= self.day(moment(one["from"]), zone) + timedelta(days=6) for zone in self.zones
            )
            for one in self.line["agreements"]
            if one["kind"] == "call" and one.get("from")
        )

    @staticmethod
    def _stands(agreement: Json, at: datetime) -> bool:
        begun = agreement.get("from") is None or rounded_up(moment(agreement["from"])) <= at
        return begun and (agreement.get("until") is None or at < moment(agreement["until"]))

    @staticmethod
    def _reaches(agreement: Json, channel: str) -> bool:
        named = agreement.get("channels")
        return named is None or channel in named or ("call" in named and channel in VOICE)


def of_kind(kinds: Iterable[str]) -> Test:
    """Return a test of outgoing events."""
    wanted = set(kinds)
    return lambda event: event["kind"] in wanted and event.get("direction", "out") == "out"


def china(case: Case) -> dict[str, str]:
    """CN-FREQ-01 and 02."""
    found = {}
    unanswered = of_kind({"attempt", "failed"})
    if case.most(1, of_kind({"connect", "conversation"})) >= 3:
        found["CN-FREQ-01"] = "B"
    if case.most(1, lambda event: unanswered(event) and case.same_to(event)) >= 6:
        found["CN-FREQ-02"] = "" if case.permits("frequency") else "B"
    return found


def calls_about(case: Case, group: str) -> dict[str, bool]:
    """Say of US-FREQ-01 and 02 whether they block a call about one debt group, or are lifted; absent: neither."""
    every, dials = of_kind(DIALS | {"failed"}), of_kind(DIALS)
    lives = case.consents(group, case.now, case.action["channel"])

    def about(event: Json) -> bool:
        return case.about(group, event.get("debts"))

    def counted(event: Json) -> bool:
        return dials(event) and about(event) and not case.consents(group, moment(event["at"]), channel_of(event))

    def talk(event: Json) -> bool:
        return event["kind"] == "conversation" and channel_of(event) in VOICE and about(event)

    found = {}
    if case.most(7, lambda event: every(event) and about(event)) >= 7:
        found["US-FREQ-01"] = case.most(7, counted) >= 7 and not lives
    if case.most(7, talk):
        found["US-FREQ-02"] = not lives
    return found


def regulation_f(case: Case) -> dict[str, str]:
    """US-FREQ-01 to 04."""
    groups = [calls_about(case, group) for group in {case.group[one] for one in case.debts}]
    blocked = {rule for one in groups for rule, blocks in one.items() if blocks}
    found = dict.fromkeys(blocked, "B")
    if {rule for one in groups for rule in one} - blocked:
        found["US-FREQ-03"] = ""
    rang = [one for one in case.line["history"] if of_kind({"attempt"})(one) and case.same_to(one)]
    if any(case.now < rounded_up(moment(one["at"]) + timedelta(minutes=5)) for one in rang):
        found["US-FREQ-04"] = "B"
    elif case.most(1, of_kind(DIALS)) >= 3:
        found["US-FREQ-04"] = "R"
    return found


def massachusetts(case: Case) -> dict[str, str]:
    """US-MA-01 and 02, by counts."""
    found, channel, at_work = {}, case.action["channel"], case.action.get("place") == "workplace"
    reached, medium = of_kind(DIALS | {"message"}), VOICE | {"sms"}

    def counted(event: Json) -> bool:
        return reached(event) and channel_of(event) in medium and (event.get("place") == "workplace") is at_work

    if channel in medium and case.most_about(30 if at_work else 7, counted) >= 2:
        found["US-MA-01"] = "B"
    if channel == "visit" and case.most_about(30, of_kind({"visit"})) >= 1:
        found["US-MA-02"] = "" if case.permits("visit") else "B"
    return found


def counting_rules(line: Json) -> dict[str, str]:
    """Return what the counting rules of China, Regulation F, Massachusetts and the house do, an agency acting."""
    case, channel = Case(line), line["action"]["channel"]
    found = massachusetts(case)
    if channel in VOICE:
        found |= china(case) | regulation_f(case)
        if case.most_about(7, of_kind(DIALS)) >= 7:
            found["HOUSE-FREQ-01"] = "B"
    electronic = {"sms", "im", "push", "email"}
    messages = of_kind({"message"})
    if channel in electronic and case.most(1, lambda one: messages(one) and channel_of(one) in electronic) >= 2:
        found["US-HARASS-01"] = "R"
    return found
