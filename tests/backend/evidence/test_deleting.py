"""Does evidence go when its retention is over, never under a hold, never without the two people whom a lender asks?"""

import hashlib
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from backend.evidence import rules
from backend.evidence.deleting import Run, change_rule, delete_due, delete_due_of, due_of
from backend.evidence.deletion_queries import Lender
from backend.evidence.deletion_schemas import DeletionMode
from backend.evidence.keeping import KeptError
from backend.evidence.retention import Retention
from backend.evidence.storage import Storage
from backend.kernel import clock, files
from backend.kernel.db import Database
from tests.backend.evidence import shots
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import kinds, name, states, upload
from tests.backend.evidence.test_export import code_of
from tests.world import World


async def close(jobs: Database, world: World, days: int, case: int = 0) -> None:
    """Close a case that many days ago."""
    at = clock.now() - timedelta(days=days)
    await jobs.pool.execute("UPDATE cases SET closed_at = $2, state = 'closed' WHERE id = $1", world.cases[case], at)


async def run(jobs: Database, storage: Storage, world: World, deleted_max: int = 200) -> Run:
    """Let the schedule run for this lender; others of the database are not touched."""
    mode = await jobs.pool.fetchval("SELECT deletion FROM tenants WHERE id = $1", world.tenant_id)
    lender = Lender(world.tenant_id, DeletionMode(mode))
    return await delete_due_of(jobs, storage, lender, (1000, deleted_max), clock.now())


async def set_mode(jobs: Database, world: World, wanted: str) -> None:
    """Set what this lender does at the end of retention."""
    await jobs.pool.execute("UPDATE tenants SET deletion = $2 WHERE id = $1", world.tenant_id, wanted)


async def test_at_once_deletes_what_is_due_and_nothing_else(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    """D.3: a day too early it stays, on the day it goes, with its basis in the log of custody."""
    contents = [shots.encoded(shots.scene(64, 48, seed)) for seed in (1, 2, 3)]
    due, early, opened = [await name(database, world, content, case=n) for n, content in enumerate(contents)]
    for content in contents:
        await upload(phone, content)
    await close(job_database, world, 1827, 0)
    await close(job_database, world, 1826, 1)
    await set_mode(job_database, world, "at_once")
    assert await run(job_database, storage, world) == Run(found=1, deleted=1, kept=0)
    assert await states(job_database, world) == {due: "deleted", early: "stored", opened: "stored"}
    payload = await job_database.pool.fetchval(
        "SELECT payload::text FROM events WHERE subject_id = $1 AND kind = 'evidence.deleted'", due
    )
    assert '"by": "schedule"' in payload
    assert "five years after the case is closed (1827 days); PIPL 47" in payload
    with pytest.raises(FileNotFoundError):
        await files.read(storage.files, rules.key_of(world.tenant_id, hashlib.sha256(contents[0]).digest()))
    assert await run(job_database, storage, world) == Run(found=0, deleted=0, kept=0)


async def people(jobs: Database, signed_in: SignedIn, world: World) -> list[httpx.AsyncClient]:
    """Give the screens of two people who may agree."""
    await jobs.pool.execute("UPDATE users SET role = 'compliance' WHERE id = ANY($1::uuid[])", [world.ada, world.cai])
    return [await signed_in(user) for user in (world.ada, world.cai)]


async def test_two_people_agree_first(
    signed_in: SignedIn, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    """ASVS V2.3.5: one person twice is not two."""
    evidence_id = await name(database, world, shots.encoded(shots.scene()))
    await close(job_database, world, 1827)
    await set_mode(job_database, world, "two_people")
    ada, cai = await people(job_database, signed_in, world)
    assert await run(job_database, storage, world) == Run(found=1, deleted=0, kept=0)
    wish = {"evidence_ids": [str(evidence_id)]}
    told = [(await one.post("/v1/evidence/deletions/approvals", json=wish)).json() for one in (ada, ada)]
    assert told == [{"first": 1, "second": 0}, {"first": 0, "second": 0}]
    assert await run(job_database, storage, world) == Run(found=0, deleted=0, kept=0)
    listed = (await cai.get("/v1/evidence/deletions")).json()
    assert (listed["mode"], listed["after"]) == ("two_people", None)
    assert [(one["evidence_id"], one["first_name"], one["second_name"]) for one in listed["items"]] == [
        (str(evidence_id), "Ada", None)
    ]
    assert (await cai.post("/v1/evidence/deletions/approvals", json=wish)).json() == {"first": 0, "second": 1}
    assert await run(job_database, storage, world) == Run(found=0, deleted=1, kept=0)
    assert await states(job_database, world) == {evidence_id: "deleted"}
    assert (await kinds(job_database, world, evidence_id))[1:] == ["evidence.deletion_agreed"] * 2 + [
        "evidence.deleted"
    ]
    assert (await cai.get("/v1/evidence/deletions")).json()["items"] == []


async def test_a_hold_that_comes_after_both_agreed_keeps_it_and_asks_them_anew(
    signed_in: SignedIn, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    evidence_id = await name(database, world, shots.encoded(shots.scene()))
    await close(job_database, world, 1827)
    await set_mode(job_database, world, "two_people")
    ada, cai = await people(job_database, signed_in, world)
    await run(job_database, storage, world)
    for one in (ada, cai):
        await one.post("/v1/evidence/deletions/approvals", json={"evidence_ids": [str(evidence_id)]})
    placed = await ada.post("/v1/evidence/holds", json={"case_id": str(world.cases[0]), "reason": "court"})
    assert await run(job_database, storage, world) == Run(found=0, deleted=0, kept=1)
    assert await run(job_database, storage, world) == Run(found=0, deleted=0, kept=0)
    assert (await states(job_database, world))[evidence_id] != "deleted"
    await ada.post(f"/v1/evidence/holds/{placed.json()['id']}/release", json={"reason": "settled"})
    assert await run(job_database, storage, world) == Run(found=1, deleted=0, kept=0)


async def test_a_run_has_its_limit(database: Database, job_database: Database, world: World, storage: Storage) -> None:
    for seed in range(3):
        await name(database, world, shots.encoded(shots.scene(64, 48, seed)))
    await close(job_database, world, 4000)
    await set_mode(job_database, world, "at_once")
    assert await run(job_database, storage, world, 2) == Run(found=3, deleted=2, kept=0)
    assert await run(job_database, storage, world, 2) == Run(found=0, deleted=1, kept=0)


async def test_the_worker_s_run_leaves_a_lender_that_is_off_alone(
    database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    evidence_id = await name(database, world, shots.encoded(shots.scene(64, 48)))
    await close(job_database, world, 4000)
    await set_mode(job_database, world, "off")
    await delete_due(job_database, storage, clock.now())
    assert await states(job_database, world) == {evidence_id: "awaited"}
    await set_mode(job_database, world, "two_people")
    await delete_due(job_database, storage, clock.now())
    found = "SELECT count(*) FROM evidence_deletions WHERE tenant_id = $1"
    assert await job_database.pool.fetchval(found, world.tenant_id) == 1


async def test_what_is_due_is_told_without_changing_anything(
    database: Database, job_database: Database, world: World
) -> None:
    evidence_id = await name(database, world, shots.encoded(shots.scene()))
    await close(job_database, world, 400)
    code, now = await code_of(job_database, world), clock.now()
    async with job_database.pool.acquire() as raw:
        assert (await due_of(raw, code, now, 10))[1] == []
        await change_rule(raw, code, ("photo", Retention(basis="pilot", keep_days=365)), now)
        await change_rule(raw, code, DeletionMode.OFF, now)
        mode, found = await due_of(raw, code, now, 10)
        assert (mode, [one.id for one in found]) == (DeletionMode.OFF, [evidence_id])
        await change_rule(raw, code, ("photo", Retention(basis="court", keep_days=500)), now)
        assert (await due_of(raw, code, now, 10))[1] == [], "the longest rule counts"
        with pytest.raises(KeptError, match="no lender"):
            await due_of(raw, "nobody", now, 10)
    assert await kinds(job_database, world, world.tenant_id) == ["retention.changed"] * 3


async def test_neither_lead_nor_collector_agrees(phone: httpx.AsyncClient, signed_in: SignedIn, world: World) -> None:
    for client in (phone, await signed_in(world.lin)):
        assert (await client.get("/v1/evidence/deletions")).status_code == 403
        answer = await client.post("/v1/evidence/deletions/approvals", json={"evidence_ids": [str(UUID(int=1))]})
        assert answer.status_code == 403


async def test_originals_and_redacted_copies_go_as_well(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World,
    storage: Storage,
) -> None:  # fmt: skip
    content, shot = shots.encoded(shots.scene()), shots.encoded(shots.scene(800, 600))
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    digest = hashlib.sha256(shot).digest()
    await files.put_once(storage.files, rules.key_of(world.tenant_id, digest), shot)
    await job_database.pool.execute(
        "UPDATE evidence SET original_sha256 = $2, original_state = 'stored' WHERE id = $1", evidence_id, digest
    )
    area = {"left": 0, "top": 0, "width": 1, "height": 0.5}
    lead = await signed_in(world.lin)
    wish = {"areas": [area], "reason": "x"}
    assert (await lead.post(f"/v1/evidence/{evidence_id}/redactions", json=wish)).status_code == 201
    assert storage.files.root is not None
    assert len([path for path in storage.files.root.rglob("*") if path.is_file()]) == 3
    await close(job_database, world, 1827)
    await set_mode(job_database, world, "at_once")
    assert (await run(job_database, storage, world)).deleted == 1
    assert [path for path in storage.files.root.rglob("*") if path.is_file()] == []
