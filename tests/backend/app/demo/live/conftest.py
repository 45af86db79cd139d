"""A demo of this module's own, on a database of its own, and the simulation beside it."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from backend.app.demo.ensure import SEED, TRUTH_FOLDER, ensure_demo
from backend.app.demo.live.commands import Town
from backend.app.demo.live.queries import Living
from backend.kernel import clock
from backend.kernel.db import Database, Role, open_database
from backend.kernel.signing import open_signing_key
from ml.synthetic.oracle import read_oracle
from tests import databases

ZONE = "Asia/Shanghai"
PACE = 240


class Stage(NamedTuple):
    """What a test of the living demo works with; `raw` is a superuser's connection."""

    raw: asyncpg.Connection
    jobs: Database
    town: Town
    tenant_id: UUID
    begins_at: datetime

    @property
    def living(self) -> Living:
        """Return the demo as its process finds it."""
        return Living(tenant_id=self.tenant_id, since=self.begins_at)


@pytest.fixture(scope="session")
async def made(cluster: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, Path]]:
    """(name of a database that holds a demo of which nothing has happened yet, its data folder)."""
    admin_url, login_url = cluster
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    data = tmp_path_factory.mktemp("demo")
    await ensure_demo(databases.with_database(login_url, name), data)
    yield name, data
    await databases.remove(admin_url, name)


@pytest.fixture
async def stage(cluster: tuple[str, str], made: tuple[str, Path]) -> AsyncIterator[Stage]:
    """Copy the demo; its life begins at ten on the day after tomorrow, so that no hour of this day matters."""
    admin_url, login_url = cluster
    source, data = made
    name = await databases.clone(admin_url, source)
    url = databases.with_database(login_url, name)
    raw = await asyncpg.connect(databases.with_database(admin_url, name))
    jobs = await open_database(url, role=Role.JOB, pool_size=2)
    database = await open_database(url, role=Role.API, pool_size=2)
    oracle = read_oracle(data / TRUTH_FOLDER, SEED)
    town = Town(database=database, key=open_signing_key(data / "keys"), oracle=oracle, pace=PACE)
    day = clock.now().astimezone(ZoneInfo(ZONE)).date() + timedelta(days=2)
    begins_at = datetime.combine(day, time(10), tzinfo=ZoneInfo(ZONE))
    tenant_id = await raw.fetchval("SELECT tenant_id FROM demo_switches")
    yield Stage(raw=raw, jobs=jobs, town=town, tenant_id=tenant_id, begins_at=begins_at)
    await database.close()
    await jobs.close()
    await raw.close()
    await databases.remove(admin_url, name)
