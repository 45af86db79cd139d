"""What is a flow of a robot call, and a campaign of them?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.kernel.limits import Code

StepId = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Said = Annotated[str, Meta(min_length=1, max_length=1_000)]
Key = Annotated[str, Meta(pattern="^([0-9*#]|[a-z][a-z0-9_]{1,39})$")]
"""A digit of the telephone, or the name of an intent that a recogniser at the exchange tells us."""

STEPS_MAX, CHOICES_MAX = 100, 12


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same words in both languages."""

    zh: Said
    en: Said


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="say", tag_field="does"):
    """Say something and go on."""

    id: StepId
    text: Text
    next: StepId


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a key leads; `confirms` says that with it the person has said to be the client."""

    key: Key
    next: StepId
    confirms: bool = False


class Listen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="listen", tag_field="does"):
    """Say something and wait for a key; after `tries` without one that is known it goes on with `otherwise`."""

    id: StepId
    text: Text
    choices: Annotated[list[Choice], Meta(min_length=1, max_length=CHOICES_MAX)]
    otherwise: StepId
    wait_s: Annotated[int, Meta(ge=2, le=60)] = 8
    tries: Annotated[int, Meta(ge=1, le=5)] = 2


class Fact(StrEnum):
    """What of the case a flow may branch on."""

    OVERDUE_MINOR = "overdue_minor"
    DAYS_PAST_DUE = "days_past_due"


class Branch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="branch", tag_field="does"):
    """Go on by a fact of the case."""

    id: StepId
    fact: Fact
    at_least: Annotated[int, Meta(ge=0)]
    then: StepId
    otherwise: StepId


class HandOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hand_over", tag_field="does"):
    """Let a person take over; when nobody does within `wait_s` it goes on with `otherwise`.

    `result` and `party` are what the call is recorded as when a person took over.
    """

    id: StepId
    text: Text
    result: Code
    party: Code
    otherwise: StepId
    wait_s: Annotated[int, Meta(ge=5, le=180)] = 40
    next_days: Annotated[int, Meta(ge=0, le=30)] | None = None


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="end", tag_field="does"):
    """Say a last word, hang up, and record the result; a promise is the overdue amount in `promise_days`."""

    id: StepId
    text: Text
    result: Code
    party: Code
    promise_days: Annotated[int, Meta(ge=1, le=30)] | None = None
    next_days: Annotated[int, Meta(ge=0, le=30)] | None = None


Step = Say | Listen | Branch | HandOver | End


class Flow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a robot says and asks; `notice_id` names the words about the recording, which the first step says."""

    code: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
    name: Text
    notice_id: Code
    entry: StepId
    steps: Annotated[list[Step], Meta(min_length=1, max_length=STEPS_MAX)]


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a flow, and at which step."""

    step: str
    says: str


class Phase(StrEnum):
    """What a robot is doing at its step."""

    SAYING = "saying"
    WAITING = "waiting"
    HANDING = "handing"
    PERSON = "person"
    OVER = "over"
    RECORDED = "recorded"


class Outcome(msgspec.Struct, frozen=True):
    """What a call came to: a result of the list of calls, who was met, and what follows."""

    result: str
    party: str
    promise_days: int | None = None
    next_days: int | None = None


class Memory(msgspec.Struct, frozen=True):
    """Where a robot stands in its flow; `said` counts prompts, `walked` steps."""

    campaign_id: UUID
    code: str
    version: int
    language: str
    facts: dict[str, int]
    step: str = ""
    phase: Phase = Phase.SAYING
    tries: int = 0
    said: int = 0
    walked: int = 0
    is_confirmed: bool = False
    outcome: Outcome | None = None


class Act(StrEnum):
    """What the robot wants done next."""

    PLAY = "play"
    WAIT = "wait"
    HAND_OVER = "hand_over"
    HANG_UP = "hang_up"


class Doing(msgspec.Struct, frozen=True):
    """One act: a prompt by its step, or so many seconds."""

    act: Act
    step: str = ""
    seconds: int = 0


class CampaignWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which cases a robot is to call, by which flow, how many are held out, and how fast.

    Minutes are those of the client's own day; the law may leave less of it.
    """

    id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    flow_code: Code
    case_ids: Annotated[list[UUID], Meta(min_length=1, max_length=5_000)]
    held_out_permille: Annotated[int, Meta(ge=0, le=500)] = 100
    from_minute: Annotated[int, Meta(ge=0, le=1439)] = 540
    until_minute: Annotated[int, Meta(ge=1, le=1440)] = 1200
    at_once: Annotated[int, Meta(ge=1, le=100)] = 5
    a_minute: Annotated[int, Meta(ge=1, le=600)] = 20
    tries_max: Annotated[int, Meta(ge=1, le=10)] = 2
    paid_days: Annotated[int, Meta(ge=1, le=90)] = 14


class FlowView(msgspec.Struct, frozen=True):
    """A flow with its version, and since when it stands."""

    flow: Flow
    version: int
    published_at: datetime


class FlowList(msgspec.Struct, frozen=True):
    """The flows of a lender, each in its present version."""

    items: list[FlowView]


class Group(msgspec.Struct, frozen=True):
    """What became of the cases of one group within the days of the campaign; shares are for the reader to compare."""

    cases: int
    called: int
    contacts: int
    promises: int
    paying: int
    paid_minor: int


class CampaignView(msgspec.Struct, frozen=True):
    """A campaign, and how those that were called stand beside those that were held out."""

    id: UUID
    name: str
    flow_code: str
    flow_version: int
    state: str
    held_out_permille: int
    paid_days: int
    currency: str
    started_at: datetime
    ended_at: datetime | None
    waiting: int
    calling: int
    done: int
    left: int
    results: dict[str, int]
    called: Group
    held_out: Group


class CampaignList(msgspec.Struct, frozen=True):
    """Campaigns, the latest first."""

    items: list[CampaignView]
