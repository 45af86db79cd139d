"""Does `rounds verdict` show what was judged, agree with itself, and fail when the record does not hold?"""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

from backend.compliance.choosing import shipped_packs
from backend.compliance.judging import judge
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.backend.compliance.test_assembling import ask
from tests.backend.sync.phone import NOW
from tests.world import World

CHECKOUT = Path(__file__).resolve().parents[4]


def said(url: str, what: str, verdict_id: UUID) -> tuple[int, str]:
    """Run `rounds verdict`; returns the exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "backend.app.cli", "verdict", what, str(verdict_id)],
        check=False, timeout=120, cwd=CHECKOUT, env={**os.environ, "DATABASE_URL": url},
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


async def test_a_verdict_is_shown_and_agrees_until_its_record_is_changed(
    url: str, database: Database, job_database: Database, world: World
) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.cai, device_id=None, at=NOW)
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        (judged,) = await judge(raw, act, [ask(world, 0)], shipped_packs())
    assert judged is not None
    shown = json.loads(said(url, "show", judged.id)[1])
    assert (shown["verdict"]["decision"], shown["situation"]["history"]) == ("ALLOW", [])
    assert said(url, "replay", judged.id) == (0, "agrees\n")

    # The journal cannot be changed, so what a liar would write is written as another event.
    lie = new_id()
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO events (id, tenant_id, kind, subject_id, occurred_at, payload) SELECT $2, tenant_id, kind,"
            " $2, occurred_at, jsonb_set(payload, '{verdict,decision}', '\"BLOCK\"') FROM events WHERE id = $1",
            judged.id,
            lie,
        )
    assert said(url, "replay", lie) == (1, "decision: BLOCK then, ALLOW now\n")
    exit_code, words = said(url, "replay", new_id())
    assert (exit_code, "no verdict has the id" in words) == (1, True)
