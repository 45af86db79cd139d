"""How does a feature reach the database? In one transaction that begins by saying for whom it acts.

Row-level security reads four transaction-local settings (`app.tenant`, `app.user`, `app.reach`, `app.teams`).
They are set by the first statement of the transaction and vanish with it, so a pooled connection never carries one
tenant's settings into another's request. Nothing here runs in autocommit.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import BigInteger, Date, DateTime, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType

big_int = Annotated[int, 64]
"""A whole number of 64 bits; the mark is a number because SQLAlchemy reads a string there as the name of a type."""


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id: ordered, and comparable with the bounds of a snapshot."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Return the name of the type in DDL."""
        return "xid8"


class Base(DeclarativeBase):
    """The mapped tables of all features; columns say what the migrations made (a test compares both)."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        str: Text(),
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        date: Date(),
        big_int: BigInteger(),
        dict[str, object]: JSONB(),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(Uuid()),
    }


class Role(StrEnum):
    """The database role of a process: it is taken at connection and decides what policies apply."""

    OWNER = "app_owner"
    API = "app_rw"
    JOB = "app_job"
    READER = "app_ro"


class Reach(StrEnum):
    """How far somebody sees inside the tenant: own work, own teams' work, or all of it."""

    OWN = "own"
    TEAM = "team"
    TENANT = "tenant"


class Scope(msgspec.Struct, frozen=True):
    """For whom a transaction acts."""

    tenant_id: UUID
    user_id: UUID
    reach: Reach
    team_ids: tuple[UUID, ...]

    def settings(self) -> tuple[str, str, str, str]:
        """Return the four settings as the policies read them (an array literal for the teams)."""
        teams = "{" + ",".join(str(team) for team in self.team_ids) + "}"
        return str(self.tenant_id), str(self.user_id), self.reach.value, teams


class Database(msgspec.Struct, frozen=True):
    """The two ways in: `engine` for screens and commands, `pool` (bare asyncpg) for the sync path and COPY."""

    engine: AsyncEngine
    pool: asyncpg.Pool

    async def close(self) -> None:
        """Close both pools; waits at most 10 s for connections in use."""
        await self.engine.dispose()
        try:
            await self.pool.close()
        except TimeoutError:
            self.pool.terminate()


SET_SCOPE = (
    "SELECT set_config('app.tenant', $1, true), set_config('app.user', $2, true),"
    " set_config('app.reach', $3, true), set_config('app.teams', $4, true)"
)
_NOTHING = text("SELECT 1")
_SET_SCOPE = text(
    "SELECT set_config('app.tenant', :tenant, true), set_config('app.user', :user, true),"
    " set_config('app.reach', :reach, true), set_config('app.teams', :teams, true)"
)


def _server_settings(role: Role, statement_timeout_s: int) -> dict[str, str]:
    return {
        "role": role.value,
        "application_name": f"rounds-{role.value}",
        "statement_timeout": str(statement_timeout_s * 1000),
        "idle_in_transaction_session_timeout": "60000",
        "timezone": "UTC",
        "jit": "off",
        # Helping processes take ten times as long to start as our statements to run; a late page of a list had them.
        "max_parallel_workers_per_gather": "0",
    }


def sqlalchemy_url(url: str) -> str:
    """Return the URL as SQLAlchemy's asyncpg dialect wants it."""
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


async def open_database(url: str, *, role: Role, pool_size: int = 8, statement_timeout_s: int = 15) -> Database:
    """Open both pools as `role`; raises OSError or asyncpg.PostgresError when the server cannot be reached in 10 s."""
    if not urlsplit(url).scheme.startswith("postgres"):
        raise ValueError("a postgresql:// URL is needed")
    settings = _server_settings(role, statement_timeout_s)
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        connect_args={"server_settings": settings, "timeout": 10},
    )
    # Planning a statement under row-level security costs 1 ms, more than running it: plans are made once, and by index,
    # so that a plan made while a table was young does not read it whole when it has grown.
    settings |= {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=pool_size, timeout=10, server_settings=settings, reset=_end_what_is_open
    )
    return Database(engine=engine, pool=pool)


def begin_as(scope: Scope) -> str:
    """Return BEGIN with the settings of a scope; uuids and the words of an enum need no quoting."""
    tenant, user, reach, teams = scope.settings()
    return (
        f"BEGIN; SELECT set_config('app.tenant', '{tenant}', true), set_config('app.user', '{user}', true),"
        f" set_config('app.reach', '{reach}', true), set_config('app.teams', '{teams}', true)"
    )


async def _end_what_is_open(connection: asyncpg.Connection) -> None:
    """Save the round trip of asyncpg's reset: all that we set is local to a transaction and goes with it.

    A request that was cancelled while it rolled back may leave its transaction open; that one costs the round trip.
    """
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


@asynccontextmanager
async def transaction(database: Database, scope: Scope) -> AsyncIterator[AsyncConnection]:
    """Run one transaction for `scope`: committed at the end of the block, rolled back when it raises."""
    async with database.engine.begin() as connection:
        tenant, user, reach, teams = scope.settings()
        await connection.execute(_SET_SCOPE, {"tenant": tenant, "user": user, "reach": reach, "teams": teams})
        yield connection


@asynccontextmanager
async def bare_transaction(database: Database, scope: Scope) -> AsyncIterator[asyncpg.Connection]:
    """Run the same on a bare asyncpg connection: for set-based statements whose cost is measured."""
    async with database.pool.acquire() as connection:
        # BEGIN and the settings in one round trip: a simple query may hold several statements.
        await connection.execute(begin_as(scope))
        try:
            yield connection
        except BaseException:
            if not connection.is_closed():
                await connection.execute("ROLLBACK")
            raise
        await connection.execute("COMMIT")


async def bare(connection: AsyncConnection) -> asyncpg.Connection:
    """Return the asyncpg connection under a SQLAlchemy one: same transaction, set-based statements, COPY.

    SQLAlchemy sends BEGIN only with its own first statement; without one the bare statements would each commit alone.
    """
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if not isinstance(driver, asyncpg.Connection):
        raise TypeError("the engine does not run on asyncpg")
    if not driver.is_in_transaction():
        await connection.execute(_NOTHING)
    if not driver.is_in_transaction():
        raise RuntimeError("the connection is not in a transaction: an engine in autocommit has no place here")
    return driver


@asynccontextmanager
async def job_transaction(database: Database) -> AsyncIterator[AsyncConnection]:
    """Run one transaction that crosses tenants; `database` must have been opened as Role.JOB."""
    async with database.engine.begin() as connection:
        yield connection
