"""Is a working day one, across weekends, holidays and make-up days, and is a year without data always named?"""

import csv
import os
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from backend.compliance.calendar import (
    FILE_BYTES_MAX,
    ONLY_WEEKENDS,
    AnnouncedYear,
    CalendarWrongError,
    DayKind,
    HolidayCalendar,
    SpecialDay,
    calendar_of_year_files,
    is_working_day,
    next_working_day,
    read_calendar,
    rest_days_between,
    working_day_from,
    working_days,
    years_without_data,
)

CHECKOUT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("ROUNDS_SHARED", CHECKOUT.parent / "shared")) / "data" / "calendar"
READ_ON = date(2026, 11, 23)
TODAY = date(2026, 11, 23)

# A made-up notice: Thursday 1 to Saturday 3 January rest, Sunday 4 January is worked.
NEW_YEAR = AnnouncedYear(
    year=2026,
    sources=["notice 1"],
    read_on=READ_ON,
    days=[
        SpecialDay(date(2025, 12, 31), DayKind.REST, "new year"),
        SpecialDay(date(2026, 1, 1), DayKind.REST, "new year"),
        SpecialDay(date(2026, 1, 2), DayKind.REST, "new year"),
        SpecialDay(date(2026, 1, 4), DayKind.WORK, "make-up"),
    ],
)
PLACE = HolidayCalendar(place="CN", years=[NEW_YEAR])
DAYS = working_days(PLACE)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 12, 30), True),
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), False),
        (date(2026, 1, 3), False),
        (date(2026, 1, 4), True),
        (date(2026, 1, 5), True),
        (date(2026, 1, 9), True),
        (date(2026, 1, 10), False),
    ],
)
def test_a_day_works_by_its_weekday_unless_a_notice_says_otherwise(day: date, *, works: bool) -> None:
    assert is_working_day(DAYS, day) is works


def test_a_period_ends_on_the_first_working_day_from_its_last_day_on() -> None:
    assert working_day_from(DAYS, date(2025, 12, 31)) == date(2026, 1, 4)
    assert working_day_from(DAYS, date(2026, 1, 4)) == date(2026, 1, 4)
    assert next_working_day(DAYS, date(2026, 1, 4)) == date(2026, 1, 5)


def test_rest_days_are_listed_with_weekends_and_without_make_up_days() -> None:
    found = rest_days_between(DAYS, date(2025, 12, 31), date(2026, 1, 5))
    assert found == [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]


@pytest.mark.parametrize(
    ("start", "end", "missing"),
    [
        (date(2026, 1, 1), date(2026, 12, 24), []),
        (date(2026, 12, 24), date(2026, 12, 25), [2027]),
        (date(2025, 12, 24), date(2025, 12, 24), [2025]),
        (date(2024, 5, 1), date(2027, 5, 1), [2024, 2025, 2027]),
    ],
)
def test_a_year_without_data_is_named_and_the_end_of_december_needs_the_next_notice(
    start: date, end: date, missing: list[int]
) -> None:
    assert years_without_data(DAYS, start, end) == missing


def test_without_any_notice_weekends_are_all_that_is_known() -> None:
    assert is_working_day(ONLY_WEEKENDS, date(2026, 1, 1))
    assert not is_working_day(ONLY_WEEKENDS, date(2026, 1, 3))
    assert years_without_data(ONLY_WEEKENDS, TODAY, TODAY) == [2026]


def test_another_weekend_is_data_too() -> None:
    days = working_days(HolidayCalendar(place="AE", years=[], weekend=[5, 6]))
    assert [is_working_day(days, date(2026, 11, day)) for day in (19, 20, 21, 22)] == [True, False, False, True]


def test_a_calendar_is_read_back_as_it_was_written() -> None:
    assert read_calendar(msgspec.json.encode(PLACE)) == PLACE


@pytest.mark.parametrize(
    ("years", "says"),
    [
        ([NEW_YEAR, NEW_YEAR], "twice"),
        (
            [NEW_YEAR, AnnouncedYear(2025, [], READ_ON, [SpecialDay(date(2025, 12, 31), DayKind.WORK, "other")])],
            "both",
        ),
        ([AnnouncedYear(2025, [], READ_ON, [SpecialDay(date(2020, 1, 1), DayKind.REST, "far")])], "belong"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(years: list[AnnouncedYear], says: str) -> None:
    with pytest.raises(CalendarWrongError, match=says):
        read_calendar(msgspec.json.encode(HolidayCalendar(place="CN", years=years)))


def test_a_calendar_in_which_nobody_ever_works_ends_the_search() -> None:
    always = [SpecialDay(date(2026, 1, 1) + timedelta(days=ahead), DayKind.REST, "rest") for ahead in range(90)]
    days = working_days(HolidayCalendar(place="CN", years=[AnnouncedYear(2026, [], READ_ON, always)]))
    with pytest.raises(CalendarWrongError, match="no working day"):
        working_day_from(days, date(2026, 1, 1))


def test_a_file_too_large_to_be_a_calendar_is_not_read() -> None:
    with pytest.raises(CalendarWrongError, match="bytes"):
        read_calendar(b" " * (FILE_BYTES_MAX + 1))


def test_a_year_file_without_days_leaves_its_year_without_data() -> None:
    empty = b'{"year": 2027, "papers": [], "days": []}'
    full = (
        b'{"year": 2026, "papers": ["p"], "days": [{"name": "n", "date": "2026-01-01", "isOffDay": true}], "$id": "x"}'
    )
    calendar = calendar_of_year_files("CN", [empty, full], READ_ON)
    assert [(one.year, one.sources, one.read_on) for one in calendar.years] == [(2026, ["p"], READ_ON)]


def year_files() -> dict[int, bytes]:
    """Return the public calendar beside the checkout by year, or skip."""
    folder = SHARED / "holiday-cn"
    if not folder.is_dir():
        pytest.skip(
            "the calendar 2012-2024 is not beside the checkout; set ROUNDS_SHARED to the folder that holds data/"
        )
    return {int(path.stem): path.read_bytes() for path in sorted(folder.glob("*.json"))}


def test_the_public_calendar_of_china_is_read_day_by_day() -> None:
    files = year_files()
    days = working_days(calendar_of_year_files("CN", files.values(), READ_ON))
    assert days.years == set(range(2012, 2025)) == set(files)
    told = {entry["date"]: entry["isOffDay"] for text in files.values() for entry in msgspec.json.decode(text)["days"]}
    day = date(2012, 1, 1)
    while day <= date(2024, 12, 24):
        expected = not told[day.isoformat()] if day.isoformat() in told else day.isoweekday() <= 5
        assert is_working_day(days, day) is expected, day
        assert years_without_data(days, day, day) == []
        day += timedelta(days=1)
    assert years_without_data(days, date(2024, 12, 25), date(2024, 12, 25)) == [2025]


def test_the_public_calendar_has_as_many_days_as_three_libraries_agreed_on() -> None:
    files = year_files()
    calendar = calendar_of_year_files("CN", files.values(), READ_ON)
    kinds = [(day.on.year, day.kind) for announced in calendar.years for day in announced.days]
    rows = list(csv.DictReader((SHARED / "library_agreement.csv").read_text().splitlines()))
    compared = [row for row in rows if int(row["year"]) in files]
    assert len(compared) == 13
    for row in compared:
        year = int(row["year"])
        assert kinds.count((year, DayKind.REST)) == int(row["offdays"]), year
        assert kinds.count((year, DayKind.WORK)) == int(row["makeup_workdays"]), year
