"""What do conflicts and refused items that wait for a person look like on the wire?"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.cases.desk_schemas import ConflictView


class QuarantinedView(msgspec.Struct, frozen=True):
    """A refused item: who sent what when, which rule stood against it, and the whole body as text."""

    mutation_id: UUID
    body_hash: str
    user_id: UUID
    user_name: str
    case_id: UUID | None
    case_number: str | None
    case_name: str | None
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    code: str
    detail: dict[str, str]
    body: str


class ToDecide(msgspec.Struct, frozen=True):
    """All that waits for the asker's decision, the oldest first, at most 200 of each."""

    conflicts: list[ConflictView]
    items: list[QuarantinedView]


class ItemDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a refused item. `body_hash` tells two items under one id apart."""

    action: Literal["apply", "set_aside"]
    explanation: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    body_hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")] | None = None
