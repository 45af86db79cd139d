"""What is a call on the line, in the words of no exchange: legs, words, orders, recordings?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec


class Leg(StrEnum):
    """Whose end of the call: the client's, or that of the person (or queue) of the house."""

    CLIENT = "client"
    DESK = "desk"


class State(StrEnum):
    """How far a call has come; `by_hand` is dialled by a person on a telephone of their own."""

    ASKED = "asked"
    DIALLING = "dialling"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    BY_HAND = "by_hand"


class Word(StrEnum):
    """What an exchange, or this server, can say of a call."""

    DIALLED = "dialled"
    RINGING = "ringing"
    ANSWERED = "answered"
    DIGIT = "digit"
    INTENT = "intent"
    PLAYED = "played"
    PAUSED = "paused"
    RESUMED = "resumed"
    RECORDED = "recorded"
    NOT_RECORDED = "not_recorded"
    TIMED_OUT = "timed_out"
    ENDED = "ended"


class Source(StrEnum):
    """Who said it: the exchange, this server, or the look at what is still standing after the line was cut."""

    EXCHANGE = "exchange"
    SERVER = "server"
    RECONCILED = "reconciled"


class OrderKind(StrEnum):
    """What an exchange is told to do."""

    DIAL = "dial"
    CALL_DESK = "call_desk"
    JOIN = "join"
    RECORD = "record"
    PAUSE = "pause"
    RESUME = "resume"
    PLAY = "play"
    HANG_UP = "hang_up"


class Heard(msgspec.Struct, frozen=True):
    """One word about one leg of a call; the same word told twice has the same id.

    `value` is a digit, an intent, or what was played; `cause` is Q.850's number of why a leg ended.
    """

    id: UUID
    call_id: UUID
    leg: Leg
    word: Word
    at: datetime
    value: str = ""
    cause: int | None = None
    source: Source = Source.EXCHANGE


class Standing(msgspec.Struct, frozen=True):
    """A leg that the exchange still holds."""

    call_id: UUID
    leg: Leg
    is_answered: bool


class Order(msgspec.Struct, frozen=True):
    """Something to be told to the exchange; `value` is a number, an endpoint, a prompt, or empty."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    call_id: UUID
    kind: OrderKind
    value: str
    made_by: UUID | None
    made_at: datetime


class LineCall(msgspec.Struct, frozen=True):
    """A call as the rules see it; `memory` is the robot's, as JSON."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    contact_point_id: UUID
    user_id: UUID
    kind: str
    adapter: str
    permit_id: UUID
    notice_id: str | None
    state: State
    asked_at: datetime
    dialled_at: datetime | None
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    cause: int | None
    suggested_result: str | None
    is_paused: bool
    memory: str | None
    wake_at: datetime | None


class CallWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call to place: the id is made at the desk; verdict and permit are those of `dial`."""

    id: UUID
    case_id: UUID
    contact_point_id: UUID
    verdict_id: UUID | None
    permit_id: UUID | None


class PausedSpan(msgspec.Struct, frozen=True):
    """From when until when nothing was recorded (a card number was said); open while it lasts."""

    since: datetime
    until: datetime | None


class RecordingView(msgspec.Struct, frozen=True):
    """What is known of the recording of a call; `refusal` says why there is none to be heard."""

    id: UUID
    case_id: UUID
    state: str
    notice_id: str
    started_at: datetime
    duration_ms: int | None
    size_bytes: int | None
    media_type: str | None
    sha256: str | None
    refusal: str | None
    kept_until: datetime | None


class LineCallView(msgspec.Struct, frozen=True):
    """A call as a desk sees it. `tel` is what a telephone of one's own dials, only where there is no exchange."""

    id: UUID
    case_id: UUID
    contact_point_id: UUID
    user_id: UUID
    adapter: str
    state: State
    asked_at: datetime
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    cause: int | None
    suggested_result: str | None
    is_recorded: bool
    is_paused: bool
    paused: list[PausedSpan]
    recording: RecordingView | None
    tel: str | None


class RecordingList(msgspec.Struct, frozen=True):
    """The recordings of a case, the latest first."""

    items: list[RecordingView]


class RecordingDue(msgspec.Struct, frozen=True):
    """A recording whose retention is over, and who agreed that it goes."""

    id: UUID
    case_id: UUID
    started_at: datetime
    record: str
    first_by: UUID | None
    first_at: datetime | None
    second_by: UUID | None


class RecordingDueList(msgspec.Struct, frozen=True):
    """What waits for its deletion, the oldest first."""

    items: list[RecordingDue]


class RecordingApproval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Recordings that somebody agrees to let go."""

    call_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=200)]


class LineView(msgspec.Struct, frozen=True):
    """By what calls are placed here, whether they are recorded, and what is said about that."""

    adapter: str
    records: bool
    notice_id: str | None
    notice_zh: str
    notice_en: str
