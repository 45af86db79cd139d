"""The bare endpoint that the push is held against: decode with msgspec, INSERT .. ON CONFLICT, commit; nothing else."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from litestar import Litestar, Request, get, post
from litestar.datastructures import State

INSERT = """
INSERT INTO bare_visits (id, case_id, user_id, result, note, started_at, ended_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
ON CONFLICT (id) DO NOTHING
"""


class BareVisit(msgspec.Struct, frozen=True):
    """A visit with nothing to check."""

    id: UUID
    case_id: UUID
    user_id: UUID
    result: str
    note: str
    started_at: datetime
    ended_at: datetime


class BareBatch(msgspec.Struct, frozen=True):
    """A batch of them."""

    visits: list[BareVisit]


_BATCH = msgspec.json.Decoder(BareBatch)


@post("/push", status_code=200)
async def push(request: Request[None, None, State]) -> dict[str, int]:
    """Write the batch and say how many there were."""
    batch = _BATCH.decode(await request.body())
    async with request.app.state.pool.acquire() as raw, raw.transaction():
        await raw.execute(
            INSERT, [one.id for one in batch.visits], [one.case_id for one in batch.visits],
            [one.user_id for one in batch.visits], [one.result for one in batch.visits],
            [one.note for one in batch.visits], [one.started_at for one in batch.visits],
            [one.ended_at for one in batch.visits],
        )  # fmt: skip
    return {"count": len(batch.visits)}


@get("/one/{case_id:uuid}")
async def one(case_id: UUID, request: Request[None, None, State]) -> dict[str, str]:
    """Read one row by its primary key: what the pages of lists are held against."""
    async with request.app.state.pool.acquire() as raw:
        row = await raw.fetchrow("SELECT id, number, state FROM cases WHERE id = $1", case_id)
    return {"id": str(row["id"]), "number": row["number"], "state": row["state"]}


@asynccontextmanager
async def life(application: Litestar) -> AsyncGenerator[None, None]:
    """Open one pool."""
    application.state.pool = await asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=8, max_size=8, server_settings={"role": "app_job"}
    )
    yield
    await application.state.pool.close()


def app() -> Litestar:
    """Return the application."""
    return Litestar([push, one], lifespan=[life], openapi_config=None)
