"""What does a call look like on the wire?"""

from datetime import date
from uuid import UUID

import msgspec

from backend.kernel.limits import AmountMinor, Code, Instant, Note
from backend.promises.schemas import PromiseMade


class CallRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call, from a phone or from the desk; without a contact point when the client called us.

    `paid_minor` is what the client paid or says to have paid: provisional, the ledger decides.
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


class RecordedCall(msgspec.Struct, frozen=True):
    """A call that the rules passed; `payload` is the body exactly as it came, for the journal."""

    record: CallRecord
    payload: msgspec.Raw
