"""What law does a phone take along to judge by while it is offline? Packs with their hashes, and its clocks as tables.

Pure; who sends it signs it. `pwa/src/rules/gate/snapshot.ts` reads it and refuses a field that it does not know.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from backend.compliance.choosing import as_written, hash_of
from backend.compliance.packs import Pack
from backend.compliance.zones import Zone, instant_of, zone_named

YEARS_BEFORE, YEARS_AFTER = 1, 3
"""How far the clocks reach around the year of `now`: the gate looks back over days or weeks and ahead 400 days."""


class HeldPack(msgspec.Struct, frozen=True):
    """A pack as JSON without its defaults, with the hash of its canonical form."""

    pack: object
    sha256: str


class ZoneTable(msgspec.Struct, frozen=True):
    """`starts[i]` is the instant (microseconds since 1970) from which `offsets[i]` (microseconds east of UTC) holds."""

    starts: list[int]
    offsets: list[int]


class Snapshot(msgspec.Struct, frozen=True):
    """What a phone judges by until `expires_at`; a zone that is not in it is unknown there."""

    packs: list[HeldPack]
    zones: dict[str, ZoneTable]
    expires_at: datetime


def snapshot(packs: Iterable[Pack], zone_names: Iterable[str], expires_at: datetime, *, now: datetime) -> Snapshot:
    """Return the packs and clocks that a phone needs; names that the tz database lacks are left out."""
    year = now.astimezone(UTC).year
    first = instant_of(datetime(year - YEARS_BEFORE, 1, 1, tzinfo=UTC))
    last = instant_of(datetime(year + YEARS_AFTER + 1, 1, 1, tzinfo=UTC))
    zones = {name: zone for name in sorted(set(zone_names)) if (zone := _zone_or_none(name)) is not None}
    return Snapshot(
        packs=[HeldPack(pack=as_written(pack), sha256=hash_of(pack)) for pack in packs],
        zones={name: table_between(zone, first, last) for name, zone in zones.items()},
        expires_at=expires_at,
    )


def table_between(zone: Zone, first: int, last: int) -> ZoneTable:
    """Cut the clock of a zone to its changes inside `[first, last)`; before and after them the nearest offset holds."""
    changes = [start for start in zone.starts if first < start < last]
    starts = [first, *changes]
    return ZoneTable(starts=starts, offsets=[zone.offset_at(start) for start in starts])


def _zone_or_none(name: str) -> Zone | None:
    try:
        return zone_named(name)
    except ZoneInfoNotFoundError:
        return None
