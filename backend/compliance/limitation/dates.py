"""On which day does a period of months or days end, and when is somebody warned of it?"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from backend.compliance.calendar import WorkingDays, working_day_from, years_without_data

LIMITATION_ALERTS_DAYS = (180, 90, 30)
WATCH_ALERTS_DAYS = (60, 30, 7)


class Alert(msgspec.Struct, frozen=True):
    """A warning so many days before a date; `has_fired` as of the day that was asked for."""

    days_before: int
    on: date
    has_fired: bool


class Ending(msgspec.Struct, frozen=True):
    """The last day of a period, and the working day to which a rest day moves it (Civil Code 202, 203).

    `years_without_data`: no notice of rest days is known for them, so that `effective_on` may be wrong; act by
    `nominal_on`.
    """

    nominal_on: date
    effective_on: date
    years_without_data: list[int]


def corresponding_day(day: date, months: int) -> date:
    """Return the same day so many months later (or earlier), the end of the month where there is none (202)."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def ending(nominal_on: date, days: WorkingDays) -> Ending:
    """Return when a period whose last day is `nominal_on` really ends."""
    effective_on = working_day_from(days, nominal_on)
    return Ending(nominal_on, effective_on, years_without_data(days, nominal_on, effective_on))


def ending_after_days(day: date, count: int, days: WorkingDays) -> Ending:
    """Return when a period of so many days ends; its first day is not counted (201)."""
    return ending(day + timedelta(days=count), days)


def alerts_before(day: date, days_before: Sequence[int], as_of: date) -> list[Alert]:
    """Return the warnings before a date, the earliest first."""
    dates = [(count, day - timedelta(days=count)) for count in days_before]
    return [Alert(days_before=count, on=on, has_fired=on <= as_of) for count, on in dates]
