"""What is a situation, and what is a verdict? The wire forms of the contact gate.

What is absent is false, empty or null: what nobody recorded did not happen. Without `history` or `person.zones` the
gate fails closed. What contradicts itself is refused (`checking.py`).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from backend.compliance.checking import check_debts, check_hours, check_now

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, Meta(tz=True)]
ClockTime = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", max_length=5)]
Weekday = Annotated[int, Meta(ge=1, le=7)]

HISTORY_MAX, LIST_MAX = 20_000, 1_000


class Channel(StrEnum):
    """By what a person is reached; `photo` is data entry, not a contact."""

    CALL = "call"
    ROBOT_CALL = "robot_call"
    VOICEMAIL = "voicemail"
    SMS = "sms"
    IM = "im"
    PUSH = "push"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"
    PHOTO = "photo"


class Role(StrEnum):
    """Who would be reached: who owes, who speaks for them, anybody else, and the people of a company."""

    OBLIGOR = "obligor"
    CO_BORROWER = "co_borrower"
    GUARANTOR = "guarantor"
    HEIR = "heir"
    SPOUSE = "spouse"
    PARENT_OF_MINOR = "parent_of_minor"
    GUARDIAN = "guardian"
    EXECUTOR = "executor"
    ATTORNEY = "attorney"
    AUTHORISED_PERSON = "authorised_person"
    RELATIVE = "relative"
    EMERGENCY_CONTACT = "emergency_contact"
    COLLEAGUE = "colleague"
    EMPLOYER = "employer"
    NEIGHBOUR = "neighbour"
    UNKNOWN = "unknown"
    REPRESENTATIVE = "representative"
    FINANCE_CONTACT = "finance_contact"
    ADMINISTRATOR = "administrator"


class PersonKind(StrEnum):
    """A person of flesh, or a company."""

    NATURAL = "natural"
    COMPANY = "company"


class CollectorKind(StrEnum):
    """Who acts."""

    LENDER = "lender"
    AGENCY = "agency"
    DEBT_BUYER = "debt_buyer"


class Place(StrEnum):
    """Where the person is reached; `central` is an agreed place of meeting."""

    HOME_DOOR = "home_door"
    HOME_INSIDE = "home_inside"
    WORKPLACE = "workplace"
    PRIVATE = "private"
    PUBLIC = "public"
    CENTRAL = "central"


class PhotoOf(StrEnum):
    """What a photo shows."""

    EXTERIOR = "exterior"
    DOCUMENT = "document"
    INTERIOR = "interior"
    PERSON = "person"
    COLLATERAL = "collateral"


class BasisKind(StrEnum):
    """Why an address may be used."""

    CONSUMER_USED = "consumer_used"
    CREDITOR_NOTICE = "creditor_notice"
    PRIOR_COLLECTOR = "prior_collector"
    CONSUMER_TEXT = "consumer_text"
    REASSIGNED_CHECK = "reassigned_check"


class Template(StrEnum):
    """What a text is for, where the law gives it a place of its own."""

    ANSWER = "answer"
    END_OF_EFFORTS = "end_of_efforts"
    REMEDY_MAY = "remedy_may"
    REMEDY_WILL = "remedy_will"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    TRANSFER_NOTICE = "transfer_notice"
    AGENT_DETAILS = "agent_details"


class Says(StrEnum):
    """What a script or template says; the text lint turns prose into these."""

    DEBT_INFO = "debt_info"
    AUTHORITY = "authority"
    POSES_AS_LENDER = "poses_as_lender"
    THREAT = "threat"
    FALSE_CLAIM = "false_claim"
    EXTRA_FEE = "extra_fee"
    OFFERS_CREDIT = "offers_credit"
    PUBLIC_POSTING = "public_posting"
    SUIT_THREAT = "suit_threat"
    MISSED_DELIVERY = "missed_delivery"
    PREMIUM_NUMBER = "premium_number"
    OCCUPIER_DEMAND = "occupier_demand"
    SEIZURE = "seizure"


class Lacks(StrEnum):
    """What a script or template should have and has not."""

    IDENTITY = "identity"
    OPT_OUT = "opt_out"
    AI_DISCLOSURE = "ai_disclosure"
    DEBT_COLLECTOR_NOTICE = "debt_collector_notice"
    LIMITED_CONTENT = "limited_content"
    GRIEVANCE_OFFICER = "grievance_officer"
    HUMAN_FALLBACK = "human_fallback"


class Product(StrEnum):
    """What kind of loan."""

    CONSUMER_LOAN = "consumer_loan"
    CREDIT_CARD = "credit_card"
    STUDENT_LOAN = "student_loan"
    MORTGAGE = "mortgage"
    MICROFINANCE = "microfinance"
    CAR_LOAN = "car_loan"
    CORPORATE_LOAN = "corporate_loan"


class LenderType(StrEnum):
    """What kind of lender made it."""

    BANK = "bank"
    NBFC = "nbfc"
    CONSUMER_FINANCE = "consumer_finance"
    SMALL_LOAN = "small_loan"


class EventKind(StrEnum):
    """How far a contact got. A fault of our own line is no event."""

    ATTEMPT = "attempt"
    CONNECT = "connect"
    CONVERSATION = "conversation"
    FAILED = "failed"
    MESSAGE = "message"
    VISIT = "visit"
    NO_SHOW = "no_show"


class Direction(StrEnum):
    """Who began: we (`out`) or the person (`in`)."""

    OUT = "out"
    IN = "in"


class StatusKind(StrEnum):
    """What stands against a contact."""

    FREEZE = "freeze"
    OPT_OUT = "opt_out"
    REFUSED = "refused"
    CEASE = "cease"
    ATTORNEY = "attorney"
    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    ORIGINAL_CREDITOR_REQUEST = "original_creditor_request"
    BEREAVEMENT = "bereavement"
    CRITICAL_ILLNESS = "critical_illness"
    MINOR = "minor"
    DISASTER = "disaster"
    OCCASION = "occasion"
    INCAPACITY = "incapacity"
    BREATHING_SPACE = "breathing_space"
    MENTAL_HEALTH_CRISIS = "mental_health_crisis"
    DEBT_ADVISER = "debt_adviser"
    INSOLVENCY = "insolvency"
    INSTALMENT_AGREEMENT = "instalment_agreement"
    NO_PLACE = "no_place"
    LOST = "lost"


class AgreementKind(StrEnum):
    """What the person agreed to; `preference` alone restricts, the others permit."""

    HOURS = "hours"
    PREFERENCE = "preference"
    CALL = "call"
    FREQUENCY = "frequency"
    ENTER = "enter"
    PHOTO = "photo"
    AUTODIAL = "autodial"
    VISIT = "visit"
    DIRECT_CONTACT = "direct_contact"
    PLACE = "place"


class Decision(StrEnum):
    """REVIEW: not now, not by this person alone; machines treat it as BLOCK."""

    ALLOW = "ALLOW"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why this number or address may be used, and since when."""

    kind: BasisKind
    at: Instant


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is about to be done."""

    channel: Channel
    to: Text | None = None
    place: Place | None = None
    debts: Annotated[list[Text], Meta(min_length=1, max_length=LIST_MAX)] | None = None
    planned_minutes: Annotated[int, Meta(ge=0, le=1_440)] = 0
    headcount: Annotated[int, Meta(ge=1, le=100)] = 1
    photo_of: PhotoOf | None = None
    basis: Annotated[list[Basis], Meta(max_length=LIST_MAX)] = []
    autodialled: bool = False
    notice_sent: bool = False


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who would be reached; a `role` of null is an unknown third person."""

    role: Role | None = Role.OBLIGOR
    id: Text | None = None
    kind: PersonKind = PersonKind.NATURAL
    zones: Annotated[list[str], Meta(max_length=50)] | None = None
    renounced: bool = False


class Collector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who acts, and what they can show."""

    kind: CollectorKind = CollectorKind.AGENCY
    id: Text | None = None
    recording: bool = False
    registered_caller_id: bool = False
    badge: bool = False
    authorisation: bool = False
    certified: bool = False
    listed: bool = False
    details_sent: bool = False


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What will be said: facts, not prose."""

    template: Template | None = None
    says: Annotated[list[Says], Meta(max_length=LIST_MAX)] = []
    lacks: Annotated[list[Lacks], Meta(max_length=LIST_MAX)] = []


class Debt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One debt; those of one `group` count as one."""

    id: Text
    group: Text | None = None
    product: Product = Product.CONSUMER_LOAN
    lender_type: LenderType = LenderType.BANK
    placed_with: Text | None = None
    family_debt: bool = False
    illegal: bool = False
    time_barred: bool = False
    transferred: bool = False
    notified: bool = False


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One earlier contact, the furthest it got; without `debts` it counts for each."""

    at: Instant
    kind: EventKind
    channel: Channel | None = None
    direction: Direction = Direction.OUT
    person: Text = "obligor"
    to: Text | None = None
    place: Place | None = None
    debts: Annotated[list[Text], Meta(max_length=LIST_MAX)] | None = None
    by: Text = "lender"


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """What stands against a contact, from `from` (absent: always) to `until` (excluded; absent: open)."""

    kind: StatusKind
    since: Instant | None = None
    until: Instant | None = None
    debts: Annotated[list[Text], Meta(max_length=LIST_MAX)] | None = None
    channel: Channel | None = None
    place: Place | None = None
    unresponsive: bool = False
    late: bool = False
    extended: bool = False
    breached: bool = False
    written: bool = False


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """What the person agreed to or asked for; times of day are on the person's clock."""

    kind: AgreementKind
    since: Instant | None = None
    until: Instant | None = None
    channels: Annotated[list[Channel], Meta(max_length=LIST_MAX)] | None = None
    debts: Annotated[list[Text], Meta(max_length=LIST_MAX)] | None = None
    start: ClockTime | None = None
    end: ClockTime | None = None
    days: Annotated[list[Weekday], Meta(min_length=1, max_length=7)] | None = None
    place: Place | None = None

    def __post_init__(self) -> None:
        check_hours(self.start, self.end, are_needed=self.kind in {AgreementKind.HOURS, AgreementKind.PREFERENCE})


class Situation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that the gate looks at: no clock, no calendar, no database beside it."""

    now: Instant
    action: Action
    id: str | None = None
    jurisdiction: str | None = None
    packs: Annotated[list[str], Meta(max_length=50)] | None = None
    snapshot_expires_at: Instant | UnsetType | None = UNSET
    holidays: Annotated[list[date], Meta(max_length=LIST_MAX)] = []
    person: Person = Person()
    collector: Collector = Collector()
    content: Content | None = Content()
    debts: Annotated[list[Debt], Meta(min_length=1, max_length=LIST_MAX)] = msgspec.field(
        default_factory=lambda: [Debt(id="debt")]
    )
    history: Annotated[list[Event], Meta(max_length=HISTORY_MAX)] | None = None
    status: Annotated[list[Status], Meta(max_length=LIST_MAX)] = []
    agreements: Annotated[list[Agreement], Meta(max_length=LIST_MAX)] = []

    def __post_init__(self) -> None:
        check_now(self.now)
        check_debts([debt.id for debt in self.debts], self.action.debts)


class PackUsed(msgspec.Struct, frozen=True):
    """Which law was consulted: name, version and SHA-256 of its file in canonical form (hex)."""

    id: str
    version: str
    sha256: str


class Verdict(msgspec.Struct, frozen=True):
    """What the gate says; every list is sorted and has no doubles.

    `earliest_allowed_at`, only with BLOCK: ISO 8601, to the minute, with the offset of the person's first zone.
    """

    id: str | None
    decision: Decision
    rule_ids: list[str]
    conditions: list[str]
    earliest_allowed_at: str | None
    packs: list[PackUsed]
