"""Which calendars does a lender have, which years lack one, and how does a notice come in? Versions, never changes."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance import calendar_queries as queries
from backend.compliance.assembling import place_of_zone
from backend.compliance.calendar import (
    ONLY_WEEKENDS,
    AnnouncedYear,
    CalendarWrongError,
    DayKind,
    HolidayCalendar,
    WorkingDays,
    working_days,
    years_without_data,
)
from backend.compliance.calendar_queries import Notice, calendar_of
from backend.identity.events import event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.problems import MALFORMED, Problem

LOOKED_AHEAD = timedelta(days=30)
"""A notice comes out some weeks before its year: from December on the next one is missed."""


class CalendarImported(msgspec.Struct, frozen=True):
    """What an import did: the years that are new or changed, those that were known, and those still without data."""

    place: str
    written: list[int]
    unchanged: list[int]
    missing: list[int]


class YearView(msgspec.Struct, frozen=True):
    """A year of a calendar: how many days it moves, who says so, when somebody looked and when it was brought in."""

    year: int
    version: int
    rest_days: int
    make_up_days: int
    sources: list[str]
    read_on: date
    sha256: str
    recorded_at: datetime


class PlaceView(msgspec.Struct, frozen=True):
    """The calendar of a place; `missing`: years about now of which only the weekends are known."""

    place: str
    years: list[YearView]
    missing: list[int]


async def import_calendar(raw: asyncpg.Connection, act: Act, calendar: HolidayCalendar) -> CalendarImported:
    """Write the years that are new or other than before; the same calendar again writes nothing.

    Raises Problem (malformed) where the whole would say two things of one day.
    """
    await queries.lock_place(raw, act.tenant_id, calendar.place)
    known = {one.announced.year: one for one in await queries.latest_notices(raw, act.tenant_id, calendar.place)}
    sent = [_as_notice(calendar, announced, known.get(announced.year), act.at) for announced in calendar.years]
    changed = [one for one in sent if one.version > _version_of(known.get(one.announced.year))]
    whole = {**known, **{one.announced.year: one for one in sent}}
    days = _checked(calendar.place, [whole[year] for year in sorted(whole)])
    for one in changed:
        await queries.write_notice(raw, act, one)
    if changed:
        said = {"place": calendar.place, "years": {str(one.announced.year): one.sha256 for one in changed}}
        await append_bare(raw, [event(act, "calendar.imported", act.tenant_id, **said)])
    written = [one.announced.year for one in changed]
    return CalendarImported(
        place=calendar.place,
        written=written,
        unchanged=[one.announced.year for one in sent if one.announced.year not in written],
        missing=_missing(days, act.at.date()),
    )


async def calendars_of(raw: asyncpg.Connection, tenant_id: UUID, today: date) -> list[PlaceView]:
    """Return the calendar of each place where obligors live, or that was brought in, with the years it lacks."""
    notices = await queries.latest_notices(raw, tenant_id)
    lived = {place_of_zone(zone) for zone in await queries.zones_in_book(raw, tenant_id)}
    places = sorted({one.place for one in notices} | {place for place in lived if place is not None})
    return [_view(place, notices, today) for place in places]


async def working_days_of(raw: asyncpg.Connection, tenant_id: UUID, place: str) -> WorkingDays:
    """Return what is known of the working days of a place; without any notice its weekends."""
    notices = await queries.latest_notices(raw, tenant_id, place)
    return working_days(calendar_of(place, notices)) if notices else ONLY_WEEKENDS


def _view(place: str, notices: Sequence[Notice], today: date) -> PlaceView:
    own = [one for one in notices if one.place == place]
    days = working_days(calendar_of(place, own)) if own else ONLY_WEEKENDS
    return PlaceView(place=place, years=[_year(one) for one in reversed(own)], missing=_missing(days, today))


def _year(notice: Notice) -> YearView:
    kinds = [day.kind for day in notice.announced.days]
    return YearView(
        year=notice.announced.year,
        version=notice.version,
        rest_days=kinds.count(DayKind.REST),
        make_up_days=kinds.count(DayKind.WORK),
        sources=notice.announced.sources,
        read_on=notice.announced.read_on,
        sha256=notice.sha256,
        recorded_at=notice.recorded_at,
    )


def _missing(days: WorkingDays, today: date) -> list[int]:
    return years_without_data(days, today, today + LOOKED_AHEAD)


def _as_notice(calendar: HolidayCalendar, announced: AnnouncedYear, known: Notice | None, at: datetime) -> Notice:
    """Return a year as it is kept: with the version that it has, or the next one where it says something else.

    When somebody looked, and in which order the days were written, changes nothing that it says.
    """
    sorted_days = sorted(announced.days, key=lambda day: day.on)
    body = msgspec.json.encode([announced.year, sorted(calendar.weekend), announced.sources, sorted_days])
    digest = hashlib.sha256(body).hexdigest()
    if known is not None and known.sha256 == digest:
        return known
    return Notice(
        place=calendar.place,
        version=_version_of(known) + 1,
        weekend=sorted(calendar.weekend),
        announced=msgspec.structs.replace(announced, days=sorted_days),
        sha256=digest,
        recorded_at=at,
    )


def _version_of(notice: Notice | None) -> int:
    return 0 if notice is None else notice.version


def _checked(place: str, notices: Sequence[Notice]) -> WorkingDays:
    try:
        return working_days(calendar_of(place, notices))
    except CalendarWrongError as wrong:
        raise Problem(MALFORMED, fields=[{"field": "years", "says": str(wrong)}]) from wrong
