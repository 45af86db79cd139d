"""All SQL of imports: mappings in versions, runs with their progress, refused lines."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.integrations.schemas import Mapping, NounCount, Progress, Refusal, Run, RunState, SavedMapping
from backend.kernel.limits import PAGE_SIZE_MAX

# Whoever works on a run holds its lock on the very connection that writes, so that both end together.
_NOBODY = """NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 725004
        AND objid = (hashtext(id::text)::bigint & 4294967295)::oid AND granted)"""
# JSON is read as text: the two pools decode jsonb differently, the engine's into objects, the bare one not at all.
RUN_COLUMNS = f"""id, file_name, spool_name, byte_count, sha256, state, mapping_name, mapping_version, mapping::text,
    as_of, is_dry_run, rows_total, rows_read, rows_added, rows_updated, rows_unchanged, rows_skipped, rows_refused,
    cases_opened, cases_changed, counts::text, header::text, failure, uploaded_at, started_at, finished_at,
    state = 'running' AND coalesce(lease_until < now(), true) AND {_NOBODY} AS is_interrupted"""
INSERT_RUN = """
INSERT INTO import_runs (id, tenant_id, file_name, spool_name, byte_count, sha256, state, started_by, uploaded_at)
VALUES ($1, $2, $3, $4, $5, $6, 'uploaded', $7, $8)
"""
RUN_BY_ID = f"SELECT {RUN_COLUMNS} FROM import_runs WHERE tenant_id = $1 AND id = $2"
NEWEST_RUNS = f"SELECT {RUN_COLUMNS} FROM import_runs WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2"
START_RUN = """
UPDATE import_runs SET state = 'running', mapping_name = $3, mapping_version = $4, mapping = $5::jsonb, as_of = $6,
    is_dry_run = $7, rows_total = $8, header = $9::jsonb, failure = NULL, started_at = coalesce(started_at, $10),
    lease_until = NULL
WHERE tenant_id = $1 AND id = $2
"""
QUEUE_RUN = """
UPDATE import_runs SET state = 'queued', mapping_name = $3, mapping_version = $4, mapping = $5::jsonb, as_of = $6,
    is_dry_run = $7, rows_total = $8, header = $9::jsonb, failure = NULL, queued_at = $10, started_by = $11,
    attempts = 0, lease_until = NULL
WHERE tenant_id = $1 AND id = $2
"""
WAITING = "SELECT count(*) FROM import_runs WHERE tenant_id = $1 AND state = 'queued'"
# Across tenants: only jobs may ask this. What the command line began (no attempts) is the operator's to go on with.
CLAIM = f"""
UPDATE import_runs SET attempts = attempts + 1, lease_until = $1::timestamptz + $2::interval WHERE id = (
    SELECT id FROM import_runs WHERE (state = 'queued' OR (state = 'running' AND attempts > 0))
        AND coalesce(lease_until < $1, true) AND {_NOBODY}
    ORDER BY queued_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id, started_by, attempts
"""
PUT_OFF = "UPDATE import_runs SET lease_until = $2 WHERE id = $1 AND state IN ('queued', 'running')"
# The files of these are still wanted: at work or waiting, or left by their owner not so long ago.
KEPT_FILES = f"""
SELECT spool_name FROM import_runs WHERE spool_name = ANY($1::text[]) AND (state = 'queued'
    OR (state = 'running' AND (attempts > 0 OR NOT {_NOBODY}))
    OR greatest(uploaded_at, started_at, queued_at, finished_at) > $2)
"""
WRITE_PROGRESS = """
UPDATE import_runs SET rows_read = $3, rows_added = $4, rows_updated = $5, rows_unchanged = $6, rows_skipped = $7,
    rows_refused = $8, cases_opened = $9, cases_changed = $10, counts = $11::jsonb, attempts = least(attempts, 1)
WHERE tenant_id = $1 AND id = $2
"""
END_RUN = """
UPDATE import_runs SET state = $3, failure = $4, finished_at = $5, rows_total = coalesce($6, rows_total)
WHERE tenant_id = $1 AND id = $2
"""
INSERT_REFUSALS = """
INSERT INTO import_refusals (run_id, number, tenant_id, line, column_name, code, value, cells)
SELECT $2, s.number, $1, s.line, s.column_name, s.code, s.value, s.cells
FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
    AS s (number, line, column_name, code, value, cells)
"""
NEXT_REFUSAL = "SELECT coalesce(max(number), 0) + 1 FROM import_refusals WHERE tenant_id = $1 AND run_id = $2"
REFUSALS_AFTER = """
SELECT number, line, column_name, code, value, cells::text FROM import_refusals
WHERE tenant_id = $1 AND run_id = $2 AND number > $3 ORDER BY number LIMIT $4
"""
REFUSALS_A_READ = 1000
SAVE_MAPPING = """
INSERT INTO import_mappings (id, tenant_id, name, version, body, saved_by, saved_at)
VALUES ($1, $2, $3, 1 + coalesce((SELECT max(version) FROM import_mappings WHERE tenant_id = $2 AND name = $3), 0),
    $4::jsonb, $5, $6) RETURNING version
"""
MAPPINGS = """
SELECT DISTINCT ON (name) name, version, body::text, saved_at FROM import_mappings
WHERE tenant_id = $1 AND ($2::text IS NULL OR name = $2) ORDER BY name, version DESC LIMIT $3
"""
# One import at a time writes to a tenant's book; taken for one block, so that another import waits a second at most.
LOCK_BOOK = "SELECT pg_advisory_xact_lock(725003, hashtext($1::text))"
TRY_LOCK_RUN = "SELECT pg_try_advisory_lock(725004, hashtext($1::text))"
LEARN_STATISTICS = "SELECT learn_book_statistics()"
UNLOCK_RUN = "SELECT pg_advisory_unlock(725004, hashtext($1::text))"


class StoredRun(msgspec.Struct, frozen=True):
    """A run with what only the importer needs: where its file lies, with which mapping it reads."""

    run: Run
    spool_name: str
    mapping: Mapping | None
    header: list[str]


class NewRun(msgspec.Struct, frozen=True):
    """A file that has arrived."""

    id: UUID
    file_name: str
    spool_name: str
    byte_count: int
    sha256: str


class RunStart(msgspec.Struct, frozen=True):
    """With what a run begins."""

    mapping_name: str | None
    mapping_version: int | None
    mapping: Mapping
    as_of: date
    is_dry_run: bool
    rows_total: int | None
    header: Sequence[str]


class Claimed(msgspec.Struct, frozen=True):
    """A run that a worker may work on, the how-manyth try since its last stored block, and for whom."""

    id: UUID
    tenant_id: UUID
    started_by: UUID | None
    attempts: int


async def insert_run(
    raw: asyncpg.Connection, tenant_id: UUID, new: NewRun, started_by: UUID | None, now: datetime
) -> None:
    """Write that a file has arrived."""
    values = (new.id, tenant_id, new.file_name, new.spool_name, new.byte_count, new.sha256, started_by, now)
    await raw.execute(INSERT_RUN, *values)


async def run_by_id(raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID, *, lock: bool = False) -> StoredRun | None:
    """Return a run, locked for a change when asked; None when it is not there or not yours."""
    row = await raw.fetchrow(RUN_BY_ID + (" FOR UPDATE" if lock else ""), tenant_id, run_id)
    return None if row is None else _stored(row)


async def newest_runs(raw: asyncpg.Connection, tenant_id: UUID, limit: int) -> list[Run]:
    """Return the newest runs first."""
    return [_stored(row).run for row in await raw.fetch(NEWEST_RUNS, tenant_id, min(limit, PAGE_SIZE_MAX))]


async def start_run(raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID, start: RunStart, now: datetime) -> None:
    """Write that a run is running, and with what."""
    await raw.execute(START_RUN, tenant_id, run_id, *_start_values(start), now)


async def queue_run(
    raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID, start: RunStart, started_by: UUID | None, now: datetime
) -> None:
    """Write that a run waits for the worker, with what, and for whom."""
    await raw.execute(QUEUE_RUN, tenant_id, run_id, *_start_values(start), now, started_by)


def _start_values(start: RunStart) -> tuple[object, ...]:
    return (
        start.mapping_name, start.mapping_version, _json(start.mapping), start.as_of, start.is_dry_run,
        start.rows_total, _json(list(start.header)),
    )  # fmt: skip


async def waiting_count(raw: asyncpg.Connection, tenant_id: UUID) -> int:
    """Return how many runs of a tenant wait for the worker."""
    return int(await raw.fetchval(WAITING, tenant_id))


async def claim_run(raw: asyncpg.Connection, lease: timedelta, now: datetime) -> Claimed | None:
    """Take the run that waits longest, of any tenant, so that no other worker takes it before `lease` is over."""
    row = await raw.fetchrow(CLAIM, now, lease)
    return None if row is None else Claimed(**dict(row))


async def put_off_run(raw: asyncpg.Connection, run_id: UUID, until: datetime) -> None:
    """Let nobody claim a run before then."""
    await raw.execute(PUT_OFF, run_id, until)


async def kept_files(raw: asyncpg.Connection, names: Sequence[str], left_before: datetime) -> set[str]:
    """Return which of these waiting files are still wanted."""
    return {row["spool_name"] for row in await raw.fetch(KEPT_FILES, names, left_before)}


async def write_progress(raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID, progress: Progress) -> None:
    """Write how far a run is: in the transaction of the rows, so that it is never ahead or behind."""
    await raw.execute(
        WRITE_PROGRESS, tenant_id, run_id, progress.rows_read, progress.rows_added, progress.rows_updated,
        progress.rows_unchanged, progress.rows_skipped, progress.rows_refused, progress.cases_opened,
        progress.cases_changed, _json(progress.counts),
    )  # fmt: skip


async def end_run(
    raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID, *, failure: str | None, rows_total: int | None, at: datetime
) -> None:
    """Write that a run is finished, or failed and why."""
    state = RunState.FINISHED if failure is None else RunState.FAILED
    await raw.execute(END_RUN, tenant_id, run_id, state.value, failure, at, rows_total)


async def insert_refusals(
    raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID, first: int, refusals: Sequence[Refusal]
) -> None:
    """Write refused lines, numbered from `first`."""
    if refusals:
        await raw.execute(
            INSERT_REFUSALS, tenant_id, run_id, list(range(first, first + len(refusals))),
            [one.line for one in refusals], [one.column for one in refusals], [one.code for one in refusals],
            [one.value for one in refusals], [_json(one.cells) for one in refusals],
        )  # fmt: skip


async def next_refusal(raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID) -> int:
    """Return the number of the next refusal of a run."""
    return int(await raw.fetchval(NEXT_REFUSAL, tenant_id, run_id))


async def refusals_of(raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID) -> AsyncIterator[Refusal]:
    """Yield the refused lines of a run in the order of the file, a page at a time."""
    after = 0
    while rows := await raw.fetch(REFUSALS_AFTER, tenant_id, run_id, after, REFUSALS_A_READ):
        for row in rows:
            cells = msgspec.json.decode(row["cells"], type=list[str])
            yield Refusal(row["line"], row["column_name"], row["code"], row["value"], cells)
        after = rows[-1]["number"]


async def save_mapping(
    raw: asyncpg.Connection, tenant_id: UUID, mapping_id: UUID, saved: SavedMapping, saved_by: UUID | None
) -> int:
    """Write a mapping as the next version of its name; returns the version."""
    values = (mapping_id, tenant_id, saved.name, _json(saved.mapping), saved_by, saved.saved_at)
    return int(await raw.fetchval(SAVE_MAPPING, *values))


async def saved_mappings(raw: asyncpg.Connection, tenant_id: UUID, name: str | None = None) -> list[SavedMapping]:
    """Return the newest version of each mapping of the tenant, or of one."""
    rows = await raw.fetch(MAPPINGS, tenant_id, name, PAGE_SIZE_MAX)
    return [
        SavedMapping(
            name=row["name"],
            version=row["version"],
            mapping=msgspec.json.decode(row["body"], type=Mapping),
            saved_at=row["saved_at"],
        )
        for row in rows
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _stored(row: asyncpg.Record) -> StoredRun:
    counts = msgspec.json.decode(row["counts"], type=dict[str, NounCount])
    numbers = {name: row[name] for name in Progress.__struct_fields__ if name != "counts"}
    plain = ("id", "file_name", "byte_count", "sha256", "mapping_name", "mapping_version", "as_of", "is_dry_run")
    times = ("is_interrupted", "rows_total", "failure", "uploaded_at", "started_at", "finished_at")
    return StoredRun(
        run=Run(
            **{name: row[name] for name in (*plain, *times)},
            state=RunState(row["state"]),
            progress=Progress(**numbers, counts=counts),
        ),
        spool_name=row["spool_name"],
        mapping=None if row["mapping"] is None else msgspec.json.decode(row["mapping"], type=Mapping),
        header=msgspec.json.decode(row["header"], type=list[str]),
    )
