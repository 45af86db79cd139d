"""How do tests run an import? As the command line does: a file, a mapping, a tenant."""

import os
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from backend.integrations import jobs
from backend.integrations.commands import runs
from backend.integrations.commands.runs import By
from backend.integrations.queries import NewRun
from backend.integrations.schemas import FILE_BYTES_MAX, Mapping, Run, StartRun
from backend.integrations.spool import spool_copy, spool_folder
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.world import World

SHARED = Path(os.environ.get("ROUNDS_SHARED", Path(__file__).resolve().parents[3].parent / "shared"))


def shared_file(name: str) -> Path:
    """Return a real file of the folder beside the checkout; skips the test when the folder is not there."""
    path = SHARED / "data" / name
    if not path.is_file():
        pytest.skip(f"real input {name} is not here; set ROUNDS_SHARED to the folder that holds data/")
    return path


async def upload(database: Database, world: World, path: Path, folder: Path, wanted: StartRun) -> jobs.Job:
    """Take a file in and return the job that would import it."""
    by, run_id = By(world.tenant_id, world.ada), new_id()
    spooled = spool_copy(path, spool_folder(folder), run_id, FILE_BYTES_MAX)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        new = NewRun(run_id, path.name, spooled.name, spooled.byte_count, spooled.sha256)
        await runs.take_file(raw, by, new, clock.now())
    return jobs.Job(by, run_id, wanted, spool_folder(folder))


async def import_path(
    database: Database,
    world: World,
    path: Path,
    mapping: Mapping | str,
    *,
    as_of: date | None = None,
    is_dry_run: bool = False,
) -> Run:
    """Import a file to its end."""
    wanted = StartRun(
        mapping_name=mapping if isinstance(mapping, str) else None,
        mapping=mapping if isinstance(mapping, Mapping) else None,
        as_of=as_of,
        is_dry_run=is_dry_run,
    )
    with TemporaryDirectory() as folder:
        return await jobs.run_import(database, await upload(database, world, path, Path(folder), wanted))


async def rows(database: Database, world: World, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Return what a query shows to the administrator of the world."""
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        return [tuple(row) for row in await raw.fetch(sql, *values)]


async def refused(database: Database, world: World, run: Run) -> list[tuple[object, ...]]:
    """Return (line, column, code, value) of the refusals of a run."""
    sql = "SELECT line, column_name, code, value FROM import_refusals WHERE run_id = $1 ORDER BY number"
    return await rows(database, world, sql, run.id)
