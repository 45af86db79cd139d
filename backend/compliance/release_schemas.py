"""What do a wish to release a contact, its decision and the list of both look like on the wire?"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.compliance.contact_schemas import Reason, RuleText
from backend.compliance.schemas import Channel, Instant

HOURS_MAX = 24


class ReleaseWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One contact that the gate wants reviewed: how, with which number or address, within which hours, and why.

    It holds for the first contact of that kind in [since, until), at most 24 hours.
    """

    id: UUID
    channel: Channel
    to_id: UUID | None
    headcount: Annotated[int, Meta(ge=1, le=100)]
    since: Instant
    until: Instant
    reason: Reason


class ReleaseDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a second person says of the wish, and why."""

    is_granted: bool
    reason: Reason


class ReleaseView(msgspec.Struct, frozen=True):
    """A wish as it stands; nothing of a decision while there is none."""

    id: UUID
    case_id: UUID
    channel: Channel
    to_id: UUID | None
    rule_ids: list[str]
    reason: str
    asked_by: UUID
    asked_at: datetime
    since: datetime
    until: datetime
    is_granted: bool | None
    decided_by: UUID | None
    decision_reason: str | None


class ReleaseList(msgspec.Struct, frozen=True):
    """The wishes that wait for a second person, those that end first before the others; `rules` say what they name."""

    items: list[ReleaseView]
    rules: list[RuleText]
