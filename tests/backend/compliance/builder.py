"""How is a small situation written in one line? What a row does not say comes from a base where all is in order.

Fields stand flat (`channel`, `role`, `says`); times are on the wall clock of the first zone, those without a date on
Monday 2026-11-23.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from backend.compliance.choosing import shipped_packs
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Action, Collector, Content, Person, Situation, Verdict

TODAY = "2026-11-23"
IN_ORDER: dict[str, object] = {
    "recording": True, "registered_caller_id": True, "badge": True, "authorisation": True, "certified": True,
    "listed": True, "details_sent": True, "headcount": 2,
}  # fmt: skip
SECTIONS: dict[str, tuple[str, ...]] = {
    "action": Action.__struct_fields__,
    "person": tuple(name for name in Person.__struct_fields__ if name not in {"id", "kind"}),
    "collector": tuple(name for name in Collector.__struct_fields__ if name not in {"id", "kind"}),
    "content": Content.__struct_fields__,
}
RENAMED = {
    "person_id": ("person", "id"),
    "person_kind": ("person", "kind"),
    "collector": ("collector", "kind"),
    "collector_id": ("collector", "id"),
    "about": ("action", "debts"),
}
TIMES = {"at", "from", "until", "now", "snapshot_expires_at"}
WALL = re.compile(r"^(\d{4}-\d\d-\d\d )?\d\d:\d\d(:\d\d(\.\d+)?)?$")


class Case(NamedTuple):
    """One row: what is given, and the whole verdict that is expected of it."""

    name: str
    given: Mapping[str, object]
    decision: str = "ALLOW"
    rules: str = ""
    earliest: str | None = None
    conditions: str = ""


def names_of(cases: list[Case]) -> list[str]:
    """Return the ids of a table."""
    return [case.name for case in cases]


def events(count: int, kind: str, day: str = TODAY, **also: object) -> list[dict[str, object]]:
    """Return so many events of a kind, a quarter of an hour apart, from nine o'clock on."""
    return [{"kind": kind, "at": f"{day} {9 + n // 4:02d}:{n % 4 * 15:02d}", **also} for n in range(count)]


def instant(wall: str, zone: str) -> str:
    """Return ISO 8601 with the offset of a zone; what is no wall time is returned as it is."""
    if not WALL.match(wall):
        return wall
    dated = wall if " " in wall else f"{TODAY} {wall}"
    return datetime.fromisoformat(dated).replace(tzinfo=ZoneInfo(zone)).isoformat()


def _timed(value: object, zone: str) -> object:
    if isinstance(value, list):
        return [_timed(one, zone) for one in value]
    if isinstance(value, dict):
        return {
            key: instant(held, zone) if key in TIMES and isinstance(held, str) else _timed(held, zone)
            for key, held in value.items()
        }
    return value


def wire(base: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """Return a situation as JSON says it."""
    built: dict[str, object] = {"now": "15:00", "history": []}
    sections: dict[str, dict[str, object]] = {name: {} for name in SECTIONS}
    homes = {field: name for name, fields in SECTIONS.items() for field in fields if field != "debts"}
    for key, value in {**IN_ORDER, **base, **given}.items():
        section, field = RENAMED.get(key, (homes.get(key), key))
        if section is None:
            built[key] = value
        else:
            sections[section][field] = value
    zones = sections["person"].get("zones")
    zone = str(zones[0]) if isinstance(zones, list) and zones and zones[0] in available_timezones() else "UTC"
    timed = _timed({**sections, **built}, zone)
    if not isinstance(timed, dict):
        raise TypeError(timed)
    return timed


def situation(base: Mapping[str, object], given: Mapping[str, object]) -> Situation:
    """Return a situation as the gate takes it."""
    return msgspec.convert(wire(base, given), Situation)


def judged(base: Mapping[str, object], given: Mapping[str, object]) -> Verdict:
    """Return the verdict under the packs that come with the product."""
    return evaluate(situation(base, given), shipped_packs())


def expect(base: Mapping[str, object], case: Case) -> None:
    """Hold the whole verdict of a row against what the law as written says."""
    asked = situation(base, case.given)
    verdict = evaluate(asked, shipped_packs())
    zone = (asked.person.zones or ["UTC"])[0]
    wanted = None if case.earliest is None else instant(case.earliest, zone)
    assert (verdict.decision, verdict.rule_ids, verdict.conditions, verdict.earliest_allowed_at) == (
        case.decision,
        case.rules.split(),
        case.conditions.split(),
        wanted,
    )
