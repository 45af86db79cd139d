"""Does a calendar come in once, keep its versions, reach the gate, and name the years that nobody announced?"""

from datetime import date, datetime, timedelta

import msgspec
import pytest

from backend.compliance.assembling import situations_of
from backend.compliance.calendar import AnnouncedYear, DayKind, HolidayCalendar, SpecialDay, calendar_of_year_files
from backend.compliance.calendars import calendars_of, import_calendar, working_days_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.rules import evaluate
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.problems import Problem
from tests.backend.compliance.test_assembling import ask
from tests.backend.compliance.test_calendar import NEW_YEAR, READ_ON, year_files
from tests.backend.sync.phone import NOW
from tests.world import World

COMPANY = 2
TUESDAY = date(2026, 11, 24)
"""A day of the week on which a company may be called, as long as no notice says otherwise."""


def act_of(world: World, at: datetime = NOW) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=at)


def resting(*days: date) -> HolidayCalendar:
    special = [SpecialDay(day, DayKind.REST, "fair") for day in days]
    return HolidayCalendar(place="CN", years=[AnnouncedYear(2026, ["notice 2"], READ_ON, special)])


async def test_a_calendar_comes_in_once_and_another_notice_is_a_further_version(
    database: Database, world: World
) -> None:
    first = HolidayCalendar(place="CN", years=[NEW_YEAR])
    looked_later = HolidayCalendar(place="CN", years=[msgspec.structs.replace(NEW_YEAR, read_on=date(2026, 11, 25))])
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        done = [await import_calendar(raw, act_of(world), one) for one in (first, looked_later, resting(TUESDAY))]
        (cn,) = await calendars_of(raw, world.tenant_id, date(2026, 12, 5))
        days = await working_days_of(raw, world.tenant_id, "CN")
        events = await raw.fetchval(
            "SELECT count(*) FROM events WHERE tenant_id = $1 AND kind = 'calendar.imported'", world.tenant_id
        )
    assert [(one.written, one.unchanged, one.missing) for one in done] == [
        ([2026], [], []),
        ([], [2026], []),
        ([2026], [], []),
    ]
    assert [(one.year, one.version, one.rest_days, one.sources) for one in cn.years] == [(2026, 2, 1, ["notice 2"])]
    assert (cn.missing, events, days.special) == ([2027], 2, {TUESDAY: DayKind.REST})


async def test_a_place_where_people_live_is_listed_although_nobody_brought_a_calendar(
    database: Database, world: World
) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        (cn,) = await calendars_of(raw, world.tenant_id, TUESDAY)
    assert (cn.place, cn.years, cn.missing) == ("CN", [], [2026])


async def test_two_notices_that_say_two_things_of_one_day_are_refused(database: Database, world: World) -> None:
    other = AnnouncedYear(2025, ["n"], READ_ON, [SpecialDay(date(2025, 12, 31), DayKind.WORK, "other")])
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await import_calendar(raw, act_of(world), HolidayCalendar(place="CN", years=[NEW_YEAR]))
        with pytest.raises(Problem, match="malformed") as refused:
            await import_calendar(raw, act_of(world), HolidayCalendar(place="CN", years=[other]))
    assert "both" in str(refused.value.data)


async def test_the_gate_hears_of_a_day_of_rest(database: Database, world: World) -> None:
    noon = datetime.fromisoformat(f"{TUESDAY}T12:00:00+08:00")
    asked = [ask(world, COMPANY, at=noon), ask(world, COMPANY, at=noon + timedelta(days=1))]
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        before = await situations_of(raw, world.tenant_id, asked)
        await import_calendar(raw, act_of(world), resting(TUESDAY, date(2026, 10, 1)))
        after = await situations_of(raw, world.tenant_id, asked)
    said = [
        ["CORP-TIME-01" in evaluate(one, shipped_packs()).rule_ids for one in found if one is not None]
        for found in (before, after)
    ]
    assert said == [[False, False], [True, False]]
    assert [one.holidays for one in after if one is not None] == [[TUESDAY], [TUESDAY]]


async def test_the_public_calendar_of_china_comes_in_whole(database: Database, world: World) -> None:
    calendar = calendar_of_year_files("CN", year_files().values(), READ_ON)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        done = await import_calendar(raw, act_of(world), calendar)
        again = await import_calendar(raw, act_of(world), calendar)
        days = await working_days_of(raw, world.tenant_id, "CN")
    assert (len(done.written), again.written, again.missing) == (13, [], [2026])
    assert days.special[date(2024, 10, 1)] is DayKind.REST
