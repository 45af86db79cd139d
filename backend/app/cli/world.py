"""How does an operator make a world? `rounds world` writes a seeded town, book and hidden truth into a folder."""

from datetime import date, datetime
from pathlib import Path
from time import perf_counter

import click

from ml.synthetic.files import FORMATS, write_world
from ml.synthetic.sizes import SIZES
from ml.synthetic.world import make_world


@click.command("world")
@click.option("--size", type=click.Choice(list(SIZES)), default="small", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the book is drawn up; today if not given.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--format", "formats", type=click.Choice(FORMATS), multiple=True, default=("parquet", "csv"), show_default=True
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def world(size: str, seed: int, today: datetime | None, lang: str, formats: tuple[str, ...], out: Path) -> None:
    """Make a seeded world: town, people, loan book, payments, history, staff, and the truth behind them."""
    begun = perf_counter()
    day = today.date() if today else date.today()  # noqa: DTZ011 - the operator's own day
    made = make_world(size, seed, day, lang)
    counts = write_world(made, out, formats)
    for noun, rows in counts.items():
        click.echo(f"{noun:22} {rows:>10,}")
    click.echo(f"{out}: size {size}, seed {seed}, {day}, {lang}, {perf_counter() - begun:.1f} s")
