"""Does a hold keep evidence, does a deletion leave all but the bytes, and does the log of custody say who and why?"""

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from backend.evidence import rules, verifier
from backend.evidence.keeping import KeptError, delete_photo
from backend.evidence.storage import Storage
from backend.kernel import clock, files
from backend.kernel.db import Database
from backend.kernel.signing import open_signing_key
from backend.sync.jobs import refresh_epoch
from tests.backend.evidence import shots
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import kinds, name, states, upload
from tests.backend.evidence.test_examining import examine_all
from tests.backend.evidence.test_export import code_of, export_patiently
from tests.world import World

FIVE_YEARS = timedelta(days=1827)


@pytest.fixture
async def compliance(signed_in: SignedIn, job_database: Database, world: World) -> httpx.AsyncClient:
    """Give the screen of a compliance officer."""
    await job_database.pool.execute("UPDATE users SET role = 'compliance' WHERE id = $1", world.ada)
    return await signed_in(world.ada)


async def close(jobs: Database, world: World) -> None:
    """Close the first case five years ago."""
    await jobs.pool.execute(
        "UPDATE cases SET closed_at = $2, state = 'closed' WHERE id = $1", world.cases[0], clock.now() - FIVE_YEARS
    )


async def test_a_hold_keeps_a_photo_until_it_is_released(
    compliance: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    evidence_id = await name(database, world, shots.encoded(shots.scene()))
    await close(job_database, world)
    placed = await compliance.post("/v1/evidence/holds", json={"case_id": str(world.cases[0]), "reason": "court 12/26"})
    assert placed.status_code == 201, placed.text
    wanted = (await code_of(job_database, world), evidence_id)
    with pytest.raises(KeptError, match="a legal hold stands"):
        await delete_photo(job_database, storage, wanted, "PIPL 47", clock.now())
    path = f"/v1/evidence/holds/{placed.json()['id']}/release"
    assert (await compliance.post(path, json={"reason": "settled"})).status_code == 204
    assert (await compliance.post(path, json={"reason": "twice"})).status_code == 404
    listed = await compliance.get("/v1/evidence/holds", params={"case_id": str(world.cases[0])})
    assert [(one["reason"], one["release_reason"]) for one in listed.json()["items"]] == [("court 12/26", "settled")]
    await delete_photo(job_database, storage, wanted, "PIPL 47", clock.now())
    told = ["evidence.named", "evidence.held", "evidence.released", "evidence.deleted"]
    assert await kinds(job_database, world, evidence_id) == told


async def test_a_deleted_photo_is_gone_and_its_record_proves_itself(
    phone: httpx.AsyncClient,
    database: Database,
    job_database: Database,
    world: World,
    storage: Storage,
    tmp_path: Path,
) -> None:
    content = shots.encoded(shots.scene())
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    await examine_all(job_database, storage, world)
    await close(job_database, world)
    wanted = (await code_of(job_database, world), evidence_id)
    gone = await delete_photo(job_database, storage, wanted, "PIPL 47", clock.now())
    assert len(gone) == 3
    assert await states(job_database, world) == {evidence_id: "deleted"}
    assert storage.files.root is not None
    assert [path for path in storage.files.root.rglob("*") if path.is_file()] == []
    for copy in ("bytes", "view", "thumbnail"):
        answer = await phone.get(f"/v1/evidence/{evidence_id}/{copy}")
        assert (answer.status_code, answer.json()["code"]) == (410, "evidence.deleted")
    assert list(await delete_photo(job_database, storage, wanted, "again", clock.now())) == []
    assert (await kinds(job_database, world, evidence_id)).count("evidence.deleted") == 1
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)
    out, key = tmp_path / "case.zip", open_signing_key(tmp_path / "keys")
    await export_patiently(job_database, storage, key, (wanted[0], str(world.cases[0]), out))
    said = list(verifier.verdicts(str(out)))
    assert [one for one in said if one[1] is not None] == []
    assert "its bytes are not in this file: deleted" in [note for one in said for note in one[2]]


async def test_bytes_that_another_record_names_stay(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    content = shots.encoded(shots.scene())
    first, second = [await name(database, world, content, case=case) for case in (0, 1)]
    await upload(phone, content)
    await close(job_database, world)
    await delete_photo(job_database, storage, (await code_of(job_database, world), first), "PIPL 47", clock.now())
    assert await files.read(storage.files, rules.key_of(world.tenant_id, hashlib.sha256(content).digest())) == content
    assert (await phone.get(f"/v1/evidence/{second}/bytes")).content == content


async def test_a_lender_s_own_rule_and_an_open_case_keep_a_photo(
    database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    evidence_id = await name(database, world, shots.encoded(shots.scene()))
    wanted = (await code_of(job_database, world), evidence_id)
    with pytest.raises(KeptError, match="its case is open"):
        await delete_photo(job_database, storage, wanted, "PIPL 47", clock.now())
    await close(job_database, world)
    await job_database.pool.execute(
        "INSERT INTO retention_rules (tenant_id, record, basis, keep_days) VALUES ($1, 'photo', 'own', 3650)",
        world.tenant_id,
    )
    with pytest.raises(KeptError, match=r"it is kept until .* \(own\)"):
        await delete_photo(job_database, storage, wanted, "PIPL 47", clock.now())
    with pytest.raises(KeptError, match="has no evidence"):
        await delete_photo(job_database, storage, (wanted[0], UUID(int=1)), "PIPL 47", clock.now())


async def test_neither_collector_nor_lead_places_holds(
    phone: httpx.AsyncClient, signed_in: SignedIn, world: World
) -> None:
    wish = {"case_id": str(world.cases[0]), "reason": "x"}
    for client in (phone, await signed_in(world.lin)):
        assert (await client.post("/v1/evidence/holds", json=wish)).status_code == 403
