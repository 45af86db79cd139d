"""Does an export of a real case hold, tell what is not here, and end with itself in the log of custody?"""

import json
import stat
from pathlib import Path

import httpx
import pytest

from backend.evidence import verifier
from backend.evidence.export import Exported, ExportError, StillWritingError, export_case
from backend.evidence.storage import Storage
from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.jobs import refresh_epoch
from tests.backend.evidence.bundles import contents_of
from tests.backend.evidence.phones import photo, upload
from tests.backend.evidence.signing import record, register
from tests.world import World


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """Make a server's key of this test's own."""
    return open_signing_key(tmp_path / "keys")


@pytest.fixture(autouse=True)
async def known_epoch(job_database: Database) -> None:
    """Let readers of the journal know where they stand, as the worker does at its start."""
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)


async def export_patiently(
    jobs: Database, storage: Storage, key: SigningKey, wanted: tuple[str, str, Path]
) -> Exported:
    """Export; a transaction of another test process may hold the sealing back for minutes."""
    while True:
        try:
            return await export_case(jobs, storage, key, wanted, clock.now())
        except StillWritingError:
            continue


async def code_of(jobs: Database, world: World) -> str:
    return str(await jobs.pool.fetchval("SELECT code FROM tenants WHERE id = $1", world.tenant_id))


async def number_of(jobs: Database, world: World, case: int) -> str:
    return str(await jobs.pool.fetchval("SELECT number FROM cases WHERE id = $1", world.cases[case]))


async def test_a_case_leaves_with_proofs_that_hold(
    phone: httpx.AsyncClient,
    database: Database,
    job_database: Database,
    world: World,
    storage: Storage,
    key: SigningKey,
    tmp_path: Path,
) -> None:
    """EV-8: photos of two cases, one photo still on the phone, one look; the export of one case proves itself."""
    mei = await register(job_database, world, world.mei)
    contents = [photo(2000, n) for n in range(4)]
    shots = [mei.shoot(content, world.cases[n // 3], n, source="file") for n, content in enumerate(contents)]
    await record(database, world, mei, *shots)
    for content in contents[:2]:
        await upload(phone, content)
    assert (await phone.get(f"/v1/evidence/{shots[0].photo.id}/bytes")).status_code == 200
    out = tmp_path / "case.zip"
    wanted = (await code_of(job_database, world), await number_of(job_database, world, 0), out)
    done = await export_patiently(job_database, storage, key, wanted)
    assert (done.photos, done.awaited, done.size_bytes) == (3, 1, out.stat().st_size)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    said = list(verifier.verdicts(str(out), (key.key_id,)))
    assert [one for one in said if one[1] is not None] == []
    notes = {what: told for what, _, told in said if told}
    assert notes[f"photo {shots[2].photo.id}"] == [
        "its bytes are not in this file: awaited",
        "worth a look: file_source",
    ]
    files = contents_of(out.read_bytes())
    assert files[f"evidence/{shots[1].photo.id}/original.jpeg"] == contents[1]
    assert files[f"evidence/{shots[1].photo.id}/manifest.json"].decode() == shots[1].photo.manifest
    kinds = [one["kind"] for one in json.loads(files["custody.json"]) if one["evidence_id"] == str(shots[0].photo.id)]
    before = ["evidence.named", "evidence.signalled", "evidence.stored", "evidence.viewed"]
    assert (kinds[:4], set(kinds[4:])) == (before, {"evidence.exported"})
    assert str(shots[3].photo.id) not in str(files), "another case's photo stays at home"


async def test_a_second_export_holds_as_well(
    job_database: Database, world: World, storage: Storage, key: SigningKey, tmp_path: Path
) -> None:
    """A case without any photo, too; a file of this name is replaced."""
    out, code = tmp_path / "case.zip", await code_of(job_database, world)
    for _ in range(2):
        await export_patiently(job_database, storage, key, (code, str(world.cases[1]), out))
        assert [one for one in verifier.verdicts(str(out)) if one[1] is not None] == []
    assert not (tmp_path / ".case.zip.part").exists()


async def test_what_was_odd_when_it_came_is_no_alarm_later(
    database: Database, job_database: Database, world: World, storage: Storage, key: SigningKey, tmp_path: Path
) -> None:
    """A manifest that never fitted is in the file with the note of that time; the export itself is whole."""
    mei = await register(job_database, world, world.mei)
    forged = mei.shoot(photo(100, 1), world.cases[0], 1, visit_id="0193599b-3c00-7aaa-8000-000000000001")
    mei.number, mei.previous = 0, "0" * 64
    twice = mei.shoot(photo(100, 2), world.cases[0], 2)
    await record(database, world, mei, forged, twice)
    out = tmp_path / "case.zip"
    wanted = (await code_of(job_database, world), str(world.cases[0]), out)
    await export_patiently(job_database, storage, key, wanted)
    assert [one for one in verifier.verdicts(str(out)) if one[1] is not None] == []


async def test_no_such_case_says_so(
    job_database: Database, world: World, storage: Storage, key: SigningKey, tmp_path: Path
) -> None:
    code = await code_of(job_database, world)
    with pytest.raises(ExportError, match="has no case nowhere"):
        await export_case(job_database, storage, key, (code, "nowhere", tmp_path / "x.zip"), clock.now())
    assert not (tmp_path / "x.zip").exists()
