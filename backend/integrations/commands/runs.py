"""What can be done with an import as a whole? Take a file in, begin, end, save a mapping; each journals what it did."""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from backend.integrations import queries
from backend.integrations.problems import (
    ALREADY_FINISHED,
    ALREADY_RUNNING,
    FILE_GONE,
    FLAWED_MAPPING,
    NO_MAPPING,
    QUEUE_FULL,
    UNREADABLE_FILE,
)
from backend.integrations.queries import NewRun, RunStart, StoredRun
from backend.integrations.reading.blocks import FileError
from backend.integrations.reading.detect import FileKind, detect
from backend.integrations.reading.open import first_block, rows_total
from backend.integrations.rules.flaws import flaws_of
from backend.integrations.schemas import Mapping, Run, RunState, SavedMapping, StartRun
from backend.integrations.shipped import shipped_mappings
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.clock import local_day
from backend.kernel.ids import new_id
from backend.kernel.live import announce
from backend.kernel.problems import NOT_FOUND, Problem

LIVE_KIND = "import"
"""What open screens are told when something of an import changed."""


class By(msgspec.Struct, frozen=True):
    """Who acts, for which tenant; `actor_id` is None for an operator at the command line."""

    tenant_id: UUID
    actor_id: UUID | None


async def take_file(raw: asyncpg.Connection, by: By, new: NewRun, now: datetime) -> None:
    """Record that a file has arrived and waits for its mapping."""
    await queries.insert_run(raw, by.tenant_id, new, by.actor_id, now)
    payload: dict[str, object] = {"file": new.file_name, "bytes": new.byte_count, "sha256": new.sha256}
    await append_bare(raw, [_event(by, "import.uploaded", new.id, now, payload)])


WAITING_MAX = 20
"""Imports of one tenant that wait for the worker; nobody starts more by hand, and each keeps a file of up to 512 MB."""


class Inspected(msgspec.Struct, frozen=True):
    """What a file is, once it was looked at; this takes a pass over the file, so it happens outside a transaction."""

    kind: FileKind
    header: tuple[str, ...]
    rows_total: int | None


def inspect(path: Path) -> Inspected:
    """Look at a file; raises Problem when it is gone or cannot be read. Blocking: call it from a thread."""
    if not path.is_file():
        raise Problem(FILE_GONE)
    kind = kind_of(path)
    return Inspected(kind, header_of_file(path, kind), rows_total(path, kind))


async def queue_run(
    raw: asyncpg.Connection, by: By, run_id: UUID, wanted: StartRun, file: Inspected, now: datetime
) -> StoredRun:
    """Let a run wait for the worker; raises Problem as begin_run does, and when it waits or runs, or too many wait.

    The worker finds in it everything that was chosen, for whom it acts too.
    """
    stored = await load_run(raw, by.tenant_id, run_id, lock=True)
    state, is_interrupted = stored.run.state, stored.run.is_interrupted
    if state is RunState.QUEUED or (state is RunState.RUNNING and not is_interrupted):
        raise Problem(ALREADY_RUNNING)
    ready = await _ready(raw, by, stored, wanted, file, now)
    if await queries.waiting_count(raw, by.tenant_id) >= WAITING_MAX:
        raise Problem(QUEUE_FULL, retry_after_s=60)
    await queries.queue_run(raw, by.tenant_id, run_id, ready, by.actor_id, now)
    await announce(raw, by.tenant_id, LIVE_KIND)
    return await load_run(raw, by.tenant_id, run_id)


async def begin_run(
    raw: asyncpg.Connection, by: By, run_id: UUID, wanted: StartRun | None, file: Inspected, now: datetime
) -> StoredRun:
    """Let a run begin or go on; raises Problem when it is finished, the mapping is unknown or does not fit the file.

    A run that was interrupted or failed goes on behind its last stored block, with the mapping it began with; one that
    was queued (`wanted` is None) with what was chosen then.
    """
    stored = await load_run(raw, by.tenant_id, run_id, lock=True)
    ready = await _ready(raw, by, stored, wanted, file, now)
    await queries.start_run(raw, by.tenant_id, run_id, ready, now)
    if stored.run.started_at is None:
        payload: dict[str, object] = {"mapping": ready.mapping_name, "version": ready.mapping_version}
        await append_bare(raw, [_event(by, "import.started", run_id, now, payload)])
    await announce(raw, by.tenant_id, LIVE_KIND)
    return await load_run(raw, by.tenant_id, run_id)


async def _ready(
    raw: asyncpg.Connection, by: By, stored: StoredRun, wanted: StartRun | None, file: Inspected, now: datetime
) -> RunStart:
    if stored.run.state is RunState.FINISHED:
        raise Problem(ALREADY_FINISHED)
    goes_on = stored.mapping is not None and stored.run.progress.rows_read > 0
    start = _again(stored) if wanted is None or goes_on else await _start_of(raw, by, wanted, now)
    flaws = flaws_of(start.mapping, file.header)
    if flaws:
        raise Problem(FLAWED_MAPPING, flaws=msgspec.to_builtins(flaws))
    return msgspec.structs.replace(start, header=file.header, rows_total=file.rows_total)


def _again(stored: StoredRun) -> RunStart:
    run = stored.run
    if stored.mapping is None or run.as_of is None:
        raise AssertionError("a run that was queued or has read lines has a mapping and a day")
    return RunStart(
        run.mapping_name, run.mapping_version, stored.mapping, run.as_of, run.is_dry_run, run.rows_total, stored.header
    )


async def _start_of(raw: asyncpg.Connection, by: By, wanted: StartRun, now: datetime) -> RunStart:
    name, version, mapping = wanted.mapping_name, None, wanted.mapping
    if mapping is None:
        if name is None:
            raise Problem(NO_MAPPING)
        saved = await find_mapping(raw, by.tenant_id, name)
        version, mapping = saved.version, saved.mapping
    return RunStart(name, version, mapping, _day_of(wanted, mapping, now), wanted.is_dry_run, None, ())


def _day_of(wanted: StartRun, mapping: Mapping, now: datetime) -> date:
    return wanted.as_of or mapping.as_of or local_day(now, mapping.zone)


async def end_run(
    raw: asyncpg.Connection, by: By, run: Run, *, failure: str | None, rows_total: int | None, now: datetime
) -> None:
    """Record that a run is finished or failed, with its numbers."""
    await queries.end_run(raw, by.tenant_id, run.id, failure=failure, rows_total=rows_total, at=now)
    stored = await load_run(raw, by.tenant_id, run.id)
    payload: dict[str, object] = {
        "failure": failure,
        "is_dry_run": run.is_dry_run,
        "progress": msgspec.to_builtins(stored.run.progress),
    }
    kind = "import.finished" if failure is None else "import.failed"
    await append_bare(raw, [_event(by, kind, run.id, now, payload)])
    await announce(raw, by.tenant_id, LIVE_KIND)


async def save_mapping(raw: asyncpg.Connection, by: By, name: str, mapping: Mapping, now: datetime) -> SavedMapping:
    """Save a mapping as the next version of its name; raises Problem(FLAWED_MAPPING) when no file could be read so."""
    flaws = flaws_of(mapping, None)
    if flaws:
        raise Problem(FLAWED_MAPPING, flaws=msgspec.to_builtins(flaws))
    saved = SavedMapping(name=name, version=0, mapping=mapping, saved_at=now)
    mapping_id = new_id()
    version = await queries.save_mapping(raw, by.tenant_id, mapping_id, saved, by.actor_id)
    payload: dict[str, object] = {"name": name, "version": version}
    await append_bare(raw, [_event(by, "import_mapping.saved", mapping_id, now, payload)])
    return msgspec.structs.replace(saved, version=version)


async def find_mapping(raw: asyncpg.Connection, tenant_id: UUID, name: str) -> SavedMapping:
    """Return the newest version of a mapping, or the one that ships; raises Problem(NO_MAPPING)."""
    saved = await queries.saved_mappings(raw, tenant_id, name)
    found = saved[0] if saved else shipped_mappings().get(name)
    if found is None:
        raise Problem(NO_MAPPING, name=name)
    return found


async def all_mappings(raw: asyncpg.Connection, tenant_id: UUID) -> list[SavedMapping]:
    """Return the tenant's mappings and those that ship, by name; the tenant's wins."""
    own = {one.name: one for one in await queries.saved_mappings(raw, tenant_id)}
    return [one for _, one in sorted((shipped_mappings() | own).items())]


async def load_run(raw: asyncpg.Connection, tenant_id: UUID, run_id: UUID, *, lock: bool = False) -> StoredRun:
    """Return a run; raises Problem(NOT_FOUND)."""
    stored = await queries.run_by_id(raw, tenant_id, run_id, lock=lock)
    if stored is None:
        raise Problem(NOT_FOUND)
    return stored


def kind_of(path: Path) -> FileKind:
    """Tell what a file is; raises Problem(UNREADABLE_FILE) with the reason in one line."""
    try:
        return detect(path)
    except FileError as error:
        raise Problem(UNREADABLE_FILE, reason=str(error)) from error


def header_of_file(path: Path, kind: FileKind) -> tuple[str, ...]:
    """Return the names of the columns; raises Problem(UNREADABLE_FILE), also for a file without a line below them."""
    try:
        block = first_block(path, kind, 1)
    except FileError as error:
        raise Problem(UNREADABLE_FILE, reason=str(error)) from error
    if block is None:
        raise Problem(UNREADABLE_FILE, reason="the file has names of columns and no line below them")
    return block.header


def _event(by: By, kind: str, subject_id: UUID, now: datetime, payload: dict[str, object]) -> NewEvent:
    return NewEvent(
        id=new_id(), tenant_id=by.tenant_id, kind=kind, subject_id=subject_id, case_id=None, actor_id=by.actor_id,
        device_id=None, occurred_at=now, payload=payload,
    )  # fmt: skip
