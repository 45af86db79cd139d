"""What may befall a gate? Made-up situations as JSON, many-sided, close to every edge; one seed, one list of them."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from backend.compliance import schemas
from backend.compliance.schemas import AgreementKind, Channel, EventKind, Role, StatusKind
from backend.compliance.zones import EPOCH, zone_named

Json = dict[str, object]

CALM = ("Asia/Shanghai", "Asia/Kolkata", "America/Phoenix", "UTC", "Asia/Kathmandu", "Pacific/Kiritimati")
CHANGING = (
    "America/New_York", "Europe/London", "Europe/Berlin", "Australia/Lord_Howe", "America/Scoresbysund",
    "Africa/Casablanca", "America/Santiago", "America/St_Johns", "Africa/Cairo", "Pacific/Chatham", "Pacific/Easter",
)  # fmt: skip
ZONES = (*CALM, *CHANGING)
UNKNOWN_ZONES = ("Nowhere/Town", "constructor", "Mars/Olympus_Mons")

PACKS = ("CN", "US-REGF", "US-MA", "IN-2022", "IN-2026D", "IN-MFI", "UK", "EU", "HOUSE", "HOUSE-CORP")
PLACES = ("CN", "US", "US-MA", "IN", "UK", "EU")
EDGES_H = (0, 1, 2, 3, 8, 9, 10, 12, 13, 18, 19, 21, 22, 24)
NEAR_S = (0, 0, 0, -1, 1, -60, 60, -59, 61, -300, 300, -1800, 1800, -3600, 7200)
DAYS_BACK = (0, 0, 0, 0, 1, 1, 2, 3, 5, 6, 6, 7, 7, 8, 10, 29, 30, 30, 31, 59, 60, 60, 61, 200)
CLOCKS = ("00:00", "00:30", "02:00", "02:30", "06:00", "08:00", "12:00", "14:30", "17:00", "20:00", "23:00", "24:00")
TURN = datetime(2026, 12, 1, tzinfo=UTC)
"""A day on which editions of a pack may begin or end."""
DEBTS = ("d1", "d2", "d3")
NUMBERS = ("n1", "n2")
PEOPLE = ("obligor", "obligor", "spouse", "p1")
AGENCIES = ("agency", "agency-a", "lender")
SHOWN = ("recording", "registered_caller_id", "badge", "authorisation", "certified", "listed", "details_sent")
BOTH = (True, True, False)
PLACE_OR_NONE = (*schemas.Place, None)
IN_ACTION: tuple[tuple[str, float, Sequence[object]], ...] = (
    ("to", 0.5, NUMBERS),
    ("place", 0.3, PLACE_OR_NONE),
    ("planned_minutes", 0.3, (0, 1, 30, 59, 60, 240, 700, 1440)),
    ("headcount", 0.6, (1, 2, 2, 3)),
    ("photo_of", 0.2, (*schemas.PhotoOf, None)),
    ("autodialled", 0.3, BOTH),
    ("notice_sent", 0.3, BOTH),
)
IN_PERSON: tuple[tuple[str, float, Sequence[object]], ...] = (
    ("role", 0.5, (*Role, "obligor", "spouse", None)),
    ("id", 0.2, PEOPLE),
    ("kind", 0.15, tuple(schemas.PersonKind)),
    ("renounced", 0.1, BOTH),
)
IN_DEBT: tuple[tuple[str, float, Sequence[object]], ...] = (
    ("group", 0.3, ("g1", "d1")),
    ("product", 0.5, (*schemas.Product, "credit_card", "microfinance")),
    ("lender_type", 0.4, tuple(schemas.LenderType)),
    ("placed_with", 0.1, AGENCIES),
    ("notified", 0.7, (True, True, True, False)),
    ("transferred", 0.2, BOTH),
    ("family_debt", 0.2, BOTH),
    ("time_barred", 0.1, BOTH),
    ("illegal", 0.05, BOTH),
)
IN_EVENT: tuple[tuple[str, float, Sequence[object]], ...] = (
    ("channel", 0.3, (*Channel, None)),
    ("direction", 0.2, tuple(schemas.Direction)),
    ("person", 0.2, (*PEOPLE, "spouse")),
    ("to", 0.4, (*NUMBERS, None)),
    ("place", 0.3, PLACE_OR_NONE),
    ("debts", 0.3, (None, [], ["d1"], ["d2"], ["d1", "d3"], ["g1"], ["elsewhere"])),
    ("by", 0.2, AGENCIES),
)
IN_STATUS: tuple[tuple[str, float, Sequence[object]], ...] = (
    ("channel", 0.3, (*Channel, "sms", "call", None)),
    ("place", 0.3, (*PLACE_OR_NONE, "workplace", "home_door")),
    ("unresponsive", 0.15, BOTH),
    ("late", 0.15, BOTH),
    ("extended", 0.15, BOTH),
    ("breached", 0.15, BOTH),
    ("written", 0.15, BOTH),
)
FRACTIONS = (None, None, None, None, 1, 3, 6, 6, 7, 9)
JUNK: tuple[object, ...] = (
    "1989-12-31T23:59:59Z", "1990-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z", "2100-01-01T00:00:00Z", "00:00",
    ["d1", "d9"], [{"id": "d1"}, {"id": "d1"}],
    None, True, 1.5, -1, 0, 8, 1441, "", "x", "o" * 201, [], {}, [None], ["x"], [0], {"kind": "x"}, "24:01",
    "2026-02-29", "2026-02-29T00:00:00Z", "2026-11-23T00:00:00", "2026-11-23T24:00:00Z", "2026-11-23T00:00:00+24:00",
    "9999-12-31T23:59:59.9999999Z", "2026-11-23T00:00:00.12345649Z", "2026-11-23 00:00:00+0530",
)  # fmt: skip


def situation(draw: random.Random) -> Json:
    """Return one situation that the gate accepts, now and then with something unknown."""
    zones = _zones(draw)
    now = _near(draw, zones[0])
    if draw.random() < 0.35:
        return _plain(draw, zones, now)
    action = _action(draw, now)
    made: Json = {"id": f"S{draw.randrange(10**6)}", "now": written(draw, now), "action": action}
    made |= _law(draw, now, zones[0]) | _owed(draw, action)
    if draw.random() < 0.97:
        made["person"] = _person(draw, zones)
    if draw.random() < 0.9:
        made["collector"] = _collector(draw)
    if draw.random() < 0.6:
        made["content"] = _content(draw)
    if draw.random() < 0.98:
        made["history"] = _history(draw, now, zones[0])
    if draw.random() < 0.55:
        made["status"] = [_status(draw, now, zones[0]) for _ in range(draw.choice((1, 1, 2, 3)))]
    if draw.random() < 0.55:
        made["agreements"] = [_agreement(draw, now) for _ in range(draw.choice((1, 1, 2, 3)))]
    return made


def _plain(draw: random.Random, zones: list[str], now: datetime) -> Json:
    """Return a contact with which all is well but one thing, so that no other block hides what that one does."""
    channel = draw.choice(("call", "call", "robot_call", "voicemail", "sms", "im", "email", "visit"))
    action: Json = {"channel": channel, "headcount": 2, "notice_sent": True, "autodialled": draw.random() < 0.1}
    if channel == "visit":
        action |= {"place": draw.choice(("home_door", "home_inside")), "planned_minutes": draw.choice((0, 45))}
    if channel in {"sms", "email"}:
        kinds = ("consumer_text", "consumer_used")
        action["basis"] = [{"kind": kind, "at": written(draw, _before(draw, now, zones[0]))} for kind in kinds]
    made: Json = {"now": written(draw, now), "action": action, "person": {"zones": zones}, "history": []}
    made["collector"] = {"kind": draw.choice(list(schemas.CollectorKind)), **dict.fromkeys(SHOWN, True)}
    made["debts"] = [{"id": "d1", "notified": True}]
    made["packs"] = draw.choice(([draw.choice(PACKS)], ["US-REGF"], ["US-MA", "US-REGF"], ["CN"]))
    return made | draw.choice((_counted, _counted, _standing, _permitted, _opted_out))(draw, now, zones[0])


def _counted(draw: random.Random, now: datetime, zone: str) -> Json:
    agreements = [_agreement(draw, now) for _ in range(draw.choice((0, 1, 1, 2)))]
    since = draw.choice((_before(draw, now, zone), now - timedelta(days=4), now - timedelta(days=6)))
    consent: Json = {"kind": "call", "from": written(draw, since)}
    consent |= _perhaps(draw, [("channels", 0.5, (["call"], ["voicemail"], ["voicemail"], ["sms"]))])
    return {"history": _dials(draw, now), "agreements": [*agreements, consent] if draw.random() < 0.4 else agreements}


def _standing(draw: random.Random, now: datetime, zone: str) -> Json:
    template = draw.choice((None, "answer", "end_of_efforts"))
    made: Json = {"content": {"template": template}, "status": [_status(draw, now, zone)]}
    if draw.random() < 0.25:
        since = _jittered(draw, now - timedelta(days=draw.choice((9, 10, 11, 29, 30, 31, 59, 60, 61, 62))))
        kinds = ("breathing_space", "debt_adviser", "mental_health_crisis", "no_place")
        span = {"from": written(draw, since)} | _perhaps(draw, [("until", 0.5, ("2029-01-01T00:00:00Z", None))])
        made["status"] = [_status(draw, now, zone) | {"kind": draw.choice(kinds), "until": None} | span]
        made["packs"] = ["UK"] if draw.random() < 0.8 else ["US-MA"]
    return made


def _permitted(draw: random.Random, now: datetime, zone: str) -> Json:
    """Return something that is agreed from, or until, about now."""
    del zone
    kind = draw.choice(("autodial", "enter", "visit", "frequency", "call", "hours"))
    edge = written(draw, now + timedelta(minutes=draw.choice((0, 0, -1, 1)), seconds=draw.randrange(-60, 60)))
    given: Json = {"kind": kind, draw.choice(("from", "from", "until")): edge}
    hours: Json = {"start": draw.choice(CLOCKS[:6]), "end": draw.choice(CLOCKS[6:])} if kind == "hours" else {}
    return {"agreements": [given | hours], "history": _dials(draw, now)}


def _opted_out(draw: random.Random, now: datetime, zone: str) -> Json:
    """Return an opt-out minutes ago, and text messages before and after it."""
    del zone
    since = now - timedelta(seconds=draw.choice((0, 1, 100, 299, 300, 301, 360)))
    texts = [since + timedelta(seconds=draw.choice((-90, -1, 0, 1))) for _ in range(draw.choice((0, 1, 2)))]
    status = {"kind": "opt_out", "from": written(draw, since), "channel": draw.choice(("sms", "im", "call", None))}
    return {
        "status": [status],
        "content": {"template": "opt_out_confirmation"},
        "history": [{"at": written(draw, at), "kind": "message"} for at in texts],
    }


def _dials(draw: random.Random, now: datetime) -> list[Json]:
    """Return calls around the numbers that the laws count, the last of them around five minutes ago."""
    days, many = draw.choice((0, 3, 8)), draw.choice((0, 2, 5, 6, 7, 8, 9))
    times = [now - timedelta(days=draw.randint(0, days), minutes=draw.randrange(600)) for _ in range(many)]
    times.append(now - timedelta(minutes=draw.choice((3, 4, 5, 5, 5, 6)), seconds=draw.randrange(-60, 60)))
    kinds = ("attempt", "attempt", "attempt", "connect", "failed", "conversation" if draw.random() < 0.2 else "connect")
    channels = draw.choice((("call",), ("voicemail",), ("call", "call", "voicemail")))
    dials = [{"at": written(draw, at), "kind": draw.choice(kinds), "channel": draw.choice(channels)} for at in times]
    further: list[tuple[str, float, Sequence[object]]] = [
        ("debts", 0.1, ([], ["d1"], ["d2"])),
        ("to", 0.2, (*NUMBERS, None)),
    ]
    return [dial | _perhaps(draw, further) for dial in dials]


def spoiled(made: Json, draw: random.Random) -> Json:
    """Return a situation with one value made junk, or one field that nobody declared."""
    copied = dict(made)
    target: Json = copied
    while draw.random() < 0.7:
        key, held = draw.choice(list(target.items()))
        if isinstance(held, list) and held and isinstance(held[0], dict):
            inner = dict(held[0])
            target[key] = [inner, *held[1:]]
        elif isinstance(held, dict) and held:
            inner = dict(held)
            target[key] = inner
        else:
            break
        target = inner
    key = draw.choice([*target, "since", "unheard_of"])
    target[key] = draw.choice(JUNK)
    return copied


def day_asked(made: Json, draw: random.Random) -> str:
    """Return a date for `windows`: mostly around now, sometimes a day on which clocks are changed."""
    now = datetime.fromisoformat(str(made["now"])[:10])
    if draw.random() < 0.15:
        zone = draw.choice(CHANGING)
        return f"{_change(draw, zone).astimezone(ZoneInfo(zone)):%Y-%m-%d}"
    return f"{now + timedelta(days=draw.choice((-90, -1, 0, 0, 0, 1, 1, 2, 7, 30, 61, 390))):%Y-%m-%d}"


def written(draw: random.Random, at: datetime) -> str:
    """Write an instant in one of the ways that are allowed."""
    offset = draw.choice((0, 0, 0, 480, -300, 330, 630, -1439, 1439))
    local = at.astimezone(timezone(timedelta(minutes=offset)))
    digits = draw.choice(FRACTIONS)
    fraction = ""
    if digits is None and local.microsecond:
        digits = 6
    if digits is not None:
        fraction = "." + f"{local.microsecond:06d}{draw.randrange(1000):03d}"[:digits]
    sign, shown = ("-" if offset < 0 else "+"), abs(offset)
    zone = f"{sign}{shown // 60:02d}{draw.choice((':', ':', ''))}{shown % 60:02d}" if offset else draw.choice("Zz")
    return f"{local:%Y-%m-%d}{draw.choice('TTTTTTt ')}{local:%H:%M:%S}{fraction}{zone}"


def _zones(draw: random.Random) -> list[str]:
    pool = CALM if draw.random() < 0.35 else CHANGING
    return draw.sample(pool if draw.random() < 0.8 else ZONES, draw.choice((1, 1, 1, 1, 2, 3)))


def _near(draw: random.Random, zone: str) -> datetime:
    """Return an instant close to a clock change, to an edge of a day's hours, or anywhere."""
    if draw.random() < 0.2:
        at = _change(draw, zone) + timedelta(hours=draw.choice((-24, -9, -1, 0, 0, 0, 1, 9, 24)))
    else:
        day = TURN if draw.random() < 0.05 else datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=draw.randrange(800))
        at = day + timedelta(hours=draw.randrange(24), minutes=draw.randrange(60))
        if draw.random() < 0.6:
            at = _local(day, draw.choice(EDGES_H), zone)
    return _jittered(draw, at)


def _change(draw: random.Random, zone: str) -> datetime:
    starts = [start for start in zone_named(zone).starts if 1_760_000_000_000_000 < start < 1_840_000_000_000_000]
    return EPOCH + timedelta(microseconds=draw.choice(starts or [1_800_000_000_000_000]))


def _local(day: datetime, hour: int, zone: str) -> datetime:
    wall = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(hours=hour)
    return wall.astimezone(UTC)


def _jittered(draw: random.Random, at: datetime) -> datetime:
    at += timedelta(seconds=draw.choice(NEAR_S))
    if draw.random() < 0.2:
        at += timedelta(microseconds=draw.choice((-1, 1, 250_000, 999_999, draw.randrange(1_000_000))))
    return at


def _before(draw: random.Random, now: datetime, zone: str) -> datetime:
    """Return an instant so many local days before now: at the same time of day, at an edge of the day, or any."""
    day = now - timedelta(days=draw.choice(DAYS_BACK))
    if draw.random() < 0.4:
        return _jittered(draw, day)
    if draw.random() < 0.5:
        return _jittered(draw, _local(day, draw.choice((0, 0, 24, 8, 12, 20)), zone))
    return day - timedelta(minutes=draw.randrange(1440))


def _law(draw: random.Random, now: datetime, zone: str) -> Json:
    made: Json = {}
    how = draw.random()
    if how < 0.45:
        made["packs"] = draw.sample(PACKS, draw.choice((1, 1, 1, 2, 3, 10)))
    elif how < 0.9:
        made["jurisdiction"] = draw.choice(PLACES)
    elif how < 0.95:
        made["jurisdiction"] = draw.choice(("FR", "", None, "GEN", "HOUSE"))
    if draw.random() < 0.02:
        made["packs"] = draw.choice((None, [], ["GEN"], ["GEN", "CN"], ["CN", "MOON"]))
    if draw.random() < 0.12:
        ahead = timedelta(minutes=draw.choice((-1, 0, 1, 30, 600, 1440, 20_000)))
        expires = _jittered(draw, now + ahead)
        if draw.random() < 0.3:
            expires = _local(now, draw.choice((8, 9, 10, 24, 32, 33)), zone)
        made["snapshot_expires_at"] = None if draw.random() < 0.1 else written(draw, expires)
    if draw.random() < 0.1:
        made["holidays"] = [f"{now + timedelta(days=n):%Y-%m-%d}" for n in draw.sample(range(-2, 6), 3)]
    return made


def _perhaps(draw: random.Random, chances: Iterable[tuple[str, float, Sequence[object]]]) -> Json:
    """Return some of these fields, each as often as said, with one of its values."""
    return {name: draw.choice(values) for name, often, values in chances if draw.random() < often}


def _action(draw: random.Random, now: datetime) -> Json:
    channel = draw.choice((*Channel, "call", "call", "sms", "visit", "visit"))
    made: Json = {"channel": channel} | _perhaps(draw, IN_ACTION)
    if channel == "visit" and draw.random() < 0.9:
        made["place"] = draw.choice(("home_door", "home_inside", "workplace", "central"))
    if channel in {"sms", "email"} and draw.random() < 0.8:
        kinds, zone = list(schemas.BasisKind), draw.choice(ZONES)
        times = [_before(draw, now, zone) for _ in range(draw.choice((1, 2)))]
        made["basis"] = [{"kind": draw.choice(kinds), "at": written(draw, at)} for at in times]
    return made


def _person(draw: random.Random, zones: list[str]) -> Json:
    made: Json = {"zones": list(zones)} | _perhaps(draw, IN_PERSON)
    if draw.random() < 0.04:
        made["zones"] = draw.choice((None, [], [*zones, draw.choice(UNKNOWN_ZONES)]))
    return made


def _collector(draw: random.Random) -> Json:
    made: Json = {"kind": draw.choice(list(schemas.CollectorKind))} | _perhaps(draw, [("id", 0.3, AGENCIES)])
    shown = 0.97 if draw.random() < 0.8 else 0.5
    for flag in SHOWN:
        made[flag] = draw.random() < shown
    return made


def _content(draw: random.Random) -> Json | None:
    if draw.random() < 0.02:
        return None
    made = _perhaps(draw, [("template", 0.4, (*schemas.Template, "opt_out_confirmation", "answer", None))])
    if draw.random() < 0.3:
        made["says"] = draw.sample([*schemas.Says, "debt_info", "suit_threat"], draw.choice((1, 1, 1, 2)))
    if draw.random() < 0.25:
        made["lacks"] = draw.sample(list(schemas.Lacks), 1)
    return made


def _owed(draw: random.Random, action: Json) -> Json:
    """Return the debts, and now and then the action anew: about some of them."""
    if draw.random() < 0.3:
        return {}
    ids = draw.sample(DEBTS, draw.choice((1, 1, 2, 3)))
    made: Json = {"debts": [{"id": debt} | _perhaps(draw, IN_DEBT) for debt in ids]}
    about: Json = {"action": {**action, "debts": draw.sample(ids, draw.randint(1, len(ids)))}}
    return made | about if draw.random() < 0.3 else made


def _history(draw: random.Random, now: datetime, zone: str) -> list[Json]:
    """Return contacts of every kind, or (for the counts) many of one kind in few days."""
    if draw.random() < 0.7:
        return [_event(draw, now, zone) for _ in range(draw.choice((0, 0, 1, 2, 3, 6, 14)))]
    same: Json = {"kind": draw.choice(("attempt", "connect", "failed", "message", "conversation"))}
    days, many = draw.choice((0, 0, 1, 6, 7)), draw.randint(2, 9)
    times = [now - timedelta(days=draw.randint(0, days), minutes=draw.randrange(240)) for _ in range(many)]
    return [{"at": written(draw, _jittered(draw, at)), **same} for at in times]


def _event(draw: random.Random, now: datetime, zone: str) -> Json:
    at = _before(draw, now, zone)
    if draw.random() < 0.03:
        at = now + timedelta(minutes=draw.choice((1, 90, 3000)))
    kind = draw.choice((*EventKind, "attempt", "attempt", "connect"))
    return {"at": written(draw, at), "kind": kind} | _perhaps(draw, IN_EVENT)


def _span(draw: random.Random, now: datetime, zone: str) -> Json:
    made: Json = {}
    if draw.random() < 0.7:
        ahead = timedelta(minutes=draw.choice((0, 0, 1, 300)), seconds=draw.randrange(-60, 60))
        made["from"] = written(draw, _before(draw, now, zone) if draw.random() < 0.7 else now + ahead)
    if draw.random() < 0.4:
        ahead = timedelta(minutes=draw.choice((-50_000, -30, -1, 0, 0, 1, 5, 45, 700, 1440, 60_000, 570_000, 590_000)))
        made["until"] = None if draw.random() < 0.1 else written(draw, _jittered(draw, now + ahead))
    if draw.random() < 0.25:
        made["debts"] = draw.choice((None, [], ["d1"], ["d2", "d3"], ["debt"], ["d1", "d2", "d3"]))
    return made


def _status(draw: random.Random, now: datetime, zone: str) -> Json:
    kind = draw.choice((*StatusKind, "opt_out", "no_place"))
    return {"kind": kind} | _span(draw, now, zone) | _perhaps(draw, IN_STATUS)


def _agreement(draw: random.Random, now: datetime) -> Json:
    kind = draw.choice((*AgreementKind, "hours", "preference", "preference", "call"))
    made: Json = {"kind": kind, **_span(draw, now, draw.choice(ZONES))}
    if draw.random() < 0.3:
        made["channels"] = draw.sample(list(Channel), draw.choice((1, 3)))
    if kind in {"hours", "preference"} or draw.random() < 0.1:
        start, end = sorted(draw.sample(range(len(CLOCKS)), 2))
        made["start"], made["end"] = CLOCKS[start], CLOCKS[end]
    if draw.random() < 0.35:
        made["days"] = sorted(draw.sample(range(1, 8), draw.choice((1, 2, 5))))
    if draw.random() < 0.3:
        made["place"] = draw.choice((*schemas.Place, None))
    return made
