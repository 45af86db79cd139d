"""How does an import run? Block by block: one thread reads ahead, one transaction a block stores and counts.

Each block is a transaction far below a second, because readers of the journal wait for the oldest writer. The progress
is written in the same transaction: an import that was interrupted goes on behind its last stored block.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from backend.integrations import queries
from backend.integrations.commands import runs
from backend.integrations.commands.runs import By
from backend.integrations.commands.store import Changeable, Stored, add_counts, store_lines
from backend.integrations.problems import ALREADY_RUNNING
from backend.integrations.queries import StoredRun
from backend.integrations.reading.blocks import Block, Blocks, FileError
from backend.integrations.reading.open import blocks_of
from backend.integrations.rules.columns import Spoilt
from backend.integrations.rules.compiled import CompiledMapping, compile_mapping
from backend.integrations.rules.draft import Draft, draft_of
from backend.integrations.rules.export import original
from backend.integrations.rules.lines import Lines, read_lines
from backend.integrations.schemas import CELL_CHARS_MAX, ROWS_MAX, Progress, Refusal, Run, RunState, StartRun
from backend.integrations.spool import drop_spooled
from backend.kernel import clock
from backend.kernel.db import SET_SCOPE, Database, Reach, Scope
from backend.kernel.live import announce
from backend.kernel.problems import Problem
from backend.kernel.upsert import Status

VALUE_CHARS_MAX = 400
ROWS_A_TRANSACTION = 10_000
BLOCK_ROWS_MIN, BLOCK_ROWS_MAX = 500, 4000
NOBODY = UUID(int=0)
"""The user of a scope in which an operator acts at the command line."""
Told = Callable[[Progress, int | None], None]


class Job(msgspec.Struct, frozen=True):
    """An import to run: for whom, which, with what, and where its file lies."""

    by: By
    run_id: UUID
    wanted: StartRun | None
    """None: as it was queued."""

    folder: Path

    def scope(self) -> Scope:
        """Return for whom the database acts: the whole tenant, because a book is the tenant's."""
        return Scope(self.by.tenant_id, self.by.actor_id or NOBODY, Reach.TENANT, ())


class Prepared(msgspec.Struct, frozen=True):
    """A block read, checked and built; ready to be stored."""

    block: Block
    lines: Lines
    draft: Draft


async def run_import(database: Database, job: Job, tell: Told | None = None) -> Run:
    """Run an import to its end and return it; raises Problem when it cannot begin.

    A file that breaks off in the middle leaves the run failed, with what was read before it stored. Any other error
    leaves the run as it stands, to be started again.
    """
    async with database.pool.acquire() as raw:
        if not await raw.fetchval(queries.TRY_LOCK_RUN, str(job.run_id)):
            raise Problem(ALREADY_RUNNING)
        try:
            return await _run(raw, job, tell)
        finally:
            if not raw.is_closed():
                await raw.execute(queries.UNLOCK_RUN, str(job.run_id))


async def _run(raw: asyncpg.Connection, job: Job, tell: Told | None) -> Run:
    async with _as(raw, job):
        found = await runs.load_run(raw, job.by.tenant_id, job.run_id)
    path = job.folder / found.spool_name
    file = await asyncio.to_thread(runs.inspect, path)
    async with _as(raw, job):
        stored = await runs.begin_run(raw, job.by, job.run_id, job.wanted, file, clock.now())
    if stored.mapping is None or stored.run.as_of is None:
        raise AssertionError("a run that has begun has a mapping and a day")
    compiled = compile_mapping(stored.mapping, stored.header, stored.run.as_of)
    blocks = blocks_of(path, file.kind, block_rows=block_rows_of(compiled))
    failure: str | None = None
    try:
        await _store_all(raw, job, stored, compiled, blocks, tell)
    except FileError as error:
        failure = str(error)
    async with _as(raw, job):
        done = await runs.load_run(raw, job.by.tenant_id, job.run_id)
        total = done.run.progress.rows_read if failure is None else None
        await runs.end_run(raw, job.by, done.run, failure=failure, rows_total=total, now=clock.now())
        ended = await runs.load_run(raw, job.by.tenant_id, job.run_id)
    if failure is None:
        await asyncio.to_thread(drop_spooled, job.folder, stored.spool_name)
    return ended.run


async def give_up(database: Database, job: Job, failure: str) -> None:
    """Record that an import that nobody works on has failed, and why; it can be started again."""
    async with database.pool.acquire() as raw, _as(raw, job):
        stored = await runs.load_run(raw, job.by.tenant_id, job.run_id, lock=True)
        if stored.run.state in {RunState.QUEUED, RunState.RUNNING}:
            await runs.end_run(raw, job.by, stored.run, failure=failure, rows_total=None, now=clock.now())


def block_rows_of(compiled: CompiledMapping) -> int:
    """Return how many lines make a block: so many that it holds some thousand rows of all nouns together.

    It follows from the mapping alone, so that an import that goes on finds the same blocks again.
    """
    single = (compiled.obligor, compiled.account, compiled.balance)
    rows_a_line = sum(one is not None for one in single) + sum(map(len, compiled.slots.values()))
    return max(BLOCK_ROWS_MIN, min(BLOCK_ROWS_MAX, ROWS_A_TRANSACTION // rows_a_line))


async def _store_all(
    raw: asyncpg.Connection,
    job: Job,
    stored: StoredRun,
    compiled: CompiledMapping,
    blocks: Blocks,
    tell: Told | None,
) -> None:
    progress = stored.run.progress
    already = progress.rows_read
    async for prepared in _ahead(blocks, compiled):
        size = prepared.block.size()
        if already >= size:
            already -= size
            continue
        before = progress.rows_added
        progress = await _store_block(raw, job, prepared, progress, compiled.changeable, is_dry=stored.run.is_dry_run)
        if _has_grown(before, progress.rows_added):
            await raw.execute(queries.LEARN_STATISTICS)
        if tell is not None:
            tell(progress, stored.run.rows_total)
        if progress.rows_read > ROWS_MAX:
            raise FileError(f"the file has more than {ROWS_MAX} lines; split it")


def _has_grown(before: int, after: int) -> bool:
    """Tell whether the lines added have passed a power of four: then the planner must learn how large tables are."""
    return after >= BLOCK_ROWS_MIN and (after.bit_length() + 1) // 2 > (before.bit_length() + 1) // 2


async def _ahead(blocks: Blocks, compiled: CompiledMapping) -> AsyncIterator[Prepared]:
    """Yield prepared blocks; while one is being stored the next is read in a thread."""

    def step() -> Prepared | None:
        block = next(blocks, None)
        return None if block is None else prepare(block, compiled)

    coming = asyncio.create_task(asyncio.to_thread(step))
    try:
        while (prepared := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(step))
            yield prepared
    finally:
        await asyncio.gather(coming, return_exceptions=True)


def prepare(block: Block, compiled: CompiledMapping) -> Prepared:
    """Read and build a block; pure, so that it can run in a thread."""
    clean = msgspec.structs.replace(block, columns=[_originals(column) for column in block.columns])
    lines = read_lines(compiled, clean)
    return Prepared(clean, lines, draft_of(compiled, lines))


def _originals(column: Sequence[str]) -> list[str]:
    """Take the tabs off that the file of refused lines put before dangerous cells."""
    return [original(cell) if cell[:1] == "\t" else cell for cell in column]


async def _store_block(
    raw: asyncpg.Connection, job: Job, prepared: Prepared, before: Progress, changeable: Changeable, *, is_dry: bool
) -> Progress:
    """Store one block in one transaction, its counts and refusals with it; a dry run keeps only these."""
    now = clock.now()
    async with _as(raw, job):
        await raw.execute(queries.LOCK_BOOK, str(job.by.tenant_id))
        trial = raw.transaction()
        await trial.start()
        stored = await store_lines(raw, job.by.tenant_id, prepared.draft, changeable, now)
        await (trial.rollback() if is_dry else trial.commit())
        refusals = _refusals(prepared, stored.refused)
        first = await queries.next_refusal(raw, job.by.tenant_id, job.run_id)
        await queries.insert_refusals(raw, job.by.tenant_id, job.run_id, first, refusals)
        after = _progress(before, prepared, stored, len({one.line for one in refusals}))
        await queries.write_progress(raw, job.by.tenant_id, job.run_id, after)
        await announce(raw, job.by.tenant_id, runs.LIVE_KIND)
    return after


def _refusals(prepared: Prepared, refused: list[Spoilt]) -> list[Refusal]:
    """Return the refused lines of a block in the order of the file, with their cells as they came."""
    block = prepared.block
    found = [
        Refusal(block.lines[one.n], one.column, one.code, one.value[:VALUE_CHARS_MAX], block.row(one.n))
        for one in (*prepared.lines.spoilt, *refused)
    ]
    found += [
        Refusal(bad.line, "", bad.code, _shown(" | ".join(bad.cells)), [_shown(cell) for cell in bad.cells])
        for bad in block.bad
    ]
    return sorted(found, key=lambda one: one.line)


def _shown(text: str) -> str:
    """Return a text that the database can hold: a byte of another encoding or a NUL becomes its code."""
    safe = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    return safe[:CELL_CHARS_MAX]


def _progress(before: Progress, prepared: Prepared, stored: Stored, refused: int) -> Progress:
    statuses = list(stored.statuses.values())
    return Progress(
        rows_read=before.rows_read + prepared.block.size(),
        rows_added=before.rows_added + statuses.count(Status.ADDED),
        rows_updated=before.rows_updated + statuses.count(Status.UPDATED),
        rows_unchanged=before.rows_unchanged + statuses.count(Status.UNCHANGED),
        rows_skipped=before.rows_skipped + len(prepared.lines.skipped),
        rows_refused=before.rows_refused + refused,
        cases_opened=before.cases_opened + stored.cases_opened,
        cases_changed=before.cases_changed + stored.cases_changed,
        counts=add_counts(before.counts, stored.counts),
    )


@asynccontextmanager
async def _as(raw: asyncpg.Connection, job: Job) -> AsyncIterator[None]:
    """Run one transaction on the job's own connection, for the job's tenant."""
    async with raw.transaction():
        await raw.execute(SET_SCOPE, *job.scope().settings())
        # A block is looked up by its keys, never by reading a table: without statistics the planner would.
        await raw.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        yield
