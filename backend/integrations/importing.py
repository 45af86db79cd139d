"""What does the process of one import do? It runs a queued import to its end, and ends.

`python -m backend.integrations.importing TENANT RUN [USER]`, started by the worker. Killed at any moment, it leaves the
run as of its last stored block.
"""

import logging
import sys
from uuid import UUID

import uvloop

from backend.integrations.commands.runs import By
from backend.integrations.jobs import Job, give_up, run_import
from backend.integrations.problems import ALREADY_FINISHED, ALREADY_RUNNING
from backend.integrations.spool import spool_folder
from backend.kernel.children import die_with_parent
from backend.kernel.db import Database, Role, open_database
from backend.kernel.problems import Problem
from backend.kernel.settings import Settings, read_settings


async def import_queued(settings: Settings, by: By, run_id: UUID) -> None:
    """Run an import as it was queued; a file or mapping that cannot be used ends it as failed, with the reason."""
    database = await open_database(
        settings.database_url, role=Role.API, pool_size=1, statement_timeout_s=settings.statement_timeout_s
    )
    try:
        await _import(database, Job(by, run_id, None, spool_folder(settings.data_dir)))
    finally:
        await database.close()


async def _import(database: Database, job: Job) -> None:
    try:
        await run_import(database, job)
    except Problem as problem:
        # Somebody else was quicker: what they do is theirs.
        if problem.kind not in {ALREADY_RUNNING, ALREADY_FINISHED}:
            await give_up(database, job, str(problem.data.get("reason", problem.kind.says)))


def main(arguments: list[str]) -> None:
    """Import what the arguments name."""
    die_with_parent()
    tenant_id, run_id, *more = (UUID(one) for one in arguments)
    by = By(tenant_id, more[0] if more else None)
    uvloop.run(import_queued(read_settings(), by, run_id))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    main(sys.argv[1:])
