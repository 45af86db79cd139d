"""What do tests of exports export? Cases made of values: photos with true keys and proofs, no database."""

import base64
import hashlib
import io
import random
from datetime import timedelta
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.evidence.archive import files_of
from backend.evidence.export_queries import CaseMeant, Phone, PhotoOnFile
from backend.evidence.manifests import hash_of
from backend.evidence.packing import Bundle, lists_of, pack, photo_name, redaction_name
from backend.evidence.pictures import Area
from backend.evidence.redaction_schemas import RedactionView
from backend.evidence.schemas import NamedPhoto
from backend.journal import rules
from backend.journal.schemas import EventOnFile, Proof, Seal, SealedHead
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey
from tests.backend.evidence.phones import photo
from tests.backend.evidence.signing import Camera
from tests.world import MORNING

MEI = UUID(int=1)


def signing_key() -> SigningKey:
    """Make a server's key."""
    private = Ed25519PrivateKey.generate()
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return SigningKey(
        key_id=hashlib.sha256(raw).hexdigest()[:16], public_key=base64.b64encode(raw).decode(), private=private
    )


class Made:
    """A case of values with everything that was sealed about it."""

    def __init__(self, count: int, seed: int, *, size_bytes: int = 300, batch: int = 7, redacted: int = 0) -> None:
        """Take `count` photos with one phone, each named and stored; some events are of another case.

        Of the first `redacted` photos there are copies in which an area is black.
        """
        self.rng = random.Random(seed)  # noqa: S311 - test data
        self.key, self.camera = signing_key(), Camera(MEI)
        self.case = CaseMeant(id=new_id(), tenant_id=new_id(), number=f"C-{seed}")
        self.contents = [photo(size_bytes, f"{seed}-{n}") for n in range(count)]
        self.named = [self.camera.shoot(content, self.case.id, n % 300) for n, content in enumerate(self.contents)]
        self.heads: list[Seal] = []
        self.proofs: list[Proof] = []
        self.stamps: dict[int, bytes] = {}
        self.authorities: list[bytes] = []
        self.is_redacted = False
        self.sealed_from, self.batch = MORNING, batch
        self.redactions = [_redaction(named) for named in self.named[:redacted]]
        self.events = [event for named in self.named for event in self._events(named)]
        self.events += [self._redacted(copy) for copy in self.redactions]
        self.seal_all()

    def seal_all(self) -> None:
        """Seal all events in batches."""
        for start in range(0, len(self.events), self.batch):
            self._seal(self.events[start : start + self.batch])

    def _redacted(self, copy: RedactionView) -> EventOnFile:
        told = {
            "redaction_id": str(copy.id), "sha256": copy.sha256, "parent_sha256": copy.parent_sha256,
            "areas": [msgspec.structs.asdict(area) for area in copy.areas], "reason": copy.reason,
        }  # fmt: skip
        return self._event("evidence.redacted", copy.evidence_id, msgspec.json.encode(told).decode(), self.case.id)

    def _event(self, kind: str, subject_id: UUID, payload: str, case_id: UUID) -> EventOnFile:
        return EventOnFile(
            id=new_id(), tenant_id=self.case.tenant_id, xid=1, kind=kind, subject_id=subject_id, case_id=case_id,
            actor_id=MEI, device_id=self.camera.device_id, occurred_at=MORNING, recorded_at=MORNING, payload=payload,
        )  # fmt: skip

    def _events(self, named: NamedPhoto) -> list[EventOnFile]:
        one = named.photo
        told = (
            f'{{"sha256": "{one.sha256}", "original_sha256": "{one.original_sha256}",'
            f' "manifest_sha256": "{hash_of(one.manifest or "")}"}}'
        )
        events = [
            self._event("evidence.named", one.id, told, self.case.id),
            self._event("evidence.stored", one.id, "{}", self.case.id),
        ]
        if self.rng.random() < 0.2:
            events.append(self._event("visit.recorded", new_id(), "{}", new_id()))
        return events

    def _seal(self, events: list[EventOnFile]) -> None:
        entries = [rules.entry_of(event) for event in events]
        leaves = [rules.leaf_hash(entry) for entry in entries]
        number = len(self.heads) + 1
        previous = rules.head_hash(self.heads[-1].head) if self.heads else rules.NO_HEAD
        head = SealedHead(
            v=1, tenant_id=self.case.tenant_id, number=number, count=len(leaves), root=rules.root_of(leaves).hex(),
            previous=previous, sealed_at=rules.instant_text(self.sealed_from + timedelta(minutes=number)),
        )  # fmt: skip
        text = rules.head_text(head)
        self.heads.append(Seal(number=number, head=text, key_id=self.key.key_id, signature=self.key.sign(text)))
        paths = rules.audit_paths(leaves, range(len(leaves)))
        self.proofs += [
            Proof(
                event_id=event.id, entry=entries[n], number=number, index=n, count=len(leaves),
                path=[step.hex() for step in paths[n]],
            )
            for n, event in enumerate(events)
            if event.case_id == self.case.id
        ]  # fmt: skip

    def bundle(self) -> Bundle:
        """Return what goes into the export."""
        photos = [
            PhotoOnFile(
                id=one.photo.id, case_id=one.case_id, visit_id=one.visit_id, user_id=MEI,
                device_id=self.camera.device_id, kind="photo", scope="outside", consent_by=None,
                duration_ms=None, statement=None, original_state="none", original_media_type=None, state="stored",
                sha256=bytes.fromhex(one.photo.sha256),
                original_sha256=bytes.fromhex(one.photo.original_sha256), size_bytes=one.photo.size_bytes,
                original_size_bytes=one.photo.original_size_bytes, media_type=one.photo.media_type,
                taken_at=one.photo.taken_at, stored_at=MORNING, manifest=one.photo.manifest,
                signature=one.photo.signature, received_at=MORNING,
            )
            for one in self.named
        ]  # fmt: skip
        phone = Phone(
            device_id=self.camera.device_id, user_id=MEI, label="phone", public_key=self.camera.spki,
            registered_at=MORNING, revoked_at=None,
        )  # fmt: skip
        return Bundle(
            case=self.case, made_at=MORNING, photos=photos, phones=[phone], proofs=self.proofs, heads=self.heads,
            people={MEI: "Mei (collector)"}, key_id=self.key.key_id, public_key=self.key.public_key,
            stamps=self.stamps, authorities=self.authorities, redactions=self.redactions, is_redacted=self.is_redacted,
        )  # fmt: skip

    def files(self) -> dict[str, bytes]:
        """Return the files of the export in their order."""
        bundle = self.bundle()
        originals = {photo_name(one): content for one, content in zip(bundle.photos, self.contents, strict=True)}
        copies = {redaction_name(one): black_bytes(one.evidence_id) for one in bundle.redactions}
        return lists_of(bundle, {one.id for one in bundle.photos}) | ({} if self.is_redacted else originals) | copies

    def packed(self, files: dict[str, bytes] | None = None, key: SigningKey | None = None) -> bytes:
        """Return an archive of these files, with an index that a key signs."""
        out = io.BytesIO()
        pack(out, self.bundle(), (self.files() if files is None else files).items(), self.key if key is None else key)
        return out.getvalue()


def black_bytes(evidence_id: UUID) -> bytes:
    """Return what stands for a redacted copy of a photo."""
    return b"\xff\xd8\xff black " + evidence_id.bytes


def _redaction(named: NamedPhoto) -> RedactionView:
    content = black_bytes(named.photo.id)
    return RedactionView(
        id=new_id(), evidence_id=named.photo.id, parent_sha256=named.photo.sha256,
        sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content),
        areas=[Area(left=0.25, top=0.1, width=0.5, height=1e-7)], reason="a bystander", made_by=MEI, made_at=MORNING,
    )  # fmt: skip


def contents_of(archive: bytes) -> dict[str, bytes]:
    """Return the files of an archive."""
    return dict(files_of(io.BytesIO(archive)))
