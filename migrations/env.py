"""Which connection do the migrations run on? The URL that `backend.kernel.migrate` put into the configuration."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from backend.kernel.db import Role, sqlalchemy_url

LOCK_TIMEOUT = "5s"


def _run(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def _run_async(url: str) -> None:
    engine = create_async_engine(
        sqlalchemy_url(url),
        poolclass=pool.NullPool,
        connect_args={"server_settings": {"role": Role.OWNER.value, "lock_timeout": LOCK_TIMEOUT}, "timeout": 10},
    )
    async with engine.connect() as connection:
        # One migration run at a time, whoever starts it; released when the connection closes.
        await connection.execute(text("SELECT pg_advisory_lock(725001)"))
        await connection.commit()
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run_async(context.config.attributes["url"]))
