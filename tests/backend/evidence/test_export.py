"""Does an export of a real case hold, tell what is not here, and end with itself in the log of custody?"""

import json
import stat
from pathlib import Path

import httpx
import pytest

from backend.evidence import verifier
from backend.evidence.export import PLAIN, Exported, ExportError, Manner, StillWritingError, export_case
from backend.evidence.schemas import type_taken
from backend.evidence.storage import Storage
from backend.journal.stamping import open_authority
from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.jobs import refresh_epoch
from tests.backend.evidence import shots
from tests.backend.evidence.bundles import contents_of
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import photo, taken_from, upload
from tests.backend.evidence.recordings import note, signature, webm
from tests.backend.evidence.signing import codes, record, register
from tests.backend.journal.authority import OpenSslAuthority, serving
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


@pytest.fixture
def databases(database: Database, job_database: Database) -> tuple[Database, Database]:
    """Give the database as the application and as jobs have it."""
    return database, job_database


async def export_patiently(
    jobs: Database, storage: Storage, key: SigningKey, wanted: tuple[str, str, Path], how: Manner = PLAIN
) -> Exported:
    """Export; a transaction of another test process may hold the sealing back for minutes."""
    while True:
        try:
            return await export_case(jobs, storage, key, wanted, clock.now(), how)
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


async def test_a_redacted_export_holds_and_takes_no_original_along(
    phone: httpx.AsyncClient,
    signed_in: SignedIn,
    databases: tuple[Database, Database],
    world: World,
    storage: Storage,
    key: SigningKey,
    tmp_path: Path,
) -> None:
    """D.2 5 and RFC 3161: two photos, one of them redacted twice; with a stamp of OpenSSL over the newest head."""
    database, job_database = databases
    mei = await register(job_database, world, world.mei)
    contents = [shots.encoded(shots.scene(400, 300, seed)) for seed in (1, 2)]
    named = [mei.shoot(content, world.cases[0], n) for n, content in enumerate(contents)]
    await record(database, world, mei, *named)
    for content in contents:
        await upload(phone, content)
    lead = await signed_in(world.lin)
    for left in (0.1, 1e-7):
        wish = {"areas": [{"left": left, "top": 0, "width": 0.5, "height": 1}], "reason": "a bystander"}
        assert (await lead.post(f"/v1/evidence/{named[0].photo.id}/redactions", json=wish)).status_code == 201
    openssl, code = OpenSslAuthority(tmp_path), await code_of(job_database, world)
    async with serving(openssl) as url:
        authority = open_authority(url, openssl.roots)
        for is_redacted in (True, False):
            out = tmp_path / f"{is_redacted}.zip"
            how = Manner(is_redacted=is_redacted, authority=authority)
            await export_patiently(job_database, storage, key, (code, str(world.cases[0]), out), how)
            said = list(verifier.verdicts(str(out), (key.key_id,), [openssl.root]))
            assert [one for one in said if one[1] is not None] == []
            files = contents_of(out.read_bytes())
            assert sum("/redacted-" in name for name in files) == 2
            assert sum("/original." in name for name in files) == (0 if is_redacted else 2)
            assert not (is_redacted and any(content in files.values() for content in contents))
            told = next(told for what, _, told in said if what == "time stamps")
            assert "and all before it were there at" in told[0]


async def test_an_authority_that_is_away_holds_no_export_back(
    job_database: Database, world: World, storage: Storage, key: SigningKey, tmp_path: Path
) -> None:
    how = Manner(authority=open_authority("http://127.0.0.1:9/", OpenSslAuthority(tmp_path).roots))
    out, code = tmp_path / "case.zip", await code_of(job_database, world)
    await export_patiently(job_database, storage, key, (code, str(world.cases[0]), out), how)
    assert [one for one in verifier.verdicts(str(out)) if one[1] is not None] == []


async def test_no_such_case_says_so(
    job_database: Database, world: World, storage: Storage, key: SigningKey, tmp_path: Path
) -> None:
    code = await code_of(job_database, world)
    with pytest.raises(ExportError, match="has no case nowhere"):
        await export_case(job_database, storage, key, (code, "nowhere", tmp_path / "x.zip"), clock.now())
    assert not (tmp_path / "x.zip").exists()


async def test_originals_notes_and_signatures_leave_with_the_rest(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage,
    key: SigningKey, tmp_path: Path,
) -> None:  # fmt: skip
    """EV-1, EV-5, EV-6: each proves itself; what the camera gave is there, or it is said that it is awaited."""
    mei = await register(job_database, world, world.mei)
    originals, copies = [photo(5000, f"shot {n}") for n in range(2)], [photo(900, f"copy {n}") for n in range(2)]
    drawn, png = signature(new_id())
    sound = webm(2.0)
    made: list[type_taken] = [*map(taken_from, originals, copies), note(sound), drawn]
    named = [mei.sign_taken(one, world.cases[0]) for one in made]
    await record(database, world, mei, *named)
    for content, media_type in (
        (copies[0], "image/jpeg"), (copies[1], "image/jpeg"), (originals[0], "image/jpeg"), (sound, "audio/webm"),
        (png, "image/png"),
    ):  # fmt: skip
        await upload(phone, content, media_type)
    for one in named:
        assert await codes(job_database, one.photo.id) == set()
    out = tmp_path / "case.zip"
    await export_patiently(job_database, storage, key, (await code_of(job_database, world), str(world.cases[0]), out))
    said = list(verifier.verdicts(str(out), (key.key_id,)))
    assert [one for one in said if one[1] is not None] == []
    notes = {what: told for what, _, told in said if told}
    assert {what for what in notes if what.startswith("photo ")} == {f"photo {named[1].photo.id}"}
    assert "is not here: awaited" in notes[f"photo {named[1].photo.id}"][0]
    files = contents_of(out.read_bytes())
    ids = [one.photo.id for one in named]
    assert files[f"evidence/{ids[0]}/as_shot.jpeg"] == originals[0]
    assert files[f"evidence/{ids[2]}/original.webm"] == sound
    assert files[f"evidence/{ids[3]}/statement.json"].decode() == drawn.statement
