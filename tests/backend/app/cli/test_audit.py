"""Does `rounds audit` say that the journal holds, and fail when it does not?"""

import os
import subprocess
import sys
from pathlib import Path

from backend.journal.sealing import seal_next
from backend.journal.stamping import open_authority, stamp_newest
from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.signing import open_signing_key
from backend.sync.jobs import refresh_epoch
from tests.backend.journal.authority import OpenSslAuthority, serving
from tests.world import World

CHECKOUT = Path(__file__).resolve().parents[4]


def said(url: str, data: Path, *arguments: str, **settings: str) -> tuple[int, list[str]]:
    """Run `rounds audit`; returns the exit code and what it printed."""
    env = {**os.environ, "DATABASE_URL": url, "ROUNDS_DATA": str(data), **settings}
    done = subprocess.run(
        [sys.executable, "-m", "backend.app.cli", "audit", *arguments],
        check=False, timeout=120, cwd=CHECKOUT, env=env,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).splitlines()


async def test_the_audit_names_events_heads_and_the_root_and_knows_foreign_keys(
    url: str, job_database: Database, world: World, tmp_path: Path
) -> None:
    """N4: who holds the public key can hold us to the journal; under another key nothing is believed."""
    key = open_signing_key(tmp_path / "keys")
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)
        code = await raw.fetchval("SELECT code FROM tenants WHERE id = $1", world.tenant_id)
        await raw.execute(
            """INSERT INTO events (id, tenant_id, kind, subject_id, occurred_at, payload)
            VALUES ($1, $2, 'visit.recorded', $1, now(), '{}')""",
            new_id(),
            world.tenant_id,
        )
        sealed = 0
        while sealed == 0:  # a writer in another test process may hold the event back for a moment
            sealed = await seal_next(raw, world.tenant_id, key, clock.now())
        events = await raw.fetchval("SELECT count(*) FROM events WHERE tenant_id = $1", world.tenant_id)
    lines = said(url, tmp_path)[1]
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{code}: "))
    assert lines[at].startswith(f"{code}: {events} events under 1 heads, the last of 20")
    assert lines[at + 1].startswith("  last head: number 1, root ")
    assert lines[at + 2 : at + 3] != ["  head 1: the signature is not ours"]
    foreign = open_signing_key(tmp_path / "other").public_key
    exit_code, lines = said(url, tmp_path, "--key", foreign)
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{code}: "))
    assert (exit_code, lines[at + 2]) == (1, "  head 1: the signature is not ours")
    assert said(url, tmp_path, "--key", "?")[0] == 2


async def test_the_audit_holds_stamps_against_the_roots_of_the_settings(
    url: str, job_database: Database, world: World, tmp_path: Path
) -> None:
    """RFC 3161: whose word the time is; under the roots of another authority the stamp does not hold."""
    key, openssl = open_signing_key(tmp_path / "keys"), OpenSslAuthority(tmp_path)
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)
        code = await raw.fetchval("SELECT code FROM tenants WHERE id = $1", world.tenant_id)
        await raw.execute(
            """INSERT INTO events (id, tenant_id, kind, subject_id, occurred_at, payload)
            VALUES ($1, $2, 'visit.recorded', $1, now(), '{}')""",
            new_id(),
            world.tenant_id,
        )
        while await seal_next(raw, world.tenant_id, key, clock.now()) == 0:
            pass
        async with serving(openssl) as address:
            authority = open_authority(address, openssl.roots)
            assert authority is not None
            assert await stamp_newest(raw, world.tenant_id, authority, clock.now()) is not None

    def lines_with(roots: Path) -> str:
        lines = said(url, tmp_path, ROUNDS_TSA_URL="http://127.0.0.1:9/", ROUNDS_TSA_ROOTS=str(roots))[1]
        at = next(n for n, line in enumerate(lines) if line.startswith(f"{code}: "))
        return lines[at + 2]

    assert lines_with(openssl.roots).startswith("  head 1 and all before it were there at 20")
    other = tmp_path / "other"
    other.mkdir()
    assert (
        lines_with(OpenSslAuthority(other).roots) == "  head 1: the stamp is of an authority that is not trusted here"
    )
    assert said(url, tmp_path, ROUNDS_TSA_URL="http://127.0.0.1:9/")[0] == 1
