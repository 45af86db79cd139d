"""How do tests sign manifests? A phone of values with a key of its own, that keeps its chain as the PWA does."""

import base64
import hashlib
import json
from datetime import timedelta
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.evidence.commands import name_photos
from backend.evidence.manifests import NO_MANIFEST, hash_of
from backend.evidence.schemas import EvidenceKind, NamedPhoto, type_taken
from backend.journal.commands import append_bare
from backend.kernel.db import Database, Reach, bare_transaction
from backend.kernel.ids import new_id
from tests.backend.evidence.phones import taken
from tests.world import MORNING, World

SOURCES = {EvidenceKind.PHOTO: "camera", EvidenceKind.AUDIO: "microphone", EvidenceKind.SIGNATURE: "pad"}


class Camera:
    """One device of one person, with its key and chain."""

    def __init__(self, user_id: UUID) -> None:
        self.user_id, self.device_id = user_id, new_id()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.number, self.previous = 0, NO_MANIFEST

    def sign(self, text: str) -> str:
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    def shoot(self, content: bytes, case_id: UUID, minutes: float = 5, /, **changes: object) -> NamedPhoto:
        """Take a photo; `changes` are written into the manifest before it is signed."""
        photo = msgspec.structs.replace(taken(content), taken_at=MORNING + timedelta(minutes=minutes))
        return self.sign_taken(photo, case_id, **changes)

    def sign_taken(self, photo: type_taken, case_id: UUID, /, **changes: object) -> NamedPhoto:
        """Sign a photo, note or signature that was made already, as the next one of this device."""
        at = photo.taken_at
        named = NamedPhoto(photo=photo, case_id=case_id, visit_id=new_id(), address_id=None)
        self.number += 1
        fields: dict[str, object] = {
            "v": 1, "evidence_id": photo.id, "case_id": case_id, "visit_id": named.visit_id, "user_id": self.user_id,
            "device_id": self.device_id, "key_id": hashlib.sha256(self.spki).hexdigest()[:16],
            "kind": photo.kind.value, "scope": photo.scope and photo.scope.value, "source": SOURCES[photo.kind],
            "sha256": photo.sha256,
            "original_sha256": photo.original_sha256, "size": photo.size_bytes,
            "original_size": photo.original_size_bytes, "media_type": photo.media_type,
            "taken_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", "monotonic_ms": 1000 * self.number, "clock_offset_ms": 0,
            "place": {"lat_e7": 302_500_000, "lon_e7": 1_201_500_000, "accuracy_m": 12, "age_ms": 900},
            "after": None, "previous": self.previous, "number": self.number,
        }  # fmt: skip
        if photo.duration_ms is not None:
            fields["duration_ms"] = photo.duration_ms
        if photo.statement is not None:
            fields["statement"] = hash_of(photo.statement)
        text = json.dumps(fields | changes, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
        self.previous = hash_of(text)
        return msgspec.structs.replace(
            named, photo=msgspec.structs.replace(photo, manifest=text, signature=self.sign(text))
        )


async def register(jobs: Database, world: World, user_id: UUID) -> Camera:
    """Make a device of a person that signs."""
    camera = Camera(user_id)
    await jobs.pool.execute(
        "INSERT INTO devices (id, tenant_id, user_id, label, public_key) VALUES ($1, $2, $3, 'phone', $4)",
        camera.device_id,
        world.tenant_id,
        user_id,
        camera.spki,
    )
    return camera


async def record(database: Database, world: World, camera: Camera, *named: NamedPhoto) -> None:
    """Let visits name photos, as the sync does."""
    scope = msgspec.structs.replace(world.scope(camera.user_id), reach=Reach.TENANT)
    async with bare_transaction(database, scope) as raw:
        await append_bare(raw, await name_photos(raw, world.tenant_id, camera.user_id, camera.device_id, list(named)))


async def codes(jobs: Database, evidence_id: UUID) -> set[str]:
    """Return what is worth a look in a photo."""
    rows = await jobs.pool.fetch("SELECT code FROM evidence_signals WHERE evidence_id = $1", evidence_id)
    return {row["code"] for row in rows}
