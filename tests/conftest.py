"""What every test may ask for: a database of its own process, and a tenant of its own."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import settings

from backend.identity.commands.sign_in import make_sign_in_link
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, Role, open_database, transaction
from backend.kernel.settings import read_settings
from tests import databases
from tests.backend.integrations.queueing import working_off
from tests.server import serving
from tests.world import World, make_world

# No test is timed: a machine that does three things at once is slow, not wrong. CI repeats the same examples.
settings.register_profile("rounds", deadline=None, derandomize=os.environ.get("CI") == "true", print_blob=True)
settings.load_profile("rounds")


@pytest.fixture(scope="session")
def cluster() -> Iterator[tuple[str, str]]:
    """Give (superuser URL, login URL) of a real PostgreSQL with PostGIS."""
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
    """Make a tenant of this test's own, with two teams, people and six cases."""
    return await make_world(job_database)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which the real application keeps its files."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server(url: str, data: Path) -> Iterator[str]:
    """Origin of the real application, served by uvicorn in a process of its own against this process's database."""
    with serving(url, data) as origin:
        yield origin


@pytest.fixture
async def imports_worker(url: str, data: Path, job_database: Database) -> AsyncIterator[None]:
    """Have imports that were started at the server done, as the worker does."""
    async with working_off(job_database, read_settings({"DATABASE_URL": url, "ROUNDS_DATA": str(data)})):
        yield


@pytest.fixture
async def entrance(job_database: Database, world: World) -> Callable[[UUID], Awaitable[str]]:
    """Make the token of a one-time sign-in link for somebody of the world: `/enter#<token>` lets in."""

    async def make(user_id: UUID) -> str:
        act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=clock.now())
        async with transaction(job_database, world.scope(world.ada)) as tx:
            return (await make_sign_in_link(tx, act, user_id)).token

    return make
