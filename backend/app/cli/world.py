"""How does an operator make a world? `rounds world` writes a seeded town, book and hidden truth into a folder."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import available_timezones

import click

from ml.synthetic.files import FORMATS, write_world
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
    "--format", "formats", type=click.Choice(FORMATS), multiple=True, default=("parquet", "csv"), show_default=True
)
@click.option("--map", "map_folder", type=click.Path(path_type=Path), help="A folder of `rounds map build`.")
@click.option("--zone", help="Time zone of the map's town, e.g. Europe/Helsinki; needed with --map.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def world(
    *,
    size: str,
    seed: int,
    today: datetime | None,
    lang: str,
    formats: tuple[str, ...],
    map_folder: Path | None,
    zone: str | None,
    out: Path,
) -> None:
    """Make a seeded world: town, people, loan book, payments, history, staff, and the truth behind them."""
    begun = perf_counter()
    day = today.date() if today else date.today()  # noqa: DTZ011 - the operator's own day
    made = _mapped(size, seed, day, lang, (map_folder, zone)) if map_folder else make_world(size, seed, day, lang)
    counts = write_world(made, out, formats)
    for noun, rows in counts.items():
        click.echo(f"{noun:22} {rows:>10,}")
    click.echo(f"{out}: size {size}, seed {seed}, {day}, {lang}, {perf_counter() - begun:.1f} s")


def _mapped(size: str, seed: int, day: date, lang: str, place: tuple[Path, str | None]) -> World:
    folder, zone = place
    if zone is None or zone not in available_timezones():
        raise click.UsageError("give the zone of the map's town, e.g. --zone Europe/Helsinki")
    try:
        return make_mapped_world(size, seed, day, replace(LANGUAGES[lang], zone=zone), folder)
    except MapError as refused:
        raise click.ClickException(str(refused)) from refused
