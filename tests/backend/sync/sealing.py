"""A phone that seals what it writes, as the PWA does: made from the description, not from the server's code."""

import base64
import os
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.kernel.boxes import BoxKey
from backend.kernel.ids import new_id
from backend.sync.schemas import Envelope, Mutation


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class OutboxKey:
    """A key of one unlocking, and its envelope."""

    def __init__(self, box: BoxKey, device_id: UUID) -> None:
        self.key = AESGCM.generate_key(256)
        ephemeral = X25519PrivateKey.generate()
        epk, iv = ephemeral.public_key().public_bytes_raw(), os.urandom(12)
        public = base64.b64decode(box.public_key)
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
        info = b"rounds outbox key v1"
        secret = HKDF(algorithm=SHA256(), length=32, salt=epk + public, info=info).derive(shared)
        wrapped = AESGCM(secret).encrypt(iv, self.key, str(device_id).encode())
        self.envelope = Envelope(id=new_id(), box_key_id=box.key_id, epk=text(epk), iv=text(iv), wrapped=text(wrapped))

    def seal(self, plain: Mutation) -> Mutation:
        """Return the item with its body sealed."""
        iv = os.urandom(12)
        bound_to = f"{plain.id}\n{plain.kind}\n{plain.schema}".encode()
        data = AESGCM(self.key).encrypt(iv, bytes(plain.body), bound_to)
        body = {"sealed": {"envelope": str(self.envelope.id), "iv": text(iv), "data": text(data)}}
        return msgspec.structs.replace(plain, body=msgspec.Raw(msgspec.json.encode(body)))
