"""How does an export lie in one file? Lists in canonical JSON, photos as they came, an index that the server signs.

The archive is a plain zip whose every byte is settled (`archive.py` writes and reads its headers): no compression, no
clock, no second way to write the same thing. So a flipped bit anywhere in it is found, also where programs do not look.
"""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID
from zlib import crc32

import msgspec

from backend.evidence import archive, verifier
from backend.evidence.export_queries import CaseMeant, Phone, PhotoOnFile
from backend.evidence.redaction_schemas import RedactionView
from backend.journal.rules import instant_text
from backend.journal.schemas import Proof, Seal
from backend.kernel.signing import SigningKey

ARCHIVE_BYTES_MAX = 4 * 2**30 - 2**26
"""A plain zip ends at 4 GiB; that is some 10,000 photos of one case."""

HERE = Path(__file__).parent
_OWN_IMPORT = re.compile(r"^from backend\.[\w.]+ import (\([^)]*\)|[^\n]*)\n", re.MULTILINE)
_HEADING = "# verify.py: is this file of evidence still what it was when it was made? Read it before you run it.\n"


class TooLargeError(ValueError):
    """A case has more photos or bytes than one file takes."""


class Bundle(msgspec.Struct, frozen=True):
    """Everything that goes into an export, but for the photos' bytes."""

    case: CaseMeant
    made_at: datetime
    photos: Sequence[PhotoOnFile]
    phones: Sequence[Phone]
    proofs: Sequence[Proof]
    heads: Sequence[Seal]
    people: Mapping[UUID, str]
    key_id: str
    public_key: str
    stamps: Mapping[int, bytes]
    authorities: Sequence[bytes]
    redactions: Sequence[RedactionView]
    is_redacted: bool


def verify_script() -> str:
    """Return the verifier as one file: the modules it is made of, one after the other, none importing the other."""
    modules = (HERE / "archive.py", HERE.parent / "journal" / "stamps.py", HERE / "verifier.py")
    return _HEADING + "\n\n".join(_OWN_IMPORT.sub("", module.read_text(encoding="utf-8")) for module in modules)


def redaction_name(copy: RedactionView) -> str:
    """Return where a redacted copy lies in the archive."""
    return f"evidence/{copy.evidence_id}/redacted-{copy.id}.jpg"


def photo_name(photo: PhotoOnFile) -> str:
    """Return where the bytes of a photo, note or signature lie in the archive, as they came."""
    return f"evidence/{photo.id}/original.{photo.media_type.partition('/')[2]}"


def as_shot_name(photo: PhotoOnFile) -> str | None:
    """Return where lies what the camera gave, before the phone made it smaller; None where it is not here."""
    if photo.original_state != "stored" or photo.original_media_type is None:
        return None
    return f"evidence/{photo.id}/as_shot.{photo.original_media_type.partition('/')[2]}"


def statement_name(photo: PhotoOnFile) -> str:
    """Return where the text that stood above a signature lies in the archive."""
    return f"evidence/{photo.id}/statement.json"


def manifest_name(photo: PhotoOnFile) -> str:
    """Return where the text that the phone signed lies in the archive."""
    return f"evidence/{photo.id}/manifest.json"


def lists_of(bundle: Bundle, present: set[UUID]) -> dict[str, bytes]:
    """Return the small files of an export by name; `present` are the photos whose bytes go along."""
    proofs = sorted(bundle.proofs, key=lambda proof: (proof.number, proof.index))
    keys = {
        "server": [{"key_id": bundle.key_id, "public_key": bundle.public_key}],
        "devices": [_phone(phone) for phone in bundle.phones],
        "authorities": [base64.b64encode(one).decode() for one in bundle.authorities],
    }
    heads = [
        {"head": seal.head, "key_id": seal.key_id, "signature": seal.signature, "stamp": _text(bundle.stamps, seal)}
        for seal in bundle.heads
    ]
    copies: dict[UUID, list[RedactionView]] = {}
    for copy in bundle.redactions:
        copies.setdefault(copy.evidence_id, []).append(copy)
    lists: dict[str, object] = {
        "keys.json": keys,
        "heads.json": heads,
        "events.json": [_plain(proof) for proof in proofs],
        "custody.json": custody_of(proofs, bundle.people),
        "evidence.json": [
            _photo(photo, copies.get(photo.id, []), is_present=photo.id in present and not bundle.is_redacted)
            for photo in bundle.photos
        ],
    }
    texts = {
        "README.md": (HERE / "export_readme.md").read_bytes(),
        "verify.py": verify_script().encode(),
        **{name: verifier.canonical(content).encode() for name, content in lists.items()},
    }
    signed = {statement_name(one): one.statement.encode() for one in bundle.photos if one.statement is not None}
    named = {manifest_name(one): one.manifest.encode() for one in bundle.photos if one.manifest is not None}
    return texts | named | signed


def custody_of(proofs: Sequence[Proof], people: Mapping[UUID, str]) -> list[dict[str, object]]:
    """Return who did what with which photo, in the order of the journal; `name` is for readers only."""
    log = []
    for proof in proofs:
        event = msgspec.json.decode(proof.entry, type=dict[str, object])
        if str(event["kind"]).startswith("evidence."):
            by = event["actor_id"]
            name = people.get(UUID(str(by))) if by is not None else None
            log.append(
                {
                    "at": event["occurred_at"],
                    "kind": event["kind"],
                    "evidence_id": event["subject_id"],
                    "by": by,
                    "name": name,
                }
            )
    return log


def pack(out: BinaryIO, bundle: Bundle, files: Iterable[tuple[str, bytes]], key: SigningKey) -> int:
    """Write an archive: the files in their order, then the index with the hash of each, then its signature.

    Returns the size in bytes; raises TooLargeError.
    """
    listed: list[tuple[bytes, int, int, int]] = []
    told: list[dict[str, object]] = []
    position = 0

    def put(name: str, content: bytes) -> None:
        nonlocal position
        header = archive.local_header(name.encode("ascii"), crc32(content), len(content))
        if position + len(header) + len(content) > ARCHIVE_BYTES_MAX or len(listed) >= archive.FILES_MAX:
            raise TooLargeError("the photos of this case are more than one file takes")
        listed.append((name.encode("ascii"), crc32(content), len(content), position))
        out.write(header + content)
        position += len(header) + len(content)

    for name, content in files:
        put(name, content)
        told.append({"name": name, "sha256": verifier.sha256(content), "size": len(content)})
    index = verifier.canonical(
        {
            "v": 1, "case_id": str(bundle.case.id), "case_number": bundle.case.number,
            "tenant_id": str(bundle.case.tenant_id), "made_at": instant_text(bundle.made_at), "files": told,
            "is_redacted": bundle.is_redacted,
        }
    )  # fmt: skip
    put(verifier.INDEX, index.encode())
    put(verifier.INDEX_SIGNATURE, verifier.canonical({"key_id": key.key_id, "signature": key.sign(index)}).encode())
    central = b"".join(archive.central_header(*one) for one in listed)
    end = archive.end_record(len(listed), len(central), position)
    out.write(central + end)
    return position + len(central) + len(end)


def _plain(proof: Proof) -> dict[str, object]:
    return {name: getattr(proof, name) for name in Proof.__struct_fields__} | {"event_id": str(proof.event_id)}


def _phone(phone: Phone) -> dict[str, object]:
    return {
        "device_id": str(phone.device_id),
        "user_id": str(phone.user_id),
        "label": phone.label,
        "public_key": base64.b64encode(phone.public_key).decode(),
        "registered_at": instant_text(phone.registered_at),
        "revoked_at": None if phone.revoked_at is None else instant_text(phone.revoked_at),
    }


def _text(stamps: Mapping[int, bytes], seal: Seal) -> str | None:
    return base64.b64encode(stamps[seal.number]).decode() if seal.number in stamps else None


def _redaction(photo: PhotoOnFile, copy: RedactionView) -> dict[str, object]:
    return {
        "id": str(copy.id), "parent_sha256": copy.parent_sha256, "sha256": copy.sha256, "reason": copy.reason,
        "areas": [msgspec.structs.asdict(area) for area in copy.areas], "made_by": str(copy.made_by),
        "made_at": instant_text(copy.made_at), "file": None if photo.state == "deleted" else redaction_name(copy),
    }  # fmt: skip


def _photo(photo: PhotoOnFile, copies: Sequence[RedactionView], *, is_present: bool) -> dict[str, object]:
    return {
        "id": str(photo.id), "case_id": str(photo.case_id), "visit_id": str(photo.visit_id),
        "user_id": str(photo.user_id), "device_id": None if photo.device_id is None else str(photo.device_id),
        "kind": photo.kind, "scope": photo.scope, "consent_by": photo.consent_by, "state": photo.state,
        "sha256": photo.sha256.hex(), "original_sha256": photo.original_sha256.hex(), "size": photo.size_bytes,
        "original_size": photo.original_size_bytes, "media_type": photo.media_type,
        "duration_ms": photo.duration_ms, "taken_at": instant_text(photo.taken_at),
        "stored_at": None if photo.stored_at is None else instant_text(photo.stored_at),
        "received_at": None if photo.received_at is None else instant_text(photo.received_at),
        "file": photo_name(photo) if is_present else None, "original_state": photo.original_state,
        "as_shot": as_shot_name(photo) if is_present else None,
        "statement": None if photo.statement is None else statement_name(photo),
        "manifest": None if photo.manifest is None else manifest_name(photo), "signature": photo.signature,
        "redactions": [_redaction(photo, copy) for copy in copies],
    }  # fmt: skip
