"""Where do tests get a database? A migrated template made once, and a clone of it per test process."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from backend.kernel.migrate import MIGRATIONS, upgrade

EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
TEMPLATE_LOCK = 725_002


def with_database(url: str, name: str) -> str:
    """Return the URL with another database name."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def schema_hash() -> str:
    """Return a name for the present schema, so that a template is made again only when a migration changes."""
    digest = hashlib.sha256()
    for path in sorted(Path(MIGRATIONS).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


async def make_template(admin_url: str, login_url: str) -> str:
    """Return the name of a migrated template database; processes that ask at once wait for the first."""
    name = f"rounds_template_{schema_hash()}"
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", TEMPLATE_LOCK)
        if await admin.fetchval("SELECT datistemplate FROM pg_database WHERE datname = $1", name):
            return name
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await admin.execute(f'CREATE DATABASE "{name}" OWNER app_owner')
        inside = await asyncpg.connect(with_database(admin_url, name))
        for extension in EXTENSIONS:
            await inside.execute(f"CREATE EXTENSION {extension}")
        await inside.close()
        await _migrate(with_database(login_url, name))
        await admin.execute(f'ALTER DATABASE "{name}" WITH IS_TEMPLATE true')
        return name
    finally:
        await admin.close()


async def _migrate(url: str) -> None:
    import asyncio  # noqa: PLC0415 - used here only

    await asyncio.to_thread(upgrade, url)


async def clone(admin_url: str, template: str) -> str:
    """Return the name of a new database made from the template (some 0.2 s)."""
    name = f"rounds_test_{os.getpid()}_{os.urandom(3).hex()}"
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER app_owner STRATEGY wal_log')
    finally:
        await admin.close()
    return name


async def remove(admin_url: str, name: str) -> None:
    """Drop a clone, whoever is still connected."""
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await admin.close()


@contextmanager
def cluster_urls() -> Iterator[tuple[str, str]]:
    """Give (superuser URL, login URL): from ROUNDS_TEST_ADMIN_URL and ROUNDS_TEST_URL, or from a cluster of our own."""
    if "ROUNDS_TEST_ADMIN_URL" in os.environ:
        yield os.environ["ROUNDS_TEST_ADMIN_URL"], os.environ["ROUNDS_TEST_URL"]
        return
    from tests.cluster import test_cluster  # noqa: PLC0415 - not needed when the operator names a server

    with test_cluster() as urls:
        yield urls
