"""What does a phone take along to judge contacts by while it is offline, and what does it say of what it had?"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.compliance.permit_schemas import PermitLease
from backend.compliance.schemas import Channel

RETURNED_MAX = 2_000


class GateWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone says when it asks: the law that it has, and the leases that it gives back and will not use.

    `is_all_told`: nothing unsent and nothing begun lies on it, so what ran out was not used. Off duty it wants none.
    """

    device_id: UUID
    law: Annotated[str, Meta(max_length=64)] | None
    law_expires_at: Annotated[datetime, Meta(tz=True)] | None
    returned: Annotated[list[UUID], Meta(max_length=RETURNED_MAX)]
    is_all_told: bool
    wants_leases: bool


class SignedLaw(msgspec.Struct, frozen=True):
    """A snapshot as text with the server's signature over it (Ed25519, base64); `law` names what is in it."""

    law: str
    key_id: str
    signed: str
    signature: str


class ContactFacts(msgspec.Struct, frozen=True):
    """What the gate needs of one number or address: a situation without `now` and `collector`, defaults left out."""

    case_id: UUID
    budget: UUID
    channel: Channel
    to_id: UUID
    situation: dict[str, object]


class PhoneGate(msgspec.Struct, frozen=True):
    """What the phone judges by from now on; `law` is null where it has the same, `collector` is part of each."""

    at: datetime
    law: SignedLaw | None
    collector: dict[str, object]
    contacts: list[ContactFacts]
    leases: list[PermitLease]
