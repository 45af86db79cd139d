"""What does the server have, and does it fit what the phones were told? Every difference has a name and is counted."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from backend.journal.sealing import faults_of, seal_journal
from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.signing import open_signing_key

State = Literal["saved", "sending", "accepted", "refused", "conflict", "aside"]


class Recorded(msgspec.Struct, frozen=True):
    """One thing that a phone wrote down and its person was told "saved on this phone"."""

    id: UUID
    kind: str
    record_id: UUID | None
    state: State | None
    is_signed: bool


class PhotoKept(msgspec.Struct, frozen=True):
    """One photo that a phone took with a visit, by the hash of its bytes; `state` null when the phone has lost it."""

    id: UUID
    sha256: str
    mutation_id: UUID
    state: str | None


class Told(msgspec.Struct, frozen=True):
    """What a phone believes at the end of its history, and what it went through."""

    user_id: UUID
    device_id: UUID
    recorded: list[Recorded]
    photos: list[PhotoKept]
    is_settled: bool
    is_revoked: bool
    went_through: dict[str, int]


class Finding(msgspec.Struct, frozen=True):
    """One difference: `kind` is lost, doubled, false_accept, out_of_order, contradicted, unsettled or unworked."""

    kind: str
    device_id: UUID
    what: str


MUTATIONS = "SELECT id, status, seq FROM mutations WHERE device_id = ANY ($1::uuid[])"
RECORDS = """
SELECT id, 'visit.record' AS kind FROM visits WHERE device_id = ANY ($1::uuid[])
UNION ALL SELECT id, 'call.record' FROM calls WHERE device_id = ANY ($1::uuid[])
"""
EVENTS = """
SELECT subject_id, count(*) AS times FROM events
WHERE device_id = ANY ($1::uuid[]) AND kind IN ('visit.recorded', 'call.recorded', 'case.fact_edited')
GROUP BY subject_id
"""
KEPT_APART = "SELECT mutation_id FROM quarantine WHERE device_id = ANY ($1::uuid[])"
# An edit is kept for ever, and it stands where everybody sees it unless somebody who saw it wrote over it.
EDITS = """
SELECT e.id FROM fact_edits e JOIN case_facts f ON f.case_id = e.case_id AND f.field = e.field
WHERE e.device_id = ANY ($1::uuid[]) AND (e.id = ANY (f.heads) OR EXISTS (
    SELECT 1 FROM fact_edits n WHERE n.case_id = e.case_id AND n.field = e.field AND e.id = ANY (n.base_ids)))
"""
EVIDENCE = """
SELECT evidence.id, encode(evidence.sha256, 'hex') AS sha256, state, stored_files.sha256 IS NOT NULL AS is_stored
FROM evidence LEFT JOIN stored_files
    ON stored_files.tenant_id = evidence.tenant_id AND stored_files.sha256 = evidence.sha256
WHERE device_id = ANY ($1::uuid[])
"""
# The order in which the server took a device's items, by the transactions that took them: one after the other, since
# each holds the device's row. Not by `recorded_at`, when a batch arrived: two that arrive together may go either way.
ORDER = """
SELECT device_id, seq, lag(seq) OVER (PARTITION BY device_id ORDER BY xmin::text::bigint, seq) AS before
FROM mutations WHERE device_id = ANY ($1::uuid[])
"""
UNSEEN = """
SELECT count(*) FROM evidence WHERE tenant_id = ANY ($1::uuid[]) AND state = 'stored' AND examined_at IS NULL
"""
UNSEALED = """
SELECT count(*) FROM events WHERE tenant_id = $1
    AND NOT EXISTS (SELECT FROM sealed_events WHERE tenant_id = $1 AND event_id = events.id)
"""
# What other rounds left is not this worker's to look at: each photo costs a process of its own.
LET_LIE = "UPDATE evidence SET examine_after = now() + interval '1 year' WHERE examined_at IS NULL"
WORKED_OFF_TRIES = 240
NO_DEVICE = UUID(int=0)


class OnServer(msgspec.Struct, frozen=True):
    """What the server has of some devices."""

    status: dict[UUID, str]
    records: Counter[UUID]
    events: dict[UUID, int]
    kept_apart: set[UUID]
    edits: set[UUID]
    photos: dict[UUID, tuple[str, bool]]


async def read_server(raw: asyncpg.Connection, devices: Sequence[UUID]) -> OnServer:
    """Read what the server has of these devices, across all tenants (as app_job)."""
    kept = await raw.fetch(KEPT_APART, devices)
    return OnServer(
        status={row["id"]: row["status"] for row in await raw.fetch(MUTATIONS, devices)},
        records=Counter(row["id"] for row in await raw.fetch(RECORDS, devices)),
        events={row["subject_id"]: row["times"] for row in await raw.fetch(EVENTS, devices)},
        kept_apart={row["mutation_id"] for row in kept},
        edits={row["id"] for row in await raw.fetch(EDITS, devices)},
        photos={row["id"]: (row["sha256"], row["is_stored"]) for row in await raw.fetch(EVIDENCE, devices)},
    )


async def find(raw: asyncpg.Connection, phones: Sequence[Told]) -> list[Finding]:
    """Return every difference between the phones and the server."""
    devices = [phone.device_id for phone in phones]
    server = await read_server(raw, devices)
    found = [finding for phone in phones for finding in findings_of(phone, server)]
    found += [
        Finding(kind="out_of_order", device_id=row["device_id"], what=f"{row['seq']} after {row['before']}")
        for row in await raw.fetch(ORDER, devices)
        if row["before"] is not None and row["before"] > row["seq"]
    ]
    return found


def findings_of(phone: Told, server: OnServer) -> list[Finding]:
    """Hold one phone's beliefs against the server: a pure function of both."""
    found = [] if phone.is_settled else [("unsettled", "the phone never came to rest")]
    for one in phone.recorded:
        found += [(kind, f"{one.kind} {one.id}") for kind in _of_item(one, server, is_revoked=phone.is_revoked)]
    accepted = {one.id for one in phone.recorded if one.state == "accepted"}
    for photo in phone.photos:
        # A phone out of service leaves its records behind; photos that it had not sent wait on it.
        if photo.mutation_id in accepted and (photo.state == "stored" or not phone.is_revoked):
            found += [(kind, f"photo {photo.id}") for kind in _of_photo(photo, server)]
    return [Finding(kind=kind, device_id=phone.device_id, what=what) for kind, what in found]


def _of_item(one: Recorded, server: OnServer, *, is_revoked: bool) -> list[str]:
    status = server.status.get(one.id)
    found = []
    # A phone that was taken out of service forgets what it has left behind.
    if status is None or (one.state is None and not is_revoked):
        # Neither still on the phone nor on the server, or only said to be there.
        found.append("false_accept" if one.state == "accepted" else "lost")
    elif one.state in {"accepted", "refused", "conflict"} and one.state != status:
        found.append("contradicted")
    if one.state == "accepted" and not one.is_signed:
        found.append("false_accept")
    if status == "refused" and one.id not in server.kept_apart:
        found.append("lost")
    if one.kind == "case.edit" and status in {"accepted", "conflict"}:
        found += [] if one.id in server.edits else ["lost"]
        found += _of_times(server.events.get(one.id, 0))
    if one.record_id is not None and status == "accepted":
        found += _of_times(server.records[one.record_id]) + _of_times(server.events.get(one.record_id, 0))
    return found


def _of_times(times: int) -> list[str]:
    """Say what it means that something which happened once is there so many times."""
    if times == 1:
        return []
    return ["lost"] if times == 0 else ["doubled"]


def _of_photo(photo: PhotoKept, server: OnServer) -> list[str]:
    on_server = server.photos.get(photo.id)
    if on_server is None or on_server[0] != photo.sha256:
        return ["lost"]
    if photo.state == "stored" and not on_server[1]:
        return ["false_accept"]
    return [] if on_server[1] else ["lost"]


async def let_lie(jobs: Database) -> None:
    """Let photos of earlier rounds lie."""
    async with jobs.pool.acquire() as raw:
        await raw.execute(LET_LIE)


async def unseen(jobs: Database, tenants: Sequence[UUID]) -> list[Finding]:
    """Return what a worker that was killed again and again has left: photos never looked at.

    Waits for the worker, which runs, until the place of the one that was killed has lapsed and longer.
    """
    waiting: int = 1
    async with jobs.pool.acquire() as raw:
        for _ in range(WORKED_OFF_TRIES):
            waiting = await raw.fetchval(UNSEEN, tenants)
            if waiting == 0:
                return []
            await asyncio.sleep(1)
    return [Finding(kind="unworked", device_id=NO_DEVICE, what=f"{waiting} photos were never looked at")]


async def unsealed(jobs: Database, data: Path, tenants: Sequence[UUID]) -> list[Finding]:
    """Seal what is left and return what is wrong with the seals: events outside, heads that do not hold."""
    key = open_signing_key(data / "keys")
    await seal_journal(jobs, key, clock.now())
    found = []
    async with jobs.pool.acquire() as raw:
        for tenant_id in tenants:
            outside: int = await raw.fetchval(UNSEALED, tenant_id)
            found += [f"{outside} events of {tenant_id} are not sealed"] if outside else []
            faults = faults_of(raw, tenant_id, {key.key_id: key.public_key})
            found += [
                f"seal {seal.number} of {tenant_id}: {fault}" async for seal, fault in faults if fault is not None
            ]
    return [Finding(kind="unworked", device_id=NO_DEVICE, what=what) for what in found]
