"""All SQL of the calendars: the notices of a place, each version a row, and whose clocks they are for."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.calendar import AnnouncedYear, HolidayCalendar, SpecialDay
from backend.identity.schemas import Act

CALENDAR_LOCKS = 725_031
"""The class of the advisory locks: one import of a place's calendar at a time."""

LATEST = """
SELECT DISTINCT ON (place, year) place, year, version, weekend, sources, read_on, days::text AS days,
    encode(sha256, 'hex') AS sha256, recorded_at
FROM calendar_notices WHERE tenant_id = $1 AND ($2::text IS NULL OR place = $2)
    AND ($3::int[] IS NULL OR year = ANY($3)) ORDER BY place, year, version DESC
"""
WRITE = """
INSERT INTO calendar_notices (tenant_id, place, year, version, weekend, sources, read_on, days, sha256, made_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, decode($9, 'hex'), $10)
"""
ZONES = "SELECT DISTINCT zone FROM obligors WHERE tenant_id = $1 ORDER BY zone LIMIT 600"
_DAYS = msgspec.json.Decoder(list[SpecialDay])


class Notice(msgspec.Struct, frozen=True):
    """What is known of one year of a place, by the last version of its notice."""

    place: str
    version: int
    weekend: list[int]
    announced: AnnouncedYear
    sha256: str
    recorded_at: datetime


async def lock_place(raw: asyncpg.Connection, tenant_id: UUID, place: str) -> None:
    """Wait for other imports into the calendar of a place, until the end of the transaction."""
    await raw.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", CALENDAR_LOCKS, f"{tenant_id} {place}")


async def latest_notices(
    raw: asyncpg.Connection, tenant_id: UUID, place: str | None = None, years: Sequence[int] | None = None
) -> list[Notice]:
    """Return the last version of each year, by place and year; all places and all years where none are named."""
    return [_notice(row) for row in await raw.fetch(LATEST, tenant_id, place, years)]


async def write_notice(raw: asyncpg.Connection, act: Act, notice: Notice) -> None:
    """Write a further version of a year."""
    one = notice.announced
    await raw.execute(
        WRITE, act.tenant_id, notice.place, one.year, notice.version, notice.weekend, one.sources, one.read_on,
        msgspec.json.encode(one.days).decode(), notice.sha256, act.actor_id,
    )  # fmt: skip


async def zones_in_book(raw: asyncpg.Connection, tenant_id: UUID) -> list[str]:
    """Return by which clocks the obligors of a tenant live."""
    return [row["zone"] for row in await raw.fetch(ZONES, tenant_id)]


def calendar_of(place: str, notices: Sequence[Notice]) -> HolidayCalendar:
    """Put the notices of a place together; the weekend is that of the latest year."""
    own = [one for one in notices if one.place == place]
    if not own:
        return HolidayCalendar(place=place, years=[])
    return HolidayCalendar(place=place, years=[one.announced for one in own], weekend=own[-1].weekend)


def _notice(row: asyncpg.Record) -> Notice:
    read_on: date = row["read_on"]
    announced = AnnouncedYear(year=row["year"], sources=row["sources"], read_on=read_on, days=_DAYS.decode(row["days"]))
    return Notice(
        place=row["place"],
        version=row["version"],
        weekend=row["weekend"],
        announced=announced,
        sha256=row["sha256"],
        recorded_at=row["recorded_at"],
    )
