"""How does an operator make a world? `rounds world` writes a seeded town, book and hidden truth into a folder."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import available_timezones

import click

from ml.synthetic.files import FORMATS_OF, write_world
from ml.synthetic.language import LANGUAGES
from ml.synthetic.mapped import MapError
from ml.synthetic.sizes import SIZES
from ml.synthetic.world import World, make_mapped_world, make_world


@click.command("world")
@click.option("--size", type=click.Choice(list(SIZES)), default="small", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the book is drawn up; today if not given.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--map", "place", nargs=2, metavar="DIR ZONE", help="A folder of `rounds map build`, and the time zone of its town."
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def world(*, size: str, seed: int, today: datetime | None, lang: str, place: tuple[str, str] | None, out: Path) -> None:
    """Make a seeded world: town, people, loan book, payments, history, staff, and the truth behind them.

    A small world is written as Parquet, CSV and JSON lines, a city as Parquet and CSV, a big one as Parquet; the
    lender's loan book always as CSV.
    """
    begun = perf_counter()
    day = today.date() if today else date.today()  # noqa: DTZ011 - the operator's own day
    made = _mapped(size, seed, day, lang, place) if place else make_world(size, seed, day, lang)
    counts = write_world(made, out, FORMATS_OF[size])
    for noun, rows in counts.items():
        click.echo(f"{noun:22} {rows:>10,}")
    click.echo(f"{out}: size {size}, seed {seed}, {day}, {lang}, {perf_counter() - begun:.1f} s")


def _mapped(size: str, seed: int, day: date, lang: str, place: tuple[str, str]) -> World:
    folder, zone = place
    if zone not in available_timezones():
        raise click.UsageError(f"{zone!r} is no time zone; give the folder and e.g. Europe/Helsinki")
    try:
        return make_mapped_world(size, seed, day, replace(LANGUAGES[lang], zone=zone), Path(folder))
    except MapError as refused:
        raise click.ClickException(str(refused)) from refused
