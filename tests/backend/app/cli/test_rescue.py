"""Does a rescue file bring in what a phone could not send, once, for the lead to decide on?"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from backend.kernel.boxes import open_boxes
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.evidence.phones import photo as photo_of
from tests.backend.evidence.sealing import seal, text
from tests.backend.sync.phone import register, visit
from tests.backend.sync.sealing import OutboxKey
from tests.world import World

CHECKOUT = Path(__file__).resolve().parents[4]


def said(url: str, data: Path, file: Path) -> tuple[int, str]:
    """Run `rounds rescue`; returns the exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "backend.app.cli", "rescue", str(file)],
        check=False, timeout=120, cwd=CHECKOUT, env={**os.environ, "DATABASE_URL": url, "ROUNDS_DATA": str(data)},
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def copies(folder: Path, content: bytes) -> int:
    """Count the files that hold just this."""
    return sum(one.is_file() and one.read_bytes() == content for one in folder.rglob("*"))


async def test_items_wait_for_the_lead_and_photos_come_in_and_a_second_time_nothing_happens(
    url: str, job_database: Database, world: World, tmp_path: Path
) -> None:
    """OF-11, N14: sealed all the way; nobody but the server could read the file."""
    phone = await register(job_database, world, world.mei)
    box = open_boxes(tmp_path / "keys").keys[0]
    key, picture = OutboxKey(box, phone.device_id), photo_of(90_000, 7)
    header, sealed = seal(box, picture)
    batch = phone.batch(key.seal(phone.item("visit.record", visit(world, 0, note="the red gate"))))
    photo = {
        "id": str(new_id()), "sha256": hashlib.sha256(picture).hexdigest(), "media_type": "image/jpeg",
        "sealed": header, "bytes": text(sealed),
    }  # fmt: skip
    told = {"rescue": 1, "batch": msgspec.structs.replace(batch, envelopes=[key.envelope]), "photos": [photo]}
    file = tmp_path / "rescue.json"
    file.write_bytes(msgspec.json.encode(told))
    assert b"red gate" not in file.read_bytes()
    assert said(url, tmp_path, file) == (0, "1 items wait for a lead, 0 were here already, 1 photos came in\n")
    assert said(url, tmp_path, file) == (0, "0 items wait for a lead, 1 were here already, 1 photos came in\n")
    async with job_database.pool.acquire() as raw:
        kept = await raw.fetch("SELECT code, state FROM quarantine WHERE tenant_id = $1", world.tenant_id)
        visits = await raw.fetchval("SELECT count(*) FROM visits WHERE tenant_id = $1", world.tenant_id)
    assert [tuple(row) for row in kept] == [("sync.left_behind", "open")]
    assert visits == 0
    assert copies(tmp_path, picture) == 1


async def test_what_is_no_rescue_file_and_a_strange_phone_are_said(url: str, world: World, tmp_path: Path) -> None:
    file = tmp_path / "rescue.json"
    file.write_text("{}")
    code, words = said(url, tmp_path, file)
    assert (code, "is no rescue file" in words) == (1, True)
    batch = {
        "device_id": str(world.mei), "app_version": "1", "sent_at": "", "unsent_count": 0, "mutations": [],
        "envelopes": [],
    }  # fmt: skip
    file.write_bytes(msgspec.json.encode({"rescue": 1, "batch": batch, "photos": []}))
    code, words = said(url, tmp_path, file)
    assert (code, "does not know the phone" in words) == (1, True)
