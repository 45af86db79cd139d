"""Which situation is a contact with somebody around a case? What is on file, put into the form that the gate judges.

Many contacts cost three statements. What nobody recorded is not made up: a zone that is not known stays unknown, and
the gate then blocks. Of a year without a notice no day is a holiday; who brings calendars in is told (`calendars.py`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.law_of_time import NO_LAW, KnownByLaw, law_of
from backend.compliance.schemas import (
    Action,
    Agreement,
    Channel,
    Collector,
    CollectorKind,
    Content,
    Debt,
    Person,
    PersonKind,
    Place,
    Product,
    Role,
    Situation,
    Status,
    StatusKind,
)
from backend.compliance.situation_queries import OBLIGOR, AccountRow, AgreementRow, Known, StopRow, Wanted, known_of

DOORS = frozenset({Channel.VISIT, Channel.LETTER})
"""What reaches an address; everything else reaches a contact point."""
ASKED_MAX = 5_000
AS_ORDERED = Collector(
    kind=CollectorKind.LENDER, recording=True, registered_caller_id=True, badge=True, authorisation=True,
    certified=True, listed=True, details_sent=True,
)  # fmt: skip
"""A collector who does as the house orders: what a preview assumes, and what no record of a phone can tell yet."""
HEADCOUNT_AS_ORDERED = 2

# A number says where its owner may be only where a country has one clock.
_ZONES_OF_NUMBERS = {"+86": "Asia/Shanghai", "+91": "Asia/Kolkata", "+44": "Europe/London"}
_ZONES_OF_PLACES = {
    "CN": "Asia/Shanghai Asia/Urumqi Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Kashgar PRC",
    "IN": "Asia/Kolkata Asia/Calcutta",
    "UK": "Europe/London Europe/Belfast GB",
    "US": "America/New_York America/Chicago America/Denver America/Los_Angeles America/Phoenix America/Detroit"
    " America/Anchorage America/Boise Pacific/Honolulu",
    "EU": "Europe/Amsterdam Europe/Athens Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Bucharest"
    " Europe/Budapest Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Lisbon Europe/Ljubljana Europe/Luxembourg"
    " Europe/Madrid Europe/Malta Europe/Paris Europe/Prague Europe/Riga Europe/Rome Europe/Sofia Europe/Stockholm"
    " Europe/Tallinn Europe/Vienna Europe/Vilnius Europe/Warsaw Europe/Zagreb Asia/Nicosia",
}
_PLACE_OF_ZONE = {zone: place for place, zones in _ZONES_OF_PLACES.items() for zone in zones.split()}
HOLIDAYS_BEFORE, HOLIDAYS_AFTER = timedelta(days=2), timedelta(days=402)
"""Of which days a situation says whether they are worked: as far as the gate looks ahead, on any clock."""
_SIGNED = {"co_borrower": Role.CO_BORROWER, "guarantor": Role.GUARANTOR}
_ROLE_OF_RELATION = {
    word: role
    for role, words in {
        Role.SPOUSE: "spouse 配偶",
        Role.RELATIVE: "parent child sibling relative 父母 父亲 母亲 子女 兄弟姐妹 亲属",
        Role.COLLEAGUE: "colleague 同事",
        Role.EMPLOYER: "employer 单位",
        Role.NEIGHBOUR: "neighbour 邻居",
        Role.EMERGENCY_CONTACT: "emergency_contact 紧急联系人",
        Role.REPRESENTATIVE: "legal_representative 法定代表人",
    }.items()
    for word in words.split()
}
_PRODUCT_WORDS = (
    (Product.CREDIT_CARD, ("card", "信用卡")),
    (Product.MORTGAGE, ("mortgage", "property", "房")),
    (Product.CAR_LOAN, ("vehicle", "car loan", "auto", "车")),
    (Product.STUDENT_LOAN, ("student", "助学")),
    (Product.MICROFINANCE, ("microfinance",)),
)
_PAID = frozenset({"closed", "settled", "paid", "paid_off"})


class Asked(msgspec.Struct, frozen=True):
    """A contact that somebody is about to make: how, with whom (a contact point or an address), and when.

    With `own_id` it has happened: it is judged as of `at`, without itself and what it raised.
    """

    case_id: UUID
    channel: Channel
    to_id: UUID | None
    at: datetime
    collector: Collector = AS_ORDERED
    content: Content | None = Content()
    headcount: int = HEADCOUNT_AS_ORDERED
    place: Place | None = None
    planned_minutes: int = 0
    own_id: UUID | None = None


async def situations_of(raw: asyncpg.Connection, tenant_id: UUID, asked: Sequence[Asked]) -> list[Situation | None]:
    """Return the situation of each contact, in three statements; None where the case or the number is not seen.

    Raises ValueError for more than 5,000 at once.
    """
    if len(asked) > ASKED_MAX:
        raise ValueError("that many contacts are asked for in several steps")
    wanted = [
        Wanted(
            case_id=one.case_id,
            to_id=one.to_id,
            is_door=one.channel in DOORS,
            as_of=None if one.own_id is None else one.at,
            own_id=one.own_id,
        )
        for one in asked
    ]
    known = await known_of(raw, tenant_id, wanted) if wanted else []
    law = await law_of(raw, tenant_id, [one.case_id for one in asked], [one.at for one in asked]) if wanted else NO_LAW
    return [None if had is None else situation(one, had, law) for one, had in zip(asked, known, strict=True)]


def place_of_zone(zone: str) -> str | None:
    """Return the jurisdiction in which a clock hangs, None for one that no pack of ours is for."""
    return _PLACE_OF_ZONE.get(zone)


def zones_of_place(place: str) -> list[str]:
    """Return the clocks of a jurisdiction."""
    return _ZONES_OF_PLACES[place].split()


def situation(asked: Asked, known: Known, law: KnownByLaw) -> Situation:
    """Put together what is asked and what is on file."""
    person = _person(known)
    places = {_PLACE_OF_ZONE.get(zone) for zone in person.zones or ()}
    barred = law.barred_on(asked.at.date())
    owed = [one for one in known.debts if one.status not in _PAID] or known.debts
    debts = [_debt(one, is_barred=one.id in barred) for one in owed]
    days = asked.at.date()
    return Situation(
        now=asked.at,
        jurisdiction=next(iter(places)) if len(places) == 1 else None,
        holidays=law.rest_days(places, days - HOLIDAYS_BEFORE, days + HOLIDAYS_AFTER),
        action=Action(
            channel=asked.channel,
            to=None if asked.to_id is None else str(asked.to_id),
            place=asked.place or (None if known.place is None else Place(known.place)),
            headcount=asked.headcount,
            planned_minutes=asked.planned_minutes,
        ),
        person=person,
        collector=asked.collector,
        content=asked.content,
        debts=debts or [Debt(id=str(asked.case_id))],
        history=known.history,
        status=_status(asked, known, person),
        agreements=[_agreement(one) for one in known.agreements],
    )


def _person(known: Known) -> Person:
    number = [zone for prefix, zone in _ZONES_OF_NUMBERS.items() if (known.number or "").startswith(prefix)]
    is_company = known.obligor_kind == "company"
    if known.party is None:
        # A company answers by somebody whom it put there; it has no ear of its own.
        role = Role.REPRESENTATIVE if is_company else Role.OBLIGOR
        kind = PersonKind.COMPANY if is_company else PersonKind.NATURAL
        zones = sorted({zone for zone in (known.zone, *number) if zone})
        return Person(role=role, id=OBLIGOR, kind=kind, zones=zones or None)
    role = _SIGNED.get(known.role or "") or _ROLE_OF_RELATION.get(known.relation or "") or Role.UNKNOWN
    if role is Role.REPRESENTATIVE and not is_company:
        role = Role.UNKNOWN
    kind = PersonKind.COMPANY if role is Role.REPRESENTATIVE else PersonKind.NATURAL
    # Where somebody beside the obligor lives nobody has asked: the number may say, else it is not known.
    return Person(role=role, id=known.party, kind=kind, zones=number or None)


def _debt(account: AccountRow, *, is_barred: bool) -> Debt:
    if account.kind == "corporate":
        return Debt(id=account.id, product=Product.CORPORATE_LOAN, time_barred=is_barred)
    name = account.product.lower()
    named = (product for product, words in _PRODUCT_WORDS if any(word in name for word in words))
    return Debt(id=account.id, product=next(named, Product.CONSUMER_LOAN), time_barred=is_barred)


def _status(asked: Asked, known: Known, person: Person) -> list[Status]:
    """Return what stands: rows of the database, and what the book says of the number and its owner."""
    status = [_stop(one) for one in known.stops]
    if known.is_withdrawn and person.role not in _SIGNED.values():
        status.append(Status(kind=StatusKind.REFUSED))
    if known.is_party_shut or known.is_withdrawn:
        status.append(Status(kind=StatusKind.OPT_OUT))
    if known.is_point_shut:
        status.append(Status(kind=StatusKind.OPT_OUT, channel=asked.channel))
    if known.is_lost:
        status.append(Status(kind=StatusKind.LOST))
    return status


def _stop(row: StopRow) -> Status:
    return Status(
        kind=StatusKind(row.kind),
        since=row.since,
        until=row.until,
        debts=row.debts,
        channel=None if row.channel is None else Channel(row.channel),
        place=None if row.place is None else Place(row.place),
        unresponsive="unresponsive" in row.flags,
        late="late" in row.flags,
        extended="extended" in row.flags,
        breached="breached" in row.flags,
        written="written" in row.flags,
    )


def _agreement(row: AgreementRow) -> Agreement:
    # The times and days were checked when they were written; decoding keeps the checks of the wire.
    return msgspec.convert(
        {
            "kind": row.kind,
            "from": row.since,
            "until": row.until,
            "channels": row.channels,
            "debts": row.debts,
            "start": row.start,
            "end": row.end,
            "days": row.days,
            "place": row.place,
        },
        Agreement,
    )
