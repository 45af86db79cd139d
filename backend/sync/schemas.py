"""What do phone and server say to each other? Push (items, answers, receipt) and pull (cases, plan, what is gone)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from backend.cases.file_schemas import PhoneCase
from backend.evidence.schemas import Originals
from backend.kernel.limits import Code, Instant
from backend.routing.schemas import PhonePlan

BATCH_MAX = 200
SCHEMA_MAX = 10_000
ENVELOPES_MAX = 50
BATCH_BYTES_MAX = 1 * 2**20
PULL_CASES_MAX = 100


class Mutation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a person did, as the phone wrote it down.

    `id` is a UUIDv7 made where the fact was made; `seq` counts up on the device; `occurred_at` is the device's clock
    and `clock_offset_ms` the last known (server - device), null when it was never learnt; `body` is read by `kind` and
    `schema` (see backend/sync/mutations.py).
    """

    id: UUID
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    kind: Code
    schema: Annotated[int, msgspec.Meta(ge=1, le=SCHEMA_MAX)]
    occurred_at: Instant
    clock_offset_ms: int | None
    body: msgspec.Raw


class SealedText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body under the key of an envelope: AES-256-GCM, bound to id, kind and schema of its item; base64."""

    envelope: UUID
    iv: str
    data: str


class SealedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the place of a body that only the server can open (backend/sync/sealed.py)."""

    sealed: SealedText


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the phone, wrapped for a box key of the server and bound to the device (backend/kernel/boxes.py)."""

    id: UUID
    box_key_id: Annotated[str, msgspec.Meta(max_length=32)]
    epk: Annotated[str, msgspec.Meta(max_length=64)]
    iv: Annotated[str, msgspec.Meta(max_length=32)]
    wrapped: Annotated[str, msgspec.Meta(max_length=128)]


class PushRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch, in the order of `seq`; `unsent_count` is what stays on the phone when this batch is accepted.

    `envelopes` are those that sealed bodies of this batch name; a phone of an older version has none.
    """

    device_id: UUID
    app_version: Annotated[str, msgspec.Meta(max_length=40)]
    sent_at: Instant
    unsent_count: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    mutations: Annotated[list[Mutation], msgspec.Meta(max_length=BATCH_MAX)]
    envelopes: Annotated[list[Envelope], msgspec.Meta(max_length=ENVELOPES_MAX)] = []


class LeftBehind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last batch of a device that may not come in any more, with its proof over a nonce of the server.

    `signature` is over `rounds left-behind`, the device's id and the nonce, one a line (ECDSA P-256, r || s, base64).
    """

    nonce: Annotated[str, msgspec.Meta(min_length=20, max_length=64)]
    signature: Annotated[str, msgspec.Meta(min_length=86, max_length=88)]
    batch: PushRequest


class LeavingProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The proof of a device that may not come in any more and still has photos, over a nonce of the server.

    `signature` is over `rounds left-photos`, the device's id and the nonce, one a line (ECDSA P-256, r || s, base64).
    """

    device_id: UUID
    nonce: Annotated[str, msgspec.Meta(min_length=20, max_length=64)]
    signature: Annotated[str, msgspec.Meta(min_length=86, max_length=88)]


class LeavingGrant(msgspec.Struct, frozen=True):
    """What lets the device leave its photos until then (UTC): it goes with each upload, in the header X-Rounds-Left."""

    grant: str
    expires_at: datetime


class AnswerStatus(StrEnum):
    """What became of a mutation: in the record, refused and kept in quarantine, or kept as a conflict to decide."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONFLICT = "conflict"


class Answer(msgspec.Struct, frozen=True):
    """One answer a mutation; a replay gets the first answer again, with `is_replay` true."""

    id: UUID
    status: AnswerStatus
    code: str | None
    detail: dict[str, str]
    is_replay: bool


class Receipt(msgspec.Struct, frozen=True):
    """The server's signature (Ed25519, base64) over `signed`, the exact text that names each id, hash and status."""

    key_id: str
    signed: str
    signature: str


class PushAnswer(msgspec.Struct, frozen=True):
    """The answers in the order of the batch, and the receipt that lets the phone delete."""

    received_at: datetime
    answers: list[Answer]
    receipt: Receipt


class Gone(msgspec.Struct, frozen=True):
    """A case that leaves the phone once its outbox is empty; at once when it was erased."""

    case_id: UUID
    reason: str


class PhoneNotice(msgspec.Struct, frozen=True):
    """A line for the inbox: a plan changed, a case was taken away, a client paid; no name and debt together."""

    id: UUID
    kind: str
    at: datetime
    case_id: UUID | None


class PullAnswer(msgspec.Struct, frozen=True):
    """What changed for this user since the cursor; ask again at once while `more` is true.

    `is_held_back` says that changes were seen which may not be told yet, because a transaction that began earlier is
    still writing: ask again soon. `is_prime` says that the cases are all there are: what a phone holds beyond them
    goes, the outbox stays. `plan` is the published plan of the newest day, or null; it is always the whole plan.
    """

    cursor: str
    more: bool
    is_held_back: bool
    is_prime: bool
    server_time: datetime
    cases: list[PhoneCase]
    gone: list[Gone]
    plan: PhonePlan | None
    notices: list[PhoneNotice]
    originals: Originals


class PublicKey(msgspec.Struct, frozen=True):
    """A public key (32 raw bytes, base64) with its name."""

    key_id: str
    public_key: str


class PublicKeys(msgspec.Struct, frozen=True):
    """The keys in use, the newest first: Ed25519 that receipts are signed with, X25519 that phones seal for."""

    keys: list[PublicKey]
    box_keys: list[PublicKey]
