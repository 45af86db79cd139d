"""What do tests of imports need beside the world? Case numbers behind those that the world gave out by hand."""

import pytest

from backend.kernel.db import Database
from tests.world import World, make_world


@pytest.fixture
async def world(job_database: Database) -> World:
    """Make the world, and let the sequence of case numbers pass those of its cases."""
    made = await make_world(job_database)
    await pass_numbers(job_database)
    return made


async def pass_numbers(job_database: Database) -> None:
    """Take as many case numbers as the world has cases."""
    async with job_database.pool.acquire() as raw:
        await raw.fetch("SELECT nextval('case_numbers') FROM generate_series(1, 10)")
