"""Which database does a command work on? The one of DATABASE_URL, else the private one while the command runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from backend.kernel.migrate import upgrade
from infra import cluster
from infra.errors import InfraError

CHECKOUT = Path(__file__).resolve().parents[3]


def data_dir() -> Path:
    """Return the data folder: ROUNDS_DATA, else `var` in the checkout, wherever the command is called from."""
    return Path(os.environ.get("ROUNDS_DATA", CHECKOUT / "var")).resolve()


@contextmanager
def database_url() -> Iterator[str]:
    """Give the URL of a database whose schema is up to date; raises click.ClickException with what to do."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        yield given
        return
    try:
        with cluster.running(data_dir()) as private:
            url = cluster.dsn(private)
            upgrade(url)
            yield url
    except InfraError as error:
        raise click.ClickException(str(error)) from error
