"""What does an upload ask for, and may this piece be added to it?"""

import base64
import re
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.evidence import problems
from backend.evidence.pictures import media_type_of
from backend.evidence.schemas import AUDIO_BYTES_MAX, AUDIO_MS_MAX, PHOTO_BYTES_MAX, Copy, StampFacts, Upload
from backend.evidence.sealed import read_header, sealed_length
from backend.evidence.sounds import sound_of
from backend.kernel.boxes import SealedError
from backend.kernel.problems import Kind

CHUNK_BYTES_MAX = 2**20
OPEN_UPLOADS_MAX = 50
UPLOAD_LIFE = timedelta(days=7)
"""From the last piece that arrived: a phone may be without network for most of a week."""

METADATA_CHARACTERS_MAX = 2000
SEALED_CHARACTERS_MAX = 1000
AUDIO_MS_SLACK = 5_000
"""A phone that is told to stop writes what it still has."""

_MEDIA_TYPE = re.compile(r"image/(jpeg|png|webp|avif|heic)|audio/(webm|ogg|mp4)")
_SHA256_HEX = re.compile(r"[0-9a-f]{64}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


class HeaderError(ValueError):
    """A header of the protocol cannot be read; the text says which and why, never what stood in it."""


class Announced(msgspec.Struct, frozen=True):
    """What a client says about the bytes it is going to send: what travels may be sealed, the hash is of the plain."""

    sha256: bytes
    media_type: str
    length_bytes: int
    sealed: str | None


def whole_number(name: str, text: str | None) -> int:
    """Read a non-negative integer header; raises HeaderError."""
    if text is None or not _WHOLE_NUMBER.fullmatch(text):
        raise HeaderError(f"{name} must be a whole number")
    return int(text)


def announced(length: str | None, metadata: str | None) -> Announced:
    """Read Upload-Length and Upload-Metadata; raises HeaderError.

    `sha256`: 64 hex digits; `type`: of an image or a recording; `sealed`: the header of what only the server can open.
    """
    pairs = _metadata(metadata or "")
    digest, media_type = pairs.get("sha256", ""), pairs.get("type", "")
    if not _SHA256_HEX.fullmatch(digest):
        raise HeaderError("Upload-Metadata: sha256 must be 64 small hexadecimal digits")
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise HeaderError("Upload-Metadata: type must be that of a photo or a recording")
    length_bytes = whole_number("Upload-Length", length)
    if length_bytes == 0:
        raise HeaderError("Upload-Length: a photo has bytes")
    sealed = pairs.get("sealed")
    if sealed is not None and not _fits(sealed, length_bytes):
        raise HeaderError("Upload-Metadata: sealed is not the header of a sealed photo of this length")
    return Announced(sha256=bytes.fromhex(digest), media_type=media_type, length_bytes=length_bytes, sealed=sealed)


def _fits(sealed: str, length_bytes: int) -> bool:
    try:
        header = read_header(sealed)
    except SealedError:
        return False
    return len(sealed) <= SEALED_CHARACTERS_MAX and sealed_length(header.size) == length_bytes


def plain_bytes(upload: Upload) -> int:
    """Return how long the photo itself is."""
    return upload.length_bytes if upload.sealed is None else read_header(upload.sealed).size


def _metadata(header: str) -> dict[str, str]:
    """Read `key base64,key base64`; a key may stand alone."""
    if len(header) > METADATA_CHARACTERS_MAX:
        raise HeaderError("Upload-Metadata is too long")
    pairs: dict[str, str] = {}
    for part in header.split(",") if header else []:
        key, _, value = part.strip().partition(" ")
        if not key or key in pairs:
            raise HeaderError("Upload-Metadata: a key is empty or stands twice")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode()
        except ValueError:
            raise HeaderError("Upload-Metadata: a value is not base64 of text") from None
    return pairs


def metadata_of(upload: Upload) -> str:
    """Return what was announced, in the form of the header."""
    parts = {"sha256": upload.sha256.hex(), "type": upload.media_type}
    if upload.sealed is not None:
        parts["sealed"] = upload.sealed
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in parts.items())


def length_max(announced: Announced) -> int:
    """Return how many bytes may travel for a file of this type; sealing adds 16 to each 64 KiB."""
    plain = AUDIO_BYTES_MAX if announced.media_type.startswith("audio/") else PHOTO_BYTES_MAX
    return plain if announced.sealed is None else sealed_length(plain)


def refusal_of(media_type: str) -> Kind:
    """Return what is said of bytes that are not what was announced as a type: no photo, no recording."""
    return problems.NOT_A_RECORDING if media_type.startswith("audio/") else problems.NOT_A_PHOTO


def type_of(content: bytes) -> str | None:
    """Return the type that the bytes themselves say; None for no photo and no recording of three minutes at most."""
    picture = media_type_of(content)
    if picture is not None:
        return picture
    sound = sound_of(content)
    if sound is None or (sound.duration_ms or 0) > AUDIO_MS_MAX + AUDIO_MS_SLACK:
        return None
    return sound.media_type


def has_expired(upload: Upload, now: datetime) -> bool:
    """Tell whether an upload was left too long."""
    return upload.finished_at is None and upload.expires_at <= now


def chunk_refusal(upload: Upload, offset_bytes: int, size_bytes: int, now: datetime) -> Kind | None:
    """Say why a piece is not added to an upload, or None."""
    if has_expired(upload, now):
        return problems.UPLOAD_EXPIRED
    if offset_bytes != upload.offset_bytes:
        return problems.OFFSET_DIFFERS
    if offset_bytes + size_bytes > upload.length_bytes:
        return problems.TOO_LONG
    return None


def key_of(tenant_id: UUID, sha256: bytes, *, is_photo: bool = True) -> str:
    """Return where the bytes with this hash lie in the store: each tenant apart, no folder with a million files.

    What turned out to be neither photo nor recording lies in a folder of its own.
    """
    digest = sha256.hex()
    return f"{'evidence' if is_photo else 'refused'}/{tenant_id}/{digest[:2]}/{digest}"


def copy_key(tenant_id: UUID, evidence_id: UUID, copy: Copy) -> str:
    """Return where a stamped copy of a photo lies; the last digits of the id are random, its first ones are a time."""
    return f"copies/{tenant_id}/{evidence_id.hex[-2:]}/{evidence_id}.{copy.value}.jpg"


def redaction_key(tenant_id: UUID, redaction_id: UUID) -> str:
    """Return where a redacted copy lies."""
    return f"redacted/{tenant_id}/{redaction_id.hex[-2:]}/{redaction_id}.jpg"


def stamp_lines(facts: StampFacts) -> list[str]:
    """Return what is written on the copies of a photo, the most important line first; the time is the client's own."""
    local = facts.taken_at.astimezone(ZoneInfo(facts.zone))
    offset = local.strftime("%z")
    when = f"{local:%Y-%m-%d %H:%M:%S} UTC{offset[:3]}:{offset[3:]}"
    first = f"{facts.case_number} · {when}"
    if facts.lat_e7 is None or facts.lon_e7 is None:
        return [first, facts.collector]
    where = f"{facts.lat_e7 / 1e7:.5f}, {facts.lon_e7 / 1e7:.5f} ±{facts.accuracy_m or 0} m"
    return [first, f"{where} · {facts.collector}"]


def lock_of(first: bytes) -> int:
    """Return the number of the database's advisory lock for a hash or an id: its first eight bytes, signed."""
    return int.from_bytes(first[:8], "big", signed=True)
