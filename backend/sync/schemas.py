"""What do phone and server say to each other? Push (mutations, answers, receipt) and pull (cases, plan, what is gone)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.cases.schemas import FactValue
from backend.kernel.geo import Point
from backend.kernel.limits import Code, Instant
from backend.routing.schemas import PhonePlan

BATCH_MAX = 200
BATCH_BYTES_MAX = 1 * 2**20
PULL_CASES_MAX = 100
HISTORY_MAX = 20


class Mutation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a person did, as the phone wrote it down.

    `id` is a UUIDv7 made where the fact was made; `seq` counts up on the device; `occurred_at` is the device's clock
    and `clock_offset_ms` the last known (server - device), null when it was never learnt; `body` is read by `kind` and
    `schema` (see backend/sync/mutations.py).
    """

    id: UUID
    seq: Annotated[int, msgspec.Meta(ge=1)]
    kind: Code
    schema: Annotated[int, msgspec.Meta(ge=1)]
    occurred_at: Instant
    clock_offset_ms: int | None
    body: msgspec.Raw


class PushRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch, in the order of `seq`; `unsent_count` is what stays on the phone when this batch is accepted."""

    device_id: UUID
    app_version: Annotated[str, msgspec.Meta(max_length=40)]
    sent_at: Instant
    unsent_count: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    mutations: Annotated[list[Mutation], msgspec.Meta(max_length=BATCH_MAX)]


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


class PhoneParty(msgspec.Struct, frozen=True):
    """Somebody beside the obligor."""

    id: UUID
    role: str
    relation: str
    name: str
    may_contact: bool
    consent: str


class PhoneContact(msgspec.Struct, frozen=True):
    """A number; the screen masks it until somebody gives a reason (contact.reveal)."""

    id: UUID
    party_id: UUID | None
    kind: str
    value: str
    status: str
    may_contact: bool


class PhoneAddress(msgspec.Struct, frozen=True):
    """A place at which somebody may be met."""

    id: UUID
    party_id: UUID | None
    kind: str
    line: str
    place: Point | None
    status: str


class PhoneAccount(msgspec.Struct, frozen=True):
    """One loan and what it owes as of a day; the parts add up to what is owed."""

    id: UUID
    ref: str
    kind: str
    product: str
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    overdue_minor: int
    days_past_due: int
    as_of: date | None


class PhonePromise(msgspec.Struct, frozen=True):
    """A promise as it stands."""

    id: UUID
    amount_minor: int
    due_on: date
    state: str
    made_at: datetime


class PhoneHistory(msgspec.Struct, frozen=True):
    """One line of the time line: a visit, call, payment or promise."""

    id: UUID
    kind: Literal["visit", "call", "payment", "promise"]
    at: datetime
    result: str | None
    amount_minor: int | None
    note: str
    by: str
    is_withdrawn: bool


class PhoneCase(msgspec.Struct, frozen=True):
    """Everything a collector needs at the door, offline. `search` is name, pinyin and number in lower case."""

    id: UUID
    number: str
    kind: str
    state: str
    name: str
    is_company: bool
    search: str
    language: str
    zone: str
    currency: str
    overdue_minor: int
    balance_minor: int
    days_past_due: int
    bucket: str
    grade: str | None
    score: float
    reasons: list[str]
    attempts: int
    last_attempt_at: datetime | None
    door_address_id: UUID | None
    accounts: list[PhoneAccount]
    parties: list[PhoneParty]
    contacts: list[PhoneContact]
    addresses: list[PhoneAddress]
    promises: list[PhonePromise]
    history: list[PhoneHistory]
    facts: dict[str, FactValue]


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

    `is_prime` says that the cases are all there are: what a phone holds beyond them goes, the outbox stays.
    `plan` is the published plan of the newest day, or null; it is always the whole plan.
    """

    cursor: str
    more: bool
    is_prime: bool
    server_time: datetime
    cases: list[PhoneCase]
    gone: list[Gone]
    plan: PhonePlan | None
    notices: list[PhoneNotice]


class PublicKey(msgspec.Struct, frozen=True):
    """An Ed25519 key (32 raw bytes, base64) with the name that receipts give."""

    key_id: str
    public_key: str


class PublicKeys(msgspec.Struct, frozen=True):
    """The keys in use, the newest first."""

    keys: list[PublicKey]
