"""Does a redacted copy hide what it should, say that it is one, and leave the original and its log as they are?"""

import hashlib
import io

import httpx
import pytest
from PIL import Image

from backend.evidence.redaction_schemas import REDACTIONS_MAX
from backend.evidence.storage import Storage
from backend.kernel.db import Database
from tests.backend.evidence import shots
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import kinds, name, upload
from tests.world import World

FACE = {"left": 0.25, "top": 0.25, "width": 0.25, "height": 0.25}
WISH = {"areas": [FACE], "reason": "a bystander"}


@pytest.fixture
async def lead(signed_in: SignedIn, world: World) -> httpx.AsyncClient:
    """Give Lin's screen."""
    return await signed_in(world.lin)


async def test_a_copy_is_made_linked_and_seen(
    phone: httpx.AsyncClient, lead: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    """D.2 5: the copy names its parent, has its own hash, is stamped; the log of custody says who made it and why."""
    content = shots.encoded(shots.scene(1600, 1200))
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    path = f"/v1/evidence/{evidence_id}/redactions"
    made = await lead.post(path, json=WISH)
    assert made.status_code == 201, made.text
    told = made.json()
    assert told["parent_sha256"] == hashlib.sha256(content).hexdigest()
    assert (told["areas"], told["reason"], told["made_by"]) == ([FACE], "a bystander", str(world.lin))
    listed = (await phone.get(path)).json()["items"]
    assert listed == [told]
    shown = await phone.get(f"{path}/{told['id']}/bytes")
    assert hashlib.sha256(shown.content).hexdigest() == told["sha256"]
    assert "sandbox" in shown.headers["content-security-policy"]
    copy = Image.open(io.BytesIO(shown.content))
    assert copy.size == (1600, 1200)
    assert copy.convert("RGB").crop((432, 336, 768, 560)).getextrema() == ((0, 0),) * 3
    assert (await phone.get(f"/v1/evidence/{evidence_id}/bytes")).content == content
    seen = await kinds(job_database, world, evidence_id)
    assert [kind for kind in seen if kind == "evidence.redacted"] == ["evidence.redacted"]
    assert seen.index("evidence.viewed") < seen.index("evidence.redacted")


async def test_only_who_reviews_redacts_and_only_what_is_seen(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    content = shots.encoded(shots.scene())
    evidence_id = await name(database, world, content)
    path = f"/v1/evidence/{evidence_id}/redactions"
    assert (await phone.post(path, json=WISH)).status_code == 403
    await job_database.pool.execute("UPDATE users SET role = 'lead' WHERE id = $1", world.cai)
    await job_database.pool.execute("UPDATE cases SET desk_team_id = NULL WHERE id = $1", world.cases[0])
    other = await signed_in(world.cai)
    assert (await other.post(path, json=WISH)).status_code == 404
    assert (await other.get(path)).status_code == 404


async def test_what_is_not_here_yet_or_no_photo_is_not_redacted(
    phone: httpx.AsyncClient, lead: httpx.AsyncClient, database: Database, world: World
) -> None:
    content = shots.encoded(shots.scene())
    awaited = await name(database, world, content)
    answer = await lead.post(f"/v1/evidence/{awaited}/redactions", json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (404, "evidence.awaited")
    broken = shots.hostile()["cut in half"]
    damaged = await name(database, world, broken)
    await upload(phone, broken)
    answer = await lead.post(f"/v1/evidence/{damaged}/redactions", json=WISH)
    assert answer.json()["code"] == "evidence.unreadable"


@pytest.mark.parametrize(
    "wrong",
    [
        {"areas": []}, {"areas": [FACE] * 51}, {"areas": [FACE | {"left": 1.1}]}, {"areas": [FACE | {"width": 0}]},
        {"areas": [FACE | {"top": -0.1}]}, {"reason": ""},
    ],
)  # fmt: skip
async def test_areas_lie_in_the_photo_and_have_a_reason(
    lead: httpx.AsyncClient, database: Database, world: World, wrong: dict[str, object]
) -> None:
    evidence_id = await name(database, world, shots.encoded(shots.scene()))
    answer = await lead.post(f"/v1/evidence/{evidence_id}/redactions", json=WISH | wrong)
    assert answer.status_code == 422


async def test_twenty_copies_are_enough(
    phone: httpx.AsyncClient, lead: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    content = shots.encoded(shots.scene(64, 48))
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    await job_database.pool.execute(
        "INSERT INTO evidence_redactions SELECT gen_random_uuid(), $1, $2, sha256, sha256, 1, '[]', 'x', $3, now()"
        " FROM evidence, generate_series(1, $4) WHERE id = $1",
        evidence_id, world.tenant_id, world.lin, REDACTIONS_MAX,
    )  # fmt: skip
    answer = await lead.post(f"/v1/evidence/{evidence_id}/redactions", json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (409, "evidence.too_many_redactions")


async def test_a_copy_that_the_store_lost_is_not_shown(
    phone: httpx.AsyncClient, lead: httpx.AsyncClient, database: Database, world: World, storage: Storage
) -> None:
    content = shots.encoded(shots.scene())
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    made = (await lead.post(f"/v1/evidence/{evidence_id}/redactions", json=WISH)).json()
    assert storage.files.root is not None
    (found,) = (storage.files.root / "redacted").rglob("*.jpg")
    found.write_bytes(b"something else")
    answer = await lead.get(f"/v1/evidence/{evidence_id}/redactions/{made['id']}/bytes")
    assert (answer.status_code, answer.json()["code"]) == (500, "evidence.damaged")
