"""Is a recording kept by its bytes, fetched with patience, and gone only when nothing keeps it?"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from backend.calls.line.port import LineError
from backend.calls.line.recording_queries import waiting
from backend.calls.line.recordings import TRIES_MAX, agree, delete_due_recordings, fetch_next, key_of
from backend.calls.line.schemas import Heard, Leg, Standing
from backend.calls.line.simulator.sound import recording
from backend.evidence.keeping import hold
from backend.evidence.storage import Storage, open_storage
from backend.identity.schemas import Act
from backend.kernel import clock, files
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.calls.line.exchanges import placed
from tests.world import World

YEARS = timedelta(days=1_200)


class Shelf:
    """An exchange that has one recording, or none, or one that is too large."""

    def __init__(self, content: bytes | None, *, is_too_large: bool = False) -> None:
        self._content, self._is_too_large = content, is_too_large

    async def recording(self, call_id: UUID, bytes_max: int) -> bytes | None:
        del call_id
        if self._is_too_large:
            raise LineError(f"more than {bytes_max} bytes")
        return self._content

    async def dial(self, call_id: UUID, leg: Leg, to: str) -> None:
        raise LineError(f"{call_id} {leg} {to}")

    async def join(self, call_id: UUID, leg: Leg) -> None:
        raise LineError(f"{call_id} {leg}")

    async def record(self, call_id: UUID) -> None:
        raise LineError(str(call_id))

    async def pause(self, call_id: UUID) -> None:
        raise LineError(str(call_id))

    async def resume(self, call_id: UUID) -> None:
        raise LineError(str(call_id))

    async def play(self, call_id: UUID, prompt: str) -> None:
        raise LineError(f"{call_id} {prompt}")

    async def hang_up(self, call_id: UUID) -> None:
        raise LineError(str(call_id))

    async def standing(self) -> Sequence[Standing]:
        return []

    async def words(self) -> AsyncIterator[Heard | None]:
        yield None


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage("", tmp_path)


async def awaited(database: Database, jobs: Database, world: World, at: datetime) -> UUID:
    """Let a recording of a call lie at the exchange, begun at that moment."""
    call = await placed(database, world, 0)
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO line_recordings (id, tenant_id, case_id, record, notice_id, state, started_at, finished_at,"
            " retry_at) VALUES ($1, $2, $3, 'call_recording', 'recorded-2026-1', 'awaited', $4, $4, $4)",
            call.id, world.tenant_id, world.cases[0], at,
        )  # fmt: skip
    return call.id


async def state_of(jobs: Database, call_id: UUID) -> tuple[str, str | None]:
    async with jobs.pool.acquire() as raw:
        return tuple(await raw.fetchrow("SELECT state, refusal FROM line_recordings WHERE id = $1", call_id))


@pytest.mark.parametrize(
    ("line", "state", "refusal"),
    [
        (Shelf(recording(1.0)), "stored", None),
        (Shelf(b"<html>not found</html>"), "refused", "these bytes are no recording"),
        (Shelf(None, is_too_large=True), "refused", "more than 67108864 bytes"),
    ],
)
async def test_a_recording_is_kept_by_its_bytes(
    world: World, database: Database, job_database: Database, storage: Storage, line: Shelf, state: str, refusal: str
) -> None:
    call_id = await awaited(database, job_database, world, clock.now())
    assert await fetch_next(job_database, storage, line, clock.now())
    assert await state_of(job_database, call_id) == (state, refusal)
    assert not await fetch_next(job_database, storage, line, clock.now())


async def test_one_that_the_exchange_does_not_have_is_asked_for_some_time_and_then_lost(
    world: World, database: Database, job_database: Database, storage: Storage
) -> None:
    now = clock.now()
    call_id = await awaited(database, job_database, world, now)
    asked = 0
    while await fetch_next(job_database, storage, Shelf(None), now):
        now += timedelta(minutes=5)
        asked += 1
    assert asked == TRIES_MAX
    assert await state_of(job_database, call_id) == ("lost", "the exchange does not have it")


async def test_it_goes_when_its_time_is_over_and_neither_hold_nor_promise_nor_open_case_keeps_it(
    world: World, database: Database, job_database: Database, storage: Storage
) -> None:
    now = clock.now()
    call_id = await awaited(database, job_database, world, now - YEARS)
    assert await fetch_next(job_database, storage, Shelf(recording(1.0)), now)
    async with job_database.pool.acquire() as raw:
        digest = await raw.fetchval("SELECT sha256 FROM line_recordings WHERE id = $1", call_id)
        assert await delete_due_recordings(job_database, storage, now) == 0  # the case is open
        await raw.execute("UPDATE cases SET closed_at = $2 WHERE id = $1", world.cases[0], now - timedelta(days=1))
        promise = new_id()
        await raw.execute(
            "INSERT INTO promises (id, tenant_id, case_id, source_kind, source_id, amount_minor, currency, due_on,"
            " state, made_by, made_at) VALUES ($1, $2, $3, 'desk', $1, 1, 'CNY', $4, 'open', $5, $6)",
            promise, world.tenant_id, world.cases[0], now.date(), world.cai, now,
        )  # fmt: skip
        assert await delete_due_recordings(job_database, storage, now) == 0
        await raw.execute("UPDATE promises SET state = 'kept' WHERE id = $1", promise)
        act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=now)
        placed_hold = await hold(raw, act, world.cases[0], "a suit")
        assert await delete_due_recordings(job_database, storage, now) == 0
        await raw.execute(
            "UPDATE evidence_holds SET released_at = $2, release_reason = 'over' WHERE id = $1", placed_hold.id, now
        )
        # Two people agree first, unless the lender says otherwise; nobody is both.
        assert await delete_due_recordings(job_database, storage, now) == 0
        assert [one.id for one in await waiting(raw, world.tenant_id, now)] == [call_id]
        words = [
            await agree(raw, msgspec.structs.replace(act, at=now + timedelta(seconds=n)), who, [call_id])
            for n, who in enumerate((world.ada, world.ada, world.lin))
        ]
    assert [(one.first, one.second) for one in words] == [(1, 0), (0, 0), (0, 1)]
    assert await delete_due_recordings(job_database, storage, now) == 1
    assert await state_of(job_database, call_id) == ("deleted", None)
    with pytest.raises(FileNotFoundError):
        await files.read(storage.files, key_of(world.tenant_id, digest))
