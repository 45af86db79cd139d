"""How is a batch of events bound into one value, and how is one event shown to be in it? Pure functions of bytes.

The tree is that of RFC 6962 section 2.1 (Certificate Transparency): a leaf is SHA-256(0x00 || entry), a node
SHA-256(0x01 || left || right), and a list of n is split at the largest power of two below n. The two prefixes keep a
node from being passed off as a leaf.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backend.journal.schemas import EventOnFile, Seal, SealedHead

HASH_BYTES = 32
NO_HEAD = "0" * 64
"""What the first head of a tenant names as the one before it."""


def entry_of(event: EventOnFile) -> str:
    """Return the text of an event that is sealed: JSON with fixed order of fields, times in UTC to the microsecond.

    The payload stands as the database writes it, so the same row always gives the same text.
    """
    return msgspec.json.encode(
        {
            "id": event.id,
            "tenant_id": event.tenant_id,
            "kind": event.kind,
            "subject_id": event.subject_id,
            "case_id": event.case_id,
            "actor_id": event.actor_id,
            "device_id": event.device_id,
            "occurred_at": instant_text(event.occurred_at),
            "recorded_at": instant_text(event.recorded_at),
            "payload": msgspec.Raw(event.payload.encode()),
        }
    ).decode()


def instant_text(at: datetime) -> str:
    """Return an instant as 2026-11-24T10:00:00.000000Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaf_hash(entry: str) -> bytes:
    """Return the leaf of an entry's UTF-8 bytes."""
    return hashlib.sha256(b"\x00" + entry.encode()).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Return all levels from the leaves to the root; a node without a neighbour goes up as it is."""
    if not leaves:
        raise ValueError("nothing is not sealed")
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [_node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)]
        levels.append(pairs if len(below) % 2 == 0 else [*pairs, below[-1]])
    return levels


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves; raises ValueError for none."""
    return _levels(leaves)[-1][0]


def audit_paths(leaves: Sequence[bytes], indices: Sequence[int]) -> list[list[bytes]]:
    """Return for each index the neighbours from the leaf up to the root; raises ValueError for no leaves."""
    levels = _levels(leaves)
    paths = []
    for index in indices:
        if not 0 <= index < len(leaves):
            raise ValueError("no such leaf")
        path, place = [], index
        for level in levels[:-1]:
            if place ^ 1 < len(level):
                path.append(level[place ^ 1])
            place >>= 1
        paths.append(path)
    return paths


def root_by_path(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf at `index` of `count` leads to by its path, None when the path does not fit."""
    if not 0 <= index < count:
        return None
    value, place, last, rest = leaf, index, count - 1, list(path)
    while last > 0:
        if place % 2 == 1 or place < last:
            if not rest:
                return None
            neighbour = rest.pop(0)
            value = _node_hash(neighbour, value) if place % 2 == 1 else _node_hash(value, neighbour)
        place, last = place >> 1, last >> 1
    return None if rest else value


def head_text(head: SealedHead) -> str:
    """Return the exact text that is signed: JSON with sorted keys."""
    return msgspec.json.encode(head, order="sorted").decode()


def head_fault(seal: Seal, before: Seal | None, leaves: Sequence[bytes], public_keys: Mapping[str, str]) -> str | None:
    """Say what is wrong with a head, or None: signature, number, the head before it, or the events under it.

    `leaves` are made from the journal as it is now; `public_keys` are base64 by the name of the key.
    """
    if not is_signed(seal.head, seal.signature, public_keys.get(seal.key_id)):
        return "the signature is not ours"
    head = msgspec.json.decode(seal.head, type=SealedHead)
    if head.number != seal.number or head.number != (1 if before is None else before.number + 1):
        return "a number is missing or stands twice"
    if head.previous != (NO_HEAD if before is None else head_hash(before.head)):
        return "the head before it is another one"
    if head.count != len(leaves):
        return f"{head.count} events were sealed, {len(leaves)} are there"
    return None if head.root == root_of(leaves).hex() else "an event was changed"


def is_signed(text: str, signature: str, public_key: str | None) -> bool:
    """Tell whether a signature (Ed25519, base64) over a text is that of a key (32 raw bytes, base64)."""
    if public_key is None:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), text.encode())
    except (ValueError, InvalidSignature):
        return False
    return True


def head_hash(text: str) -> str:
    """Return what the next head names as the one before it: SHA-256 of the signed text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
