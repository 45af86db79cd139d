"""The days, claims and facts of the limitation tests; 2027 to 2029 have made-up rest days."""

from datetime import date

from backend.compliance.calendar import (
    AnnouncedYear,
    DayKind,
    HolidayCalendar,
    SpecialDay,
    WorkingDays,
    working_days,
)
from backend.compliance.limitation.proof import Fact, FactKind, Proof

TODAY = date(2026, 11, 23)
SPECIAL = {
    date(2028, 10, 2): DayKind.REST,
    date(2028, 10, 3): DayKind.REST,
    date(2028, 10, 8): DayKind.WORK,
}


def announced(years: range) -> WorkingDays:
    """Return days with weekends and a few special ones, announced for some years."""
    notices = [
        AnnouncedYear(
            year, ["made up"], TODAY, [SpecialDay(on, kind, "day") for on, kind in SPECIAL.items() if on.year == year]
        )
        for year in years
    ]
    return working_days(HolidayCalendar(place="CN", years=notices))


DAYS = announced(range(2000, 2080))


def on(text: str) -> date:
    """Read a date."""
    return date.fromisoformat(text)


def fact(kind: str, day: str, proof: str = "none", **more: object) -> Fact:
    """Return a fact whose id is its kind and day."""
    names = {"ended_on", "due_on"}
    read = {key: on(str(value)) if key in names else value for key, value in more.items()}
    return Fact(id=str(read.pop("id", f"{kind} {day}")), on=on(day), kind=FactKind(kind), proof=Proof(proof), **read)  # type: ignore[arg-type]
