"""What does a call look like on the wire?"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.kernel.limits import AmountMinor, Code, Note
from backend.promises.schemas import PromiseMade


class CallRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call, from a phone or from the desk; without a contact point when the client called us.

    `paid_minor` is what the client paid or says to have paid: provisional, the ledger decides.
    """

    id: UUID
    case_id: UUID
    contact_point_id: UUID | None
    started_at: datetime
    ended_at: datetime
    result: Code
    party: Code
    paid_minor: AmountMinor | None
    promise: PromiseMade | None
    note: Note
    next_step: Code | None
    next_on: date | None
