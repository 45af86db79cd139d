"""Which situations may come up? Small random ones, close to the edges of hours, days, counts and clock changes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

from backend.compliance.schemas import (
    AgreementKind,
    Channel,
    EventKind,
    Lacks,
    Place,
    Role,
    Says,
    Situation,
    StatusKind,
)
from tests.backend.compliance.builder import IN_ORDER, wire

Json = dict[str, Any]
ZONES = ("Asia/Shanghai", "America/New_York", "America/Chicago", "Europe/London", "Asia/Kolkata", "Europe/Berlin",
         "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago")  # fmt: skip
DAYS = ("2026-11-23", "2026-11-22", "2026-11-21", "2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2026-04-24",
        "2026-04-05", "2026-12-31")  # fmt: skip
"""Weekdays, a weekend, and days on which clocks of these zones are changed."""
PACKS = ("CN", "US-REGF", "US-MA", "IN-2022", "IN-MFI", "IN-2026D", "UK", "EU", "HOUSE", "HOUSE-CORP")
CLOCKS = ("00:00", "01:30", "02:30", "08:00", "09:30", "12:00", "18:00", "20:15", "22:30", "24:00")
DEBTS = ("A", "B")

walls = st.one_of(
    st.sampled_from(("00:00", "01:30", "07:59:59", "08:00", "09:00", "17:59:59", "20:59:59.5", "21:00", "22:00")),
    st.builds(lambda hour, minute, second: f"{hour:02d}:{minute:02d}:{second:02d}", st.integers(0, 23),
              st.integers(0, 59), st.sampled_from((0, 0, 1, 59))),
)  # fmt: skip
some_debts = st.sampled_from((None, None, None, ["A"], ["B"], ["A", "B"], []))


@st.composite
def instants(draw: st.DrawFn, zone: str, hours: st.SearchStrategy[str] = walls) -> datetime:
    """Draw an instant of one of the days above."""
    shown = f"{draw(st.sampled_from(DAYS))} {draw(hours)}"
    return datetime.fromisoformat(shown).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def spans(now: datetime) -> st.SearchStrategy[Json]:
    """Draw from when and until when something stands."""
    back = st.sampled_from((0, 1, 4, 60, 1439, 1440, 3000, 8640, 10080, 14400, 43200, 86400))
    ahead = st.sampled_from((-60, 0, 1, 7, 45, 600, 1440, 20_000))
    off = st.sampled_from((0, 0, 0, 1, 29, 59))
    at = st.builds(lambda minutes, second: now - timedelta(minutes=minutes, seconds=-second), back, off)
    to = st.builds(lambda minutes, second: now + timedelta(minutes=minutes, seconds=second), ahead, off)
    return st.fixed_dictionaries({}, optional={"from": at.map(datetime.isoformat), "until": to.map(datetime.isoformat)})


def statuses(now: datetime) -> st.SearchStrategy[Json]:
    """Draw what stands against a contact."""
    return st.builds(
        lambda kind, span, more: {"kind": kind, **span, **more},
        st.sampled_from(StatusKind),
        spans(now),
        st.fixed_dictionaries(
            {"debts": some_debts},
            optional={
                "channel": st.sampled_from(Channel), "place": st.sampled_from(Place), "written": st.booleans(),
                "late": st.booleans(), "breached": st.booleans(), "extended": st.booleans(),
            },
        ),
    )  # fmt: skip


@st.composite
def agreements(draw: st.DrawFn, now: datetime) -> Json:
    """Draw what the person agreed to or asked for."""
    kind = draw(st.sampled_from((*AgreementKind, AgreementKind.HOURS, AgreementKind.PREFERENCE, AgreementKind.CALL)))
    made: Json = {"kind": kind, **draw(spans(now)), "debts": draw(some_debts)}
    if kind in {AgreementKind.HOURS, AgreementKind.PREFERENCE}:
        first, last = sorted(draw(st.lists(st.sampled_from(CLOCKS), min_size=2, max_size=2, unique=True)))
        made |= {"start": first, "end": last}
        if draw(st.booleans()):
            made["days"] = draw(st.lists(st.integers(1, 7), min_size=1, max_size=6, unique=True))
    if kind is AgreementKind.PLACE:
        made["place"] = draw(st.sampled_from(Place))
    if draw(st.integers(0, 4)) == 0:
        made["channels"] = draw(st.lists(st.sampled_from(Channel), min_size=1, max_size=3))
    return made


def events(now: datetime, persons: tuple[str, ...] = ("obligor",)) -> st.SearchStrategy[Json]:
    """Draw one earlier contact, most of them of the last days."""
    back = st.builds(
        lambda days, minutes, second: now - timedelta(days=days, minutes=minutes, seconds=second),
        st.sampled_from((0, 0, 0, 1, 2, 5, 6, 7, 8, 29, 30, 31)), st.sampled_from((0, 3, 5, 90, 600, 1439)),
        st.sampled_from((-40, 0, 0, 1, 59)),
    )  # fmt: skip
    return st.fixed_dictionaries(
        {
            "at": back.map(datetime.isoformat),
            "kind": st.sampled_from((*EventKind, EventKind.ATTEMPT, EventKind.ATTEMPT, EventKind.CONNECT)),
            "person": st.sampled_from(persons),
        },
        optional={
            "to": st.sampled_from(("a", "b", None)), "debts": some_debts, "direction": st.sampled_from(("out", "in")),
            "place": st.sampled_from((None, "workplace", "home_door", "central")),
        },
    )  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> Json:
    """Draw a situation as JSON says it."""
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True))
    now = draw(instants(zones[0]))
    role = draw(st.sampled_from((Role.OBLIGOR, Role.OBLIGOR, *Role)))
    given: Json = {
        "now": now.isoformat(), "zones": zones, "role": role,
        "person_kind": draw(st.sampled_from(("natural",) * 4 + ("company",))),
        "channel": draw(st.sampled_from((Channel.CALL, Channel.CALL, Channel.SMS, Channel.VISIT, *Channel))),
        "collector": draw(st.sampled_from(("lender", "agency", "debt_buyer"))),
        "to": draw(st.sampled_from(("a", None))),
        "place": draw(st.sampled_from((None, *Place))), "about": draw(st.sampled_from((None, ["A"], ["A", "B"]))),
        "debts": [
            {"id": name, "notified": draw(st.booleans()), "product": draw(st.sampled_from(("consumer_loan",
             "credit_card",
             "microfinance"))), "group": draw(st.sampled_from((None, "one"))), "family_debt": draw(st.booleans())}
            for name in DEBTS
        ],
        "planned_minutes": draw(st.sampled_from((0, 0, 30, 700))),
        "says": draw(st.lists(st.sampled_from(Says), max_size=1)),
        "lacks": draw(st.lists(st.sampled_from(Lacks), max_size=1)),
        "template": draw(st.sampled_from((None, None, "answer", "opt_out_confirmation", "remedy_may"))),
        "basis": [
            {"kind": "consumer_text", "at": (now - timedelta(draw(st.sampled_from((0, 59, 60, 61))))).isoformat()}
        ],
        "history": draw(st.lists(events(now, ("obligor", "obligor", str(role))), max_size=12)),
        "status": draw(st.lists(statuses(now), max_size=2)), "agreements": draw(st.lists(agreements(now), max_size=3)),
        **{flag: draw(st.sampled_from((True, True, True, False))) for flag in IN_ORDER if flag != "headcount"},
    }  # fmt: skip
    if draw(st.booleans()):
        given["packs"] = draw(st.lists(st.sampled_from(PACKS), max_size=3, unique=True))
    else:
        given["jurisdiction"] = draw(st.sampled_from(("CN", "US", "US-MA", "IN", "UK", "EU", None)))
    if draw(st.integers(0, 9)) == 0:
        given["snapshot_expires_at"] = (now + timedelta(minutes=draw(st.sampled_from((-1, 1, 600, 3000))))).isoformat()
    return wire({}, given)


def situations() -> st.SearchStrategy[Situation]:
    """Draw a situation as the gate takes it."""
    return lines().map(lambda line: msgspec.convert(line, Situation))
