"""What does a call look like on the wire?"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.kernel.limits import Code, Note
from backend.promises.schemas import PromiseMade


class CallRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call, from a phone or from the desk; without a contact point when the client called us."""

    id: UUID
    case_id: UUID
    contact_point_id: UUID | None
    started_at: datetime
    ended_at: datetime
    result: Code
    party: Code
    promise: PromiseMade | None
    note: Note
    next_step: Code | None
    next_on: date | None
