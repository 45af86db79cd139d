"""Does `rounds evidence export` write a file that its own verifier believes, and say which key signed it?"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from backend.evidence.storage import open_storage
from backend.kernel import files
from backend.kernel.db import Database
from backend.kernel.signing import open_signing_key
from tests.backend.evidence.bundles import contents_of
from tests.backend.evidence.phones import name, photo
from tests.backend.evidence.signing import record, register
from tests.world import World

CHECKOUT = Path(__file__).resolve().parents[4]


def run(url: str, data: Path, *arguments: str, verb: str = "export") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backend.app.cli", "evidence", verb, *arguments],
        check=False, timeout=120, cwd=CHECKOUT, env={**os.environ, "DATABASE_URL": url, "ROUNDS_DATA": str(data)},
        capture_output=True, encoding="utf-8",
    )  # fmt: skip


def check(folder: Path, key_id: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "verify.py", "case.zip", "--key", key_id],
        check=False, timeout=60, cwd=folder, capture_output=True, encoding="utf-8",
    )  # fmt: skip


async def test_the_command_writes_a_file_that_checks_itself(
    url: str, database: Database, job_database: Database, world: World, tmp_path: Path
) -> None:
    mei = await register(job_database, world, world.mei)
    content = photo(500, 7)
    shot = mei.shoot(content, world.cases[0])
    digest = shot.photo.sha256
    await files.put_once(open_storage("", tmp_path).files, f"evidence/{world.tenant_id}/{digest[:2]}/{digest}", content)
    await job_database.pool.execute(
        "INSERT INTO stored_files (tenant_id, sha256, size_bytes, media_type) VALUES ($1, $2, 500, 'image/jpeg')",
        world.tenant_id,
        bytes.fromhex(digest),
    )
    await record(database, world, mei, shot)
    code = await job_database.pool.fetchval("SELECT code FROM tenants WHERE id = $1", world.tenant_id)
    out, key_id = tmp_path / "case.zip", open_signing_key(tmp_path / "keys").key_id
    done = run(url, tmp_path, str(world.cases[0]), "--tenant", code, "--out", str(out))
    while "still writing" in done.stderr:  # a transaction of another test process may last for minutes
        done = run(url, tmp_path, str(world.cases[0]), "--tenant", code, "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 photos (0 of them not here)" in done.stdout
    assert f"--key {key_id}" in done.stdout
    found = contents_of(out.read_bytes())
    assert found[f"evidence/{shot.photo.id}/original.jpeg"] == content
    (tmp_path / "verify.py").write_bytes(found["verify.py"])
    checked = check(tmp_path, key_id)
    assert (checked.returncode, checked.stdout.splitlines()[-1]) == (0, "everything holds")


async def test_a_case_that_is_not_there_is_one_clear_line(
    url: str, job_database: Database, world: World, tmp_path: Path
) -> None:
    code = await job_database.pool.fetchval("SELECT code FROM tenants WHERE id = $1", world.tenant_id)
    done = run(url, tmp_path, "X-1", "--tenant", code, "--out", str(tmp_path / "case.zip"))
    assert (done.returncode, done.stderr) == (1, f"Error: {code} has no case X-1\n")
    nowhere = run(url, tmp_path, "X-1", "--tenant", code, "--out", str(tmp_path / "no" / "case.zip"))
    assert nowhere.returncode == 2


async def test_the_operator_sets_rules_and_sees_what_is_due(
    url: str, database: Database, job_database: Database, world: World, tmp_path: Path
) -> None:
    evidence_id = await name(database, world, photo(100, 9))
    await job_database.pool.execute(
        "UPDATE cases SET closed_at = now() - interval '400 days', state = 'closed' WHERE id = $1", world.cases[0]
    )
    code = await job_database.pool.fetchval("SELECT code FROM tenants WHERE id = $1", world.tenant_id)
    assert run(url, tmp_path, "--tenant", code, verb="due").stdout.startswith("0 due")
    kept = run(url, tmp_path, "photo", "365", "--tenant", code, "--basis", "pilot", verb="keep")
    assert kept.stdout == "photo: 365 days after the case is closed (pilot)\n", kept.stderr
    assert run(url, tmp_path, "at_once", "--tenant", code, verb="deletion").returncode == 0
    told = run(url, tmp_path, "--tenant", code, verb="due").stdout.splitlines()
    assert told[0].startswith(f"{evidence_id}  photo      case R-000001  due since ")
    assert told[1] == "1 due; this lender's rule at the end of retention: it is deleted at once"
    unknown = run(url, tmp_path, "--tenant", "nobody", verb="due")
    assert (unknown.returncode, unknown.stderr) == (1, "Error: there is no lender nobody\n")


async def test_an_authority_without_its_roots_is_one_clear_line(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backend.app.cli", "evidence", "export", "X", "--tenant", "x", "--out"]
    env = {**os.environ, "DATABASE_URL": url, "ROUNDS_DATA": str(tmp_path), "ROUNDS_TSA_URL": "http://127.0.0.1:9/"}
    done = await asyncio.to_thread(
        subprocess.run, [*command, str(tmp_path / "x.zip")],
        check=False, timeout=60, cwd=CHECKOUT, env=env, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "ROUNDS_TSA_URL and ROUNDS_TSA_ROOTS go together" in done.stderr


async def test_an_operator_says_when_phones_send_originals(
    url: str, job_database: Database, world: World, tmp_path: Path
) -> None:
    """EV-1: the lender's wish; it stands in the journal, and phones hear it with their next pull."""
    code = await job_database.pool.fetchval("SELECT code FROM tenants WHERE id = $1", world.tenant_id)
    done = run(url, tmp_path, "never", "--tenant", code, verb="originals")
    assert (done.returncode, done.stderr) == (0, "")
    assert await job_database.pool.fetchval("SELECT originals FROM tenants WHERE id = $1", world.tenant_id) == "never"
    told = await job_database.pool.fetchval(
        "SELECT payload->>'originals' FROM events WHERE tenant_id = $1 AND kind = 'originals.changed'", world.tenant_id
    )
    assert told == "never"
    assert "there is no lender NOBODY" in run(url, tmp_path, "wifi", "--tenant", "NOBODY", verb="originals").stderr
