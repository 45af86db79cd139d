"""How does an operator bring the map of a real town? `rounds map build` reads an OpenStreetMap file."""

from pathlib import Path

import click

from infra.errors import InfraError
from infra.map.extract import Box
from infra.map.files import ATTRIBUTION, build_map

_BOX_PARTS = 4


@click.group("map")
def map_group() -> None:
    """Make the offline map of a real town from OpenStreetMap data."""


@map_group.command("build")
@click.option("--pbf", type=click.Path(path_type=Path), required=True, help="An OpenStreetMap extract (.osm.pbf).")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--box", "box_text", help="WEST,SOUTH,EAST,NORTH in degrees; the file's own box if not given.")
def build(pbf: Path, out: Path, box_text: str | None) -> None:
    """Write map layers, addresses and the attribution into a folder."""
    try:
        counts = build_map(pbf, out, _box(box_text) if box_text else None)
    except InfraError as refused:
        raise click.ClickException(str(refused)) from refused
    for noun, number in counts.items():
        click.echo(f"{noun:10} {number:>10,}")
    size_kb = (out / "map.geojson").stat().st_size // 1000
    click.echo(f"{out}: {size_kb:,} kB; show {ATTRIBUTION!r} wherever it is drawn")


def _box(text: str) -> Box:
    try:
        parts = [float(part) for part in text.split(",")]
    except ValueError as broken:
        raise click.BadParameter(f"{text!r} is not four numbers", param_hint="--box") from broken
    if len(parts) != _BOX_PARTS or parts[0] >= parts[2] or parts[1] >= parts[3]:
        raise click.BadParameter("give WEST,SOUTH,EAST,NORTH with WEST < EAST and SOUTH < NORTH", param_hint="--box")
    return Box(*parts)
