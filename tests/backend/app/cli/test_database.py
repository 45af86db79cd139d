"""Does `rounds db` say where the database is, and let an operator look inside?"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.cluster import running, stop
from tests.cluster import data_folder

CHECKOUT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder
        stop(folder)


def said(data: Path, *arguments: str) -> str:
    """Run `rounds db ...` and return what it printed."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "backend.app.cli", "db", *arguments],
        check=False,
        timeout=120,
        cwd=CHECKOUT,
        env={**kept, "ROUNDS_DATA": str(data)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_status_follows_the_life_of_the_database(data: Path) -> None:
    assert said(data, "status").startswith("not made yet")
    with running(data) as cluster:
        assert said(data, "status") == f"running on 127.0.0.1:{cluster.port}, data in {data / 'pg'}"
    assert said(data, "status") == f"stopped, data in {data / 'pg'}"


def test_psql_looks_across_all_lenders_and_a_command_alone_migrates(data: Path) -> None:
    """The login itself may see nothing; psql comes as the role of jobs."""
    assert said(data, "psql", "--", "-Atc", "SELECT current_user, count(*) FROM tenants") == "app_job|0"
    assert said(data, "migrate") == "the schema is up to date"
