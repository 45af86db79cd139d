"""How is a photo opened that a phone sealed for the server when it was taken? Segment by segment, in order.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizar 2015): each segment of 64 KiB is AES-256-GCM under one
key, its nonce is a prefix of the photo, a counter, and whether it is the last. So no segment can be changed, dropped,
moved or added unseen, and a phone need not hold the whole photo twice.
"""

from typing import Annotated

import msgspec

from backend.kernel.boxes import Boxes, SealedError, WrappedKey, from_base64, unseal, unwrap
from backend.kernel.reading import UNREADABLE

INFO = "rounds photo key v1"
SEGMENT_BYTES = 65_536
TAG_BYTES = 16
PREFIX_BYTES = 7


class SealedHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is needed to open a photo: the wrapped key, the prefix of all nonces (7 bytes, base64), the plain size."""

    box_key_id: Annotated[str, msgspec.Meta(max_length=32)]
    epk: Annotated[str, msgspec.Meta(max_length=64)]
    iv: Annotated[str, msgspec.Meta(max_length=32)]
    wrapped: Annotated[str, msgspec.Meta(max_length=128)]
    prefix: Annotated[str, msgspec.Meta(max_length=16)]
    size: Annotated[int, msgspec.Meta(gt=0)]


_HEADER = msgspec.json.Decoder(SealedHeader)


def read_header(text: str) -> SealedHeader:
    """Read the header from the upload's metadata; raises SealedError."""
    try:
        return _HEADER.decode(text)
    except UNREADABLE as error:
        raise SealedError("not the header of a sealed photo") from error


def sealed_length(size_bytes: int) -> int:
    """Return how long a photo of this size is when sealed."""
    return size_bytes + TAG_BYTES * -(-size_bytes // SEGMENT_BYTES)


def opened(boxes: Boxes, header: SealedHeader, sha256: bytes, sealed: bytes) -> bytes:
    """Return the plain bytes; `sha256` is that of the plain photo, to which its key is bound. Raises SealedError."""
    if len(sealed) != sealed_length(header.size):
        raise SealedError("not as long as it says")
    wrapped = WrappedKey(box_key_id=header.box_key_id, epk=header.epk, iv=header.iv, wrapped=header.wrapped)
    key, prefix = unwrap(boxes, wrapped, INFO, sha256.hex()), from_base64(header.prefix)
    if len(prefix) != PREFIX_BYTES:
        raise SealedError(f"a prefix has {PREFIX_BYTES} bytes")
    step, plain = SEGMENT_BYTES + TAG_BYTES, bytearray()
    count = -(-len(sealed) // step)
    for number in range(count):
        nonce = prefix + number.to_bytes(4) + bytes([number == count - 1])
        plain += unseal(key, nonce, sealed[number * step : (number + 1) * step], "")
    return bytes(plain)
