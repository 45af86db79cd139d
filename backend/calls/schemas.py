"""What does a call look like on the wire?"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from backend.compliance.contact_schemas import ContactVerdict, RuleText
from backend.kernel.limits import AmountMinor, Code, Instant, Note
from backend.promises.schemas import PromiseMade


class CallRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call, from a phone or from the desk; without a contact point when the client called us.

    `paid_minor` is what the client paid or says to have paid: provisional, the ledger decides;
    `permit_id` is the lease of the gate that a phone spent.
    """

    id: UUID
    case_id: UUID
    contact_point_id: UUID | None
    started_at: Instant
    ended_at: Instant
    result: Code
    party: Code
    paid_minor: AmountMinor | None
    promise: PromiseMade | None
    note: Note
    next_step: Code | None
    next_on: date | None
    permit_id: UUID | None = None


class DeskCall(CallRecord, frozen=True, forbid_unknown_fields=True):
    """A call logged at a desk; `callback_at` is when the client wants to be called back, with a result that asks so."""

    callback_at: Instant | None = None


class Callback(msgspec.Struct, frozen=True):
    """That somebody is called back: by `user_id`, at the instant `at`."""

    id: UUID
    case_id: UUID
    contact_point_id: UUID | None
    user_id: UUID
    promised_by: UUID
    at: datetime


class CallbackRow(msgspec.Struct, frozen=True):
    """An open callback, in a list; times of the day are said in `zone`, the client's."""

    id: UUID
    case_id: UUID
    client: str
    zone: str
    contact_point_id: UUID | None
    user_id: UUID
    owner: str
    promised_by: UUID
    at: datetime
    is_overdue: bool


class OpenCallbacks(msgspec.Struct, frozen=True):
    """The open callbacks that somebody sees, the longest overdue first."""

    items: list[CallbackRow]


class RecordedCall(msgspec.Struct, frozen=True):
    """A call that the rules passed; `payload` is the body exactly as it came, for the journal."""

    record: CallRecord
    payload: msgspec.Raw


Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class CallSaved(msgspec.Struct, frozen=True):
    """That a call of a desk stands; it can be taken back until `undo_until`."""

    id: UUID
    recorded_at: datetime
    undo_until: datetime


class Number(msgspec.Struct, frozen=True):
    """A number in full, shown because somebody said why."""

    contact_point_id: UUID
    value: str


class DialWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which number is about to be called; `permit_id` is made by the desk, so that asking again draws no second one."""

    contact_point_id: UUID
    permit_id: UUID


class Dialled(msgspec.Struct, frozen=True):
    """What the gate said of a call, kept under `verdict_id`; the number only where it may be called.

    `is_reserved`: the law would allow it, but somebody else holds the last permit. Log the call with `permit_id`.
    """

    verdict_id: UUID
    verdict: ContactVerdict
    rules: list[RuleText]
    permit_id: UUID | None
    permit_until: datetime | None
    number: str | None
    is_reserved: bool


class CallOnFile(msgspec.Struct, frozen=True):
    """A call as the rules about repeating and taking back see it."""

    case_id: UUID
    user_id: UUID
    result: str
    ended_at: datetime
    recorded_at: datetime
    withdrawn_at: datetime | None
