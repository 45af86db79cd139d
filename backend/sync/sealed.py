"""What did a phone seal for the server? Bodies of items, each under a key that came in an envelope of the batch.

A batch is opened before anything else looks at it, so fingerprints, receipts and the quarantine are about the plain
body: the same item sealed anew is still the same item. What cannot be opened stays sealed, is refused
(sync.unreadable) and kept.
"""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.kernel.boxes import Boxes, SealedError, WrappedKey, from_base64, unseal, unwrap
from backend.kernel.reading import UNREADABLE
from backend.sync.schemas import Envelope, Mutation, PushRequest, SealedBody

INFO = "rounds outbox key v1"
_SEALED = msgspec.json.Decoder(SealedBody)
_BEGINS = b'{"sealed":'


def is_sealed(mutation: Mutation) -> bool:
    """Tell whether the body of an item is still sealed; the PWA writes it without spaces."""
    return bytes(mutation.body).startswith(_BEGINS)


def opened(request: PushRequest, boxes: Boxes) -> PushRequest:
    """Return the batch with every body opened that can be."""
    if not any(is_sealed(one) for one in request.mutations):
        return request
    keys = _keys(request, boxes)
    mutations = [_opened(one, keys) if is_sealed(one) else one for one in request.mutations]
    return msgspec.structs.replace(request, mutations=mutations, envelopes=[])


def _keys(request: PushRequest, boxes: Boxes) -> dict[UUID, AESGCM]:
    """Open each envelope once; those that cannot be opened are left out."""
    keys: dict[UUID, AESGCM] = {}
    for envelope in request.envelopes:
        try:
            keys[envelope.id] = unwrap(boxes, _wrapped(envelope), INFO, str(request.device_id))
        except SealedError:
            continue
    return keys


def _wrapped(envelope: Envelope) -> WrappedKey:
    return WrappedKey(box_key_id=envelope.box_key_id, epk=envelope.epk, iv=envelope.iv, wrapped=envelope.wrapped)


def _opened(mutation: Mutation, keys: Mapping[UUID, AESGCM]) -> Mutation:
    try:
        sealed = _SEALED.decode(mutation.body).sealed
        key = keys.get(sealed.envelope)
        if key is None:
            return mutation
        bound_to = f"{mutation.id}\n{mutation.kind}\n{mutation.schema}"
        plain = unseal(key, from_base64(sealed.iv), from_base64(sealed.data), bound_to)
        # What is inside must be JSON by itself: the body is handed on as it is.
        msgspec.json.decode(plain)
    except (SealedError, *UNREADABLE):
        return mutation
    return msgspec.structs.replace(mutation, body=msgspec.Raw(plain))
