"""What do a subscription, a message and its payload look like? A payload has no field for a name or an amount."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

ENDPOINT_CHARACTERS_MAX = 2000
SUBSCRIPTIONS_A_USER_MAX = 10
WEB_PUSH = 8030
"""The number by which systems know the declarative form (RFC 8030 is web push)."""

Endpoint = Annotated[str, msgspec.Meta(min_length=1, max_length=ENDPOINT_CHARACTERS_MAX)]
KeyText = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class SubscriptionWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser's PushSubscription says; both keys are base64url without padding."""

    endpoint: Endpoint
    p256dh: KeyText
    auth: KeyText


class SubscriptionEnd(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The subscription that is given up."""

    endpoint: Endpoint


class PushKey(msgspec.Struct, frozen=True):
    """The server's public key (uncompressed P-256 point, base64url) that a browser subscribes with."""

    public_key: str


class SubscriptionKeys(msgspec.Struct, frozen=True):
    """The keys of a subscription as bytes: a point of 65 and a secret of 16."""

    p256dh: bytes
    auth: bytes


class Language(StrEnum):
    """The languages that texts exist in."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


class MessageKind(StrEnum):
    """Why somebody hears from us."""

    PLAN_PUBLISHED = "plan_published"
    PLAN_CHANGED = "plan_changed"
    CASE_GIVEN = "case_given"
    CASE_TAKEN = "case_taken"
    CLIENT_PAID = "client_paid"
    DEBT_LOWERED = "debt_lowered"
    DEADLINE_NEAR = "deadline_near"


class Urgency(StrEnum):
    """How soon a sleeping phone is woken (RFC 8030, 5.3)."""

    NORMAL = "normal"
    HIGH = "high"


class NewMessage(msgspec.Struct, frozen=True):
    """A message before it is written.

    (user, kind, subject, version) is the logical key: a second message with the same one is the same message. `case_id`
    is where a tap leads; null when it concerns several cases.
    """

    user_id: UUID
    kind: MessageKind
    subject_id: UUID
    version: int
    case_id: UUID | None


class Notification(msgspec.Struct, frozen=True):
    """What a lock screen may show."""

    title: str
    body: str
    navigate: str
    lang: str
    tag: str


class Payload(msgspec.Struct, frozen=True):
    """The body of a push in the declarative form, which systems can show without our service worker."""

    web_push: int
    notification: Notification


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    PRUNED = "pruned"
    UNKNOWN = "unknown"


class LeasedDelivery(msgspec.Struct, frozen=True):
    """A delivery that this worker has taken; `attempts` counts the one that begins now."""

    id: UUID
    subscription_id: UUID
    endpoint: str
    p256dh: bytes
    auth: bytes
    kind: MessageKind
    subject_id: UUID
    case_id: UUID | None
    language: Language
    expires_at: datetime
    attempts: int


class Trouble(StrEnum):
    """Why there was no answer: we would not send there, the request never left, or nobody knows whether it arrived."""

    FORBIDDEN = "forbidden"
    NOT_SENT = "not_sent"
    NO_ANSWER = "no_answer"


class Answer(msgspec.Struct, frozen=True):
    """What the push service said: a status, or the trouble that took its place."""

    status_code: int | None
    retry_after: str | None
    trouble: Trouble | None
    detail: str


class Verdict(msgspec.Struct, frozen=True):
    """What a delivery becomes; `due_at` says when it is tried again, if it is."""

    state: DeliveryState
    due_at: datetime | None
