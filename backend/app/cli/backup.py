"""How does an operator keep a second copy, and come back from it? One folder: the database, the files, their hashes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from backend.app.cli.local import data_dir
from backend.kernel.migrate import upgrade
from infra import archive, cluster, dump, seat
from infra.dump import Server
from infra.errors import InfraError

HERE = click.Path(path_type=Path, resolve_path=True)


@click.command()
@click.argument("out", type=HERE)
def backup(out: Path) -> None:
    """Copy database and files into the new folder OUT; Rounds may run meanwhile."""
    data = data_dir()
    try:
        if out.is_relative_to(data):
            raise click.ClickException(f"{out} lies in the data folder itself: choose a folder on another disk")
        with _server(data, reads=True) as server, archive.fresh(out) as folder:
            dump.dump(server, folder / archive.DATABASE)
            # After the database: each file that it knows is there by now.
            count = archive.copy_data(data, folder)
    except InfraError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out}: the database and {count} files")
    if os.environ.get("ROUNDS_FILES"):
        click.echo(f"photos lie in {os.environ['ROUNDS_FILES']} and are not in it: copy them by that store's own means")


@click.command()
@click.argument("folder", type=HERE)
def restore(folder: Path) -> None:
    """Bring a backup into an empty database and data folder, and its schema up to date."""
    data = data_dir()
    try:
        names = archive.check(folder)
        with seat.taken(data, "restoring"), _server(data, reads=False) as server:
            found = archive.occupied(data)
            if found:
                raise click.ClickException(f"{data} is not empty ({found[0]}): make reset, or set ROUNDS_DATA")
            if dump.count_tables(server):
                raise click.ClickException("the database is not empty: make reset, or give another one")
            dump.restore(folder / archive.DATABASE, server)
            archive.put_back(folder, names, data)
            upgrade(server.url)
    except InfraError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{data}: the database and {len(names)} files; phones take everything again and send what they have")


@contextmanager
def _server(data: Path, *, reads: bool) -> Iterator[Server]:
    """Give the database: the operator's own, or the private one, which a superuser can read whatever its schema."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        yield Server(url=given, programs=dump.own_programs(), role=dump.READER)
        return
    with cluster.running(data) as private:
        url = cluster.admin_dsn(private, "rounds") if reads else cluster.dsn(private)
        yield Server(url=url, programs=private.place.programs, role=None)
