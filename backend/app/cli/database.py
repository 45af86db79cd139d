"""How does an operator look at the database? Where it is, a psql inside it, the schema brought up to date."""

import os
import subprocess
from pathlib import Path

import click

from backend.app.cli.local import data_dir, database_url
from backend.kernel.migrate import upgrade
from infra import place, server
from infra.errors import InfraError


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
def status() -> None:
    """Say where the database is and whether it runs."""
    if os.environ.get("DATABASE_URL"):
        click.echo("DATABASE_URL is set: the database is somebody else's to start and stop")
        return
    try:
        found = place.locate(data_dir())
        if not (found.home / "ready").exists():
            click.echo(f"not made yet; it will live in {found.home}")
        elif server.is_running(found):
            click.echo(f"running on 127.0.0.1:{server.port_of(found)}, data in {found.home}")
        else:
            click.echo(f"stopped, data in {found.home}")
    except InfraError as error:
        raise click.ClickException(str(error)) from error


@db.command()
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(arguments: tuple[str, ...]) -> None:
    """Open psql in the database, across all tenants; what follows -- goes to psql."""
    with database_url() as url:
        programs = Path("/usr/bin") if os.environ.get("DATABASE_URL") else place.locate(data_dir()).programs
        # As the role of jobs: the login itself may see nothing, and an operator looks across tenants.
        environment = {**os.environ, "PGOPTIONS": "-c role=app_job"}
        done = subprocess.run([str(programs / "psql"), url, *arguments], check=False, env=environment)
    raise SystemExit(done.returncode)


@db.command()
def migrate() -> None:
    """Bring the schema up to date; stopping and starting Rounds does it too."""
    with database_url() as url:
        upgrade(url)
    click.echo("the schema is up to date")
