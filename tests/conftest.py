"""What every test may ask for: a database of its own process, and a tenant of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest

from backend.kernel.db import Database, Role, open_database
from tests import databases
from tests.world import World, make_world


@pytest.fixture(scope="session")
def cluster() -> Iterator[tuple[str, str]]:
    """(superuser URL, login URL) of a real PostgreSQL with PostGIS."""
    with databases.cluster_urls() as urls:
        yield urls


@pytest.fixture(scope="session")
async def url(cluster: tuple[str, str]) -> AsyncIterator[str]:
    """URL of a migrated database that only this test process uses."""
    admin_url, login_url = cluster
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    yield databases.with_database(login_url, name)
    await databases.remove(admin_url, name)


@pytest.fixture(scope="session")
async def database(url: str) -> AsyncIterator[Database]:
    """Both pools, as the API has them: bound by row-level security."""
    opened = await open_database(url, role=Role.API, pool_size=8)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def job_database(url: str) -> AsyncIterator[Database]:
    """Both pools, as jobs have them: across tenants."""
    opened = await open_database(url, role=Role.JOB, pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture
async def world(job_database: Database) -> World:
    """A tenant of this test's own, with two teams, people and six cases."""
    return await make_world(job_database)
