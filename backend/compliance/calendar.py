"""Which days are working days where a person lives? Weekends, statutory rest days and make-up working days as data.

A calendar is JSON of its own shape, announced year by year with source and date. Of a year that nobody announced only
the weekends are known: every answer that touches one names it, so that nobody takes a guess for knowledge.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

YEARS_MAX, DAYS_OF_A_YEAR_MAX, SOURCES_MAX = 200, 400, 20
FILE_BYTES_MAX = 1_000_000
FIRST_YEAR, LAST_YEAR = 1900, 2200
SATURDAY_AND_SUNDAY = (6, 7)
NEXT_YEARS_NOTICE_FROM = (12, 25)
"""The last days of December may be moved by the notice of the following year (2018-12-30 and 31 were)."""
SEARCHED_DAYS = 60
"""No run of rest days is so long; a calendar that has one is wrong."""

Text = Annotated[str, Meta(min_length=1, max_length=300)]
Weekday = Annotated[int, Meta(ge=1, le=7)]
YearNumber = Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)]


class CalendarWrongError(Exception):
    """A calendar contradicts itself, or is too large to be one."""


class DayKind(StrEnum):
    """A statutory rest day, or a day of the weekend on which people work."""

    REST = "rest"
    WORK = "work"


class SpecialDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day that is not what its weekday says, or that is a rest day by name."""

    on: date
    kind: DayKind
    name: Text


class AnnouncedYear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The days of one notice. `read_on`: when somebody looked; days of the year before may stand among them."""

    year: YearNumber
    sources: Annotated[list[Text], Meta(max_length=SOURCES_MAX)]
    read_on: date
    days: Annotated[list[SpecialDay], Meta(max_length=DAYS_OF_A_YEAR_MAX)]


class HolidayCalendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All notices of one place, as they are kept."""

    place: Text
    years: Annotated[list[AnnouncedYear], Meta(max_length=YEARS_MAX)]
    weekend: Annotated[list[Weekday], Meta(max_length=6)] = msgspec.field(
        default_factory=lambda: list(SATURDAY_AND_SUNDAY)
    )


class WorkingDays(msgspec.Struct, frozen=True):
    """A calendar, unfolded to be asked: special days, weekend (ISO weekdays) and the years somebody announced."""

    special: dict[date, DayKind]
    weekend: frozenset[int]
    years: frozenset[int]


ONLY_WEEKENDS = WorkingDays(special={}, weekend=frozenset(SATURDAY_AND_SUNDAY), years=frozenset())
"""What is known of a place without any notice: every year is without data."""


def read_calendar(text: bytes) -> HolidayCalendar:
    """Read a calendar of our own shape; raises CalendarWrongError or msgspec.ValidationError."""
    _check_size(text)
    calendar = msgspec.json.decode(text, type=HolidayCalendar)
    working_days(calendar)
    return calendar


def working_days(calendar: HolidayCalendar) -> WorkingDays:
    """Unfold a calendar; raises CalendarWrongError where two notices say different things of one day."""
    years = [announced.year for announced in calendar.years]
    if len(years) != len(set(years)):
        raise CalendarWrongError("a year is announced twice")
    special: dict[date, DayKind] = {}
    for announced in calendar.years:
        for day in announced.days:
            if day.on.year not in {announced.year - 1, announced.year, announced.year + 1}:
                raise CalendarWrongError(f"{day.on} does not belong to {announced.year}")
            if special.setdefault(day.on, day.kind) is not day.kind:
                raise CalendarWrongError(f"{day.on} is both a rest day and a working day")
    return WorkingDays(special, frozenset(calendar.weekend), frozenset(years))


def is_working_day(days: WorkingDays, day: date) -> bool:
    """Say whether people work on a day; see `years_without_data` for how sure that is."""
    kind = days.special.get(day)
    return kind is DayKind.WORK if kind is not None else day.isoweekday() not in days.weekend


def working_day_from(days: WorkingDays, day: date) -> date:
    """Return the first working day at or after a day (Civil Code 203: a period that ends on a rest day)."""
    for ahead in range(SEARCHED_DAYS):
        found = day + timedelta(days=ahead)
        if is_working_day(days, found):
            return found
    raise CalendarWrongError(f"no working day in the {SEARCHED_DAYS} days from {day}")


def next_working_day(days: WorkingDays, day: date) -> date:
    """Return the first working day after a day."""
    return working_day_from(days, day + timedelta(days=1))


def years_without_data(days: WorkingDays, start: date, end: date) -> list[int]:
    """Return the years, sorted, whose notice an answer about start..end (both included) would have needed."""
    needed = set(range(start.year, end.year + 1))
    if (end.month, end.day) >= NEXT_YEARS_NOTICE_FROM:
        needed.add(end.year + 1)
    return sorted(needed - days.years)


def rest_days_between(days: WorkingDays, start: date, end: date) -> list[date]:
    """Return the days of start..end (both included) on which nobody works, weekends among them."""
    span = [start + timedelta(days=ahead) for ahead in range((end - start).days + 1)]
    return [day for day in span if not is_working_day(days, day)]


class _AnnouncedDay(msgspec.Struct, rename={"on": "date", "is_rest": "isOffDay"}):
    on: date
    name: Text
    is_rest: bool


class _YearFile(msgspec.Struct):
    """One file of the public calendar of China's State Council notices; its `papers` are the notices."""

    year: YearNumber
    days: Annotated[list[_AnnouncedDay], Meta(max_length=DAYS_OF_A_YEAR_MAX)]
    papers: Annotated[list[Text], Meta(max_length=SOURCES_MAX)] = []


def calendar_of_year_files(place: str, files: Iterable[bytes], read_on: date) -> HolidayCalendar:
    """Make a calendar of files with `year`, `papers` and `days` (`name`, `date`, `isOffDay`), one a year.

    A file without days is left out: its notice is not published yet, and the year stays without data.
    Raises CalendarWrongError or msgspec.ValidationError.
    """
    years = []
    for text in files:
        _check_size(text)
        found = msgspec.json.decode(text, type=_YearFile)
        if found.days:
            years.append(AnnouncedYear(found.year, found.papers, read_on, _special_days(found.days)))
    calendar = HolidayCalendar(place=place, years=sorted(years, key=lambda one: one.year))
    working_days(calendar)
    return calendar


def _special_days(days: Sequence[_AnnouncedDay]) -> list[SpecialDay]:
    found = [SpecialDay(day.on, DayKind.REST if day.is_rest else DayKind.WORK, day.name) for day in days]
    return sorted(found, key=lambda day: day.on)


def _check_size(text: bytes) -> None:
    if len(text) > FILE_BYTES_MAX:
        raise CalendarWrongError(f"a calendar of more than {FILE_BYTES_MAX} bytes")
