"""What does a pack of law look like?

A pack is data: `law/CN.json` is read like a table of the statute. A rule trips when its `breaks` holds; `when` says
whom and what it binds, `unless` what lifts it (then the rule is listed and does not act), `otherwise` which condition
it sets while it does not trip. A place is added by writing such a file; no code knows a rule's id.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from backend.compliance.schemas import (
    AgreementKind,
    BasisKind,
    Channel,
    ClockTime,
    CollectorKind,
    Direction,
    EventKind,
    LenderType,
    PersonKind,
    PhotoOf,
    Place,
    Product,
    Role,
    StatusKind,
    Template,
    Text,
    Weekday,
)

ANYTHING = "*"
"""In `says` and `lacks`: whatever it is."""
Days = Annotated[int, Meta(ge=1, le=400)]
Count = Annotated[int, Meta(ge=1, le=1_000)]

VOICE = frozenset({Channel.CALL, Channel.ROBOT_CALL, Channel.VOICEMAIL})
ELECTRONIC = frozenset({Channel.SMS, Channel.IM, Channel.PUSH, Channel.EMAIL})
CHANNEL_GROUPS: dict[str, frozenset[Channel]] = {
    "voice": VOICE,
    "electronic": ELECTRONIC,
    "written": ELECTRONIC | {Channel.LETTER},
}
CONTACTS = frozenset(Channel) - {Channel.PHOTO}

OWING = frozenset({Role.OBLIGOR, Role.CO_BORROWER, Role.GUARANTOR, Role.HEIR})
SPEAKING = frozenset({Role.ATTORNEY, Role.AUTHORISED_PERSON})
CONSUMER = OWING | {Role.SPOUSE, Role.PARENT_OF_MINOR, Role.GUARDIAN, Role.EXECUTOR}
ROLE_GROUPS: dict[str, frozenset[Role]] = {
    "owing": OWING,
    "speaking": SPEAKING,
    "consumer": CONSUMER,
    "third": frozenset(Role) - OWING - SPEAKING,
}


class Kind(StrEnum):
    """The fourteen kinds of rule; `retention` binds the archive, not the contact."""

    WINDOW = "window"
    COUNT_WINDOW = "count_window"
    COOLDOWN = "cooldown"
    MIN_GAP = "min_gap"
    PLACE = "place"
    PARTY = "party"
    HEADCOUNT = "headcount"
    DISCLOSURE = "disclosure"
    CONSENT = "consent"
    STATUS_STOP = "status_stop"
    CONTENT = "content"
    RECORDING = "recording"
    RETENTION = "retention"
    LICENCE = "licence"


class Severity(StrEnum):
    """What a rule does when it trips; `note` is listed and stops nothing."""

    BLOCK = "block"
    REVIEW = "review"
    NOTE = "note"


class Per(StrEnum):
    """What is counted apart: calls to one number or address, contacts about one account."""

    TO = "to"
    DEBT_GROUP = "debt_group"


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Open from `start` to `end` (excluded) on the person's wall clock, on these weekdays (absent: all)."""

    start: ClockTime
    end: ClockTime
    days: Annotated[list[Weekday], Meta(min_length=1, max_length=7)] | None = None


class Outside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Holds outside the hours (`of_person`: outside what the person asked for), judged in each zone.

    `zones`: one zone outside is enough (`any`), all must be (`every`), or some are and some are not (`some`).
    `agreed`: hours that the person agreed to count as inside. `holidays`: a statutory rest day has no hours.
    """

    hours: Annotated[list[Hours], Meta(max_length=50)] = []
    of_person: bool = False
    agreed: bool = False
    holidays: bool = False
    zones: Annotated[str, Meta(pattern="^(any|every|some)$")] = "any"


class Happened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Holds when so many contacts happened: in the last local days (today is one), minutes, or ever.

    `per`: with the same `to`, or about the same `debt_group`. `unlisted`: kinds that count only to say that leaving
    them out was needed. `consent`: an agreement under which dials are not counted; `lifted_by`: one that lifts the
    whole while it lives. Both name a kind of agreement that lives on its date and `consent_days` more.
    """

    at_least: Count
    kinds: Annotated[list[EventKind], Meta(min_length=1)]
    unlisted: list[EventKind] = []
    channels: list[str] | None = None
    direction: Direction | None = Direction.OUT
    days: Days | None = None
    minutes: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    per: list[Per] = []
    places: list[Place] | None = None
    places_not: list[Place] | None = None
    consent: AgreementKind | None = None
    lifted_by: AgreementKind | None = None
    consent_days: Days = 6


class LastOnes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Holds when there are so many last contacts and all are of these kinds; in either direction."""

    count: Count
    kinds: Annotated[list[EventKind], Meta(min_length=1)]
    of_obligor: bool = False
    channels: list[str] | None = None
    places: list[Place] | None = None


class Stands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Holds while a status of these kinds stands that touches the debts of the action.

    `covers`: it must cover the channel or the place of the action. `days`: ends with the n-th local day after its
    date at the latest (`days_extended` when it is extended, `days_spoken` when it is not in writing); `days_open`
    the same for one without an end. `days_after_end`: it works on so long; without an end it stays open.
    `products`: it touches a debt of these. `permits`: it is used to allow, so it begins on a whole minute and ends
    to the second. `but_confirm_minutes`: for so long one confirmation by text message may go out.
    """

    kinds: Annotated[list[StatusKind], Meta(min_length=1)]
    covers: Annotated[str, Meta(pattern="^(channel|place)$")] | None = None
    places: list[Place] | None = None
    products: list[Product] | None = None
    unresponsive: bool | None = None
    late: bool | None = None
    breached: bool | None = None
    days: Days | None = None
    days_extended: Days | None = None
    days_spoken: Days | None = None
    days_open: Days | None = None
    days_after_end: Days | None = None
    permits: bool = False
    but_confirm_minutes: Annotated[int, Meta(ge=1, le=1_440)] | None = None


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Holds while an agreement of this kind covers the channel and every debt (`at_place`: and names the place)."""

    kind: AgreementKind
    at_place: bool = False


class Based(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Holds while the address has one of these bases, at most so many local days old."""

    kinds: Annotated[list[BasisKind], Meta(min_length=1)]
    days: Days | None = None


class DebtIs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Holds of one debt when each of these that is given does."""

    products: list[Product] | None = None
    lender_types: list[LenderType] | None = None
    family_debt: bool | None = None
    illegal: bool | None = None
    time_barred: bool | None = None
    transferred: bool | None = None
    notified: bool | None = None
    placed_elsewhere: bool | None = None


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"none_of": "not"}):
    """Holds when each of its fields that is given does; the empty one always holds.

    Lists are alternatives. Channels and roles may be named by group: `voice`, `electronic`, `written`; `owing`,
    `speaking` (for the obligor), `consumer`, `third`. `says`, `lacks`: any of them (`*`: anything at all).
    `missing`: any of these the collector cannot show. `any`: one of them holds; `not`: none of them does.
    """

    channels: list[str] | None = None
    roles: list[str] | None = None
    collectors: list[CollectorKind] | None = None
    places: list[Place] | None = None
    photos: list[PhotoOf] | None = None
    templates: list[Template] | None = None
    says: list[str] | None = None
    lacks: list[str] | None = None
    missing: list[str] | None = None
    headcount_below: Count | None = None
    autodialled: bool | None = None
    notice_sent: bool | None = None
    renounced: bool | None = None
    debts_any: DebtIs | None = None
    debts_all: DebtIs | None = None
    outside: Outside | None = None
    happened: Happened | None = None
    last_ones: LastOnes | None = None
    stands: Stands | None = None
    agreed: Agreed | None = None
    based: Based | None = None
    any: "list[Condition] | None" = None
    none_of: "list[Condition] | None" = None


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"otherwise": "else"}):
    """One line of the law. Several rules may share an id: they are one article with several sentences.

    Without `when.channels` it binds every contact (a window all but letters), never a photo. `excuse`: the id that is
    listed in place of its own when something lifts it.
    """

    id: Annotated[str, Meta(pattern="^[A-Z0-9]+(-[A-Z0-9]+)+$", max_length=40)]
    kind: Kind
    breaks: Condition = Condition()
    severity: Severity = Severity.BLOCK
    when: Condition = Condition()
    unless: Condition | None = None
    otherwise: Annotated[str, Meta(pattern="^[a-z]+(_[a-z]+)*$", max_length=40)] | None = None
    excuse: str | None = None


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule id means to people: the words, where they come from, how sure that is.

    `confidence`: P primary text read, S secondary page read, K from knowledge and unchecked, H house decision.
    """

    en: Text
    zh: Text
    source: Text
    confidence: Annotated[str, Meta(pattern="^[PSKH]$")]


class AppliesWhen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which situations a pack is chosen for; an absent list does not narrow."""

    jurisdictions: list[str] | None = None
    person_kinds: list[PersonKind] | None = None
    debts_any: DebtIs | None = None


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "effective_from"}):
    """One edition of the law of one place; in force from `effective_from` to `effective_to` (excluded)."""

    pack_id: Annotated[str, Meta(pattern="^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=40)]
    version: Text
    since: date
    status: Annotated[str, Meta(pattern="^(in_force|draft)$")]
    modelled_on: Text
    applies_when: AppliesWhen
    articles: dict[str, Article]
    rules: Annotated[list[Rule], Meta(max_length=500)]
    effective_to: date | None = None
    binds: list[PersonKind] | None = None
    retention_days: dict[str, int] = {}
