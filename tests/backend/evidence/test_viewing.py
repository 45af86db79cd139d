"""Are notes and signatures looked at as photos are, each in its own way, and is what is none of them kept apart?"""

import httpx
import pytest

from backend.evidence.storage import Storage
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.evidence import phones, recordings
from tests.backend.evidence.phones import begin, name, photo, send, states, upload
from tests.backend.evidence.test_examining import examine_all
from tests.world import World


async def test_a_note_is_played_in_parts_and_nowhere_else(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    """EV-6: the bytes as they came, sandboxed, with Range for a player; no decoder ever touches them."""
    content = recordings.webm(2.0)
    evidence_id = await phones.name_taken(database, world, recordings.note(content))
    await upload(phone, content, "audio/webm")
    await examine_all(job_database, storage, world)
    seen = (await phone.get(f"/v1/evidence/{evidence_id}")).json()
    told = {field: seen[field] for field in ("kind", "state", "is_ready", "duration_ms", "consent_by", "scope")}
    assert told == {
        "kind": "audio", "state": "stored", "is_ready": True, "duration_ms": 2000, "consent_by": "client",
        "scope": None,
    }  # fmt: skip
    whole = await phone.get(f"/v1/evidence/{evidence_id}/bytes")
    assert (whole.content, whole.headers["content-type"]) == (content, "audio/webm")
    assert "sandbox" in whole.headers["content-security-policy"]
    part = await phone.get(f"/v1/evidence/{evidence_id}/bytes", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    none = await phone.get(f"/v1/evidence/{evidence_id}/bytes", headers={"Range": "bytes=99999999-"})
    assert (none.status_code, none.json()["code"]) == (416, "evidence.no_such_part")
    assert (await phone.get(f"/v1/evidence/{evidence_id}/view")).status_code == 404


@pytest.mark.parametrize(
    ("content", "announced", "code"),
    [
        (recordings.ogg(190.0), "audio/ogg", "evidence.not_a_recording"),
        (recordings.webm(tracks=(1, 2)), "audio/webm", "evidence.not_a_recording"),
        (b"<!doctype html><script>alert(1)</script>", "audio/webm", "evidence.not_a_recording"),
    ],
)
async def test_what_is_no_note_is_kept_apart(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World,
    content: bytes, announced: str, code: str,
) -> None:  # fmt: skip
    """EV-6: too long, with pictures, or something else."""
    evidence_id = await phones.name_taken(database, world, recordings.note(content, announced))
    answer = await send(phone, await begin(phone, content, media_type=announced), 0, content)
    assert (answer.status_code, answer.json()["code"]) == (415, code)
    assert await states(job_database, world) == {evidence_id: "refused"}
    assert (await phone.get(f"/v1/evidence/{evidence_id}/bytes")).json()["code"] == code


async def test_a_sound_is_no_photo_and_a_picture_no_note(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    """The bytes are good, and not of the kind that the record says."""
    sound, picture = recordings.ogg(3.0), photo(900, "picture")
    ids = [
        await name(database, world, sound),
        await phones.name_taken(database, world, recordings.note(picture)),
    ]
    await upload(phone, sound, "audio/ogg")
    await upload(phone, picture)
    assert await states(job_database, world) == dict.fromkeys(ids, "refused")


async def test_a_signature_is_shown_stamped_and_likens_no_other(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    """EV-5: with the statement that stood above it; two lines on white paper are not one photo used twice."""
    for level in (1, 9):
        taken, content = recordings.signature(new_id(), level)
        await phones.name_taken(database, world, taken)
        await upload(phone, content, "image/png")
    await examine_all(job_database, storage, world)
    for one in (await phone.get(f"/v1/evidence?case_id={world.cases[0]}")).json()["items"]:
        assert (one["kind"], one["is_ready"], one["scope"]) == ("signature", True, None)
        assert "2000" in one["statement"]
        assert (await phone.get(f"/v1/evidence/{one['id']}/view")).headers["content-type"] == "image/jpeg"
        assert "reused_photo" not in {signal["code"] for signal in one["looks"]["signals"]}
