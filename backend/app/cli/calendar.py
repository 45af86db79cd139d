"""How does an operator bring in which days are worked? `rounds calendar import FILE`, and `rounds calendar list`."""

from datetime import date
from pathlib import Path

import click
import msgspec

from backend.app.cli.local import database_url
from backend.app.cli.people import act_of, opened, run, scope_of, tenant_of
from backend.compliance.calendar import (
    FILE_BYTES_MAX,
    CalendarWrongError,
    HolidayCalendar,
    calendar_of_year_files,
    read_calendar,
)
from backend.compliance.calendars import calendars_of, import_calendar
from backend.kernel import clock
from backend.kernel.db import bare_transaction
from backend.kernel.problems import Problem

FILES_MAX = 200
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def calendar() -> None:
    """Bring in which days are worked: rest days and make-up working days of a place, with their source."""


@calendar.command("import")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--tenant", "code", required=True, help="The code of the lender whose calendar it is.")
@click.option("--place", help="The place of files that name none, such as CN; our own form names it itself.")
@click.option("--read-on", type=click.DateTime(["%Y-%m-%d"]), help="When somebody looked it up; without, today.")
def import_files(files: tuple[Path, ...], code: str, place: str | None, read_on: object) -> None:
    """Import FILES: one calendar of our own form, or a file a year with `year`, `papers` and `days`.

    The same file again changes nothing; a year that says something else becomes a further version.
    """
    looked = read_on.date() if hasattr(read_on, "date") else clock.now().date()
    read = _read(files, place, looked)
    with database_url() as url:
        run(_import(url, code, read))


@calendar.command("list")
@click.option("--tenant", "code", required=True, help="The code of the lender.")
def list_places(code: str) -> None:
    """List the calendars by place and year, and say which years are without one."""
    with database_url() as url:
        run(_list(url, code))


def _read(files: tuple[Path, ...], place: str | None, looked: date) -> HolidayCalendar:
    """Read the files; raises click.ClickException with what is wrong in them."""
    if len(files) > FILES_MAX:
        raise click.ClickException(f"at most {FILES_MAX} files at once")
    texts = []
    for path in files:
        with path.open("rb") as file:
            texts.append(file.read(FILE_BYTES_MAX + 1))
    try:
        if place is None:
            if len(texts) > 1:
                raise click.ClickException("several files are one a year: name their --place")
            return read_calendar(texts[0])
        return calendar_of_year_files(place, texts, looked)
    except (CalendarWrongError, msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise click.ClickException(f"{files[0]} is not a calendar: {wrong}") from wrong


async def _import(url: str, code: str, read: HolidayCalendar) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, code)
        try:
            async with bare_transaction(database, scope_of(tenant_id)) as raw:
                done = await import_calendar(raw, act_of(tenant_id), read)
        except Problem as problem:
            raise click.ClickException(f"{read.place}: {problem.data}") from problem
    click.echo(f"{done.place}: {_years(done.written)} written, {_years(done.unchanged)} known before")
    _warn(done.place, done.missing)


async def _list(url: str, code: str) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, code)
        async with bare_transaction(database, scope_of(tenant_id)) as raw:
            places = await calendars_of(raw, tenant_id, clock.now().date())
    for place in places:
        for year in place.years:
            click.echo(
                f"{place.place:8} {year.year}  version {year.version}  {year.rest_days:3} rest days"
                f" {year.make_up_days:3} worked  looked up {year.read_on}  {'; '.join(year.sources)}"
            )
        _warn(place.place, place.missing)


def _warn(place: str, missing: list[int]) -> None:
    if missing:
        click.echo(f"{place}: no notice of {_years(missing)}: only weekends are known to be days of rest", err=True)


def _years(years: list[int]) -> str:
    return ", ".join(str(year) for year in years) or "none"
