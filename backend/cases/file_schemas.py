"""What does a whole case look like on the wire, on a phone and at a desk?"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.cases.schemas import FactValue
from backend.kernel.geo import Point

HISTORY_MAX = 20
"""How many lines of the time line a phone keeps of each case."""

DESK_HISTORY_MAX = 200


class PhoneParty(msgspec.Struct, frozen=True):
    """Somebody beside the obligor."""

    id: UUID
    role: str
    relation: str
    name: str
    may_contact: bool
    consent: str


class PhoneContact(msgspec.Struct, frozen=True):
    """A number; the screen masks it until somebody gives a reason (contact.reveal)."""

    id: UUID
    party_id: UUID | None
    kind: str
    value: str
    status: str
    may_contact: bool


class PhoneAddress(msgspec.Struct, frozen=True):
    """A place at which somebody may be met."""

    id: UUID
    party_id: UUID | None
    kind: str
    line: str
    place: Point | None
    status: str


class PhoneAccount(msgspec.Struct, frozen=True):
    """One loan and what it owes as of a day; the parts add up to what is owed."""

    id: UUID
    ref: str
    kind: str
    product: str
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    overdue_minor: int
    days_past_due: int
    as_of: date | None


class PhonePromise(msgspec.Struct, frozen=True):
    """A promise as it stands."""

    id: UUID
    amount_minor: int
    due_on: date
    state: str
    made_at: datetime


class PhoneHistory(msgspec.Struct, frozen=True):
    """One line of the time line: a visit, call, payment or promise."""

    id: UUID
    kind: Literal["visit", "call", "payment", "promise"]
    at: datetime
    result: str | None
    amount_minor: int | None
    note: str
    by: str
    is_withdrawn: bool


class PhoneCase(msgspec.Struct, frozen=True):
    """Everything a collector needs at the door, offline. `search` is name, pinyin and number in lower case."""

    id: UUID
    number: str
    kind: str
    state: str
    name: str
    is_company: bool
    search: str
    language: str
    zone: str
    currency: str
    overdue_minor: int
    balance_minor: int
    days_past_due: int
    bucket: str
    grade: str | None
    score: float
    reasons: list[str]
    attempts: int
    last_attempt_at: datetime | None
    door_address_id: UUID | None
    accounts: list[PhoneAccount]
    parties: list[PhoneParty]
    contacts: list[PhoneContact]
    addresses: list[PhoneAddress]
    promises: list[PhonePromise]
    history: list[PhoneHistory]
    facts: dict[str, FactValue]


class HolderView(msgspec.Struct, frozen=True):
    """Who had the case from when until when; the present holder has no end."""

    user_id: UUID
    user_name: str
    assigned_at: datetime
    released_at: datetime | None
    reason: str
    release_reason: str | None


class CaseFile(msgspec.Struct, frozen=True):
    """A case as the desk shows it: `whole` is what a phone has, with a longer time line and masked numbers.

    `leased_to` names who has it open at a desk just now; `holders` begins with the latest.
    """

    whole: PhoneCase
    team_id: UUID | None
    desk_team_id: UUID | None
    assignee_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    last_result: str | None
    holders: list[HolderView]
    leased_to: str | None
