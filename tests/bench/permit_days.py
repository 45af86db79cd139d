"""What do permits do in a month of phones that are cut off? The same wishes, judged with and without permits.

Phones, desk, robot and agency want contacts with the same people. A phone without network has what it leased (or, with
no permits, what it knew at its last sync); what it does is known when it has network again. Each contact that happens
is judged at once by the whole truth. Everything is drawn from the seed before it begins.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from backend.compliance.choosing import shipped_packs
from backend.compliance.permit_schemas import (
    Ask,
    DayCase,
    Holder,
    HolderKind,
    Permit,
    PermitSettings,
    Standing,
)
from backend.compliance.permits import all_drawn, day_asks, drawn, is_out, lease_end, standing_of
from backend.compliance.rules import evaluate
from backend.compliance.schemas import (
    Action,
    Agreement,
    AgreementKind,
    Channel,
    Collector,
    Debt,
    Decision,
    Direction,
    Event,
    EventKind,
    Person,
    Situation,
    Status,
    StatusKind,
)

FIRST_DAY = datetime(2026, 11, 2, tzinfo=UTC)
PLACES = (("CN", "Asia/Shanghai"), ("US", "America/Chicago"))
VOICE_ENDS = {
    EventKind.ATTEMPT: 55,
    EventKind.CONNECT: 12,
    EventKind.CONVERSATION: 28,
    EventKind.FAILED: 5,
}
RECORDED_AFTER = timedelta(minutes=3)
"""So long does a call take before the server knows how it ended."""
DESKS = (
    (HolderKind.DESK, Channel.CALL, 3),
    (HolderKind.ROBOT, Channel.ROBOT_CALL, 2),
    (HolderKind.AGENCY, Channel.CALL, 2),
)


class Size(msgspec.Struct, frozen=True):
    """How large the month is; `calls_a_day` are those of desk, robot and agency together."""

    seed: int = 4
    phones: int = 50
    clients: int = 3_000
    days: int = 30
    cases_a_day: int = 5
    calls_a_day: int = 400


class Wish(NamedTuple):
    """Somebody is about to reach a client; `phone` is None at a desk."""

    at: datetime
    kind: HolderKind
    phone: int | None
    client: int
    channel: Channel
    to: str
    ends: EventKind


class Month(NamedTuple):
    """All that happens by itself: wishes, what clients do, where phones have no network, and whom they see on a day."""

    wishes: list[Wish]
    frozen: dict[int, datetime]
    called: dict[int, datetime]
    dark: list[list[tuple[datetime, datetime]]]
    cases: dict[tuple[int, int], list[int]]


class Told(msgspec.Struct):
    """What came of a month."""

    made: int = 0
    standing: Counter[Standing] = msgspec.field(default_factory=Counter)
    lawful_refused: Counter[HolderKind] = msgspec.field(default_factory=Counter)
    lawful_wished: Counter[HolderKind] = msgspec.field(default_factory=Counter)

    def share_refused(self, kind: HolderKind | None = None) -> float:
        """Return which share of the lawful wishes was refused, of one kind of holder or of all."""
        kinds = list(HolderKind) if kind is None else [kind]
        wished = sum(self.lawful_wished[one] for one in kinds)
        return sum(self.lawful_refused[one] for one in kinds) / max(wished, 1)


def month_of(size: Size) -> Month:
    """Draw a month from its seed."""
    rng = Random(size.seed)  # noqa: S311 - a simulation
    cases = {
        (phone, day): rng.sample(range(phone, size.clients, size.phones), size.cases_a_day)
        for phone in range(size.phones)
        for day in range(size.days)
    }
    wishes = [wish for (phone, day), ids in cases.items() for one in ids for wish in _visited(rng, phone, day, one)]
    for day in range(size.days):
        today = [one for phone in range(size.phones) for one in cases[phone, day]]
        for _ in range(size.calls_a_day):
            kind, channel, _ = rng.choices(DESKS, [weight for _, _, weight in DESKS])[0]
            client = rng.choice(today) if rng.random() < 0.5 else rng.randrange(size.clients)
            wishes.append(_wish(rng, kind, None, day, (client, channel)))
    whole = size.days * 24 * 60
    some = max(size.clients // 25, 1)
    frozen = {one: _moment(rng, whole) for one in rng.sample(range(size.clients), some)}
    called = {one: _moment(rng, whole) for one in rng.sample(range(size.clients), some)}
    return Month(sorted(wishes), frozen, called, [_dark(rng, size) for _ in range(size.phones)], cases)


def _moment(rng: Random, minutes: int) -> datetime:
    return FIRST_DAY + timedelta(minutes=rng.randrange(minutes))


def share_dark(size: Size, month: Month) -> float:
    """Return during which share of the month a phone has no network."""
    end = FIRST_DAY + timedelta(days=size.days)
    whole = (end - FIRST_DAY) * size.phones
    return sum((min(off, end) - min(on, end) for one in month.dark for on, off in one), timedelta()) / whole


def _visited(rng: Random, phone: int, day: int, client: int) -> Iterator[Wish]:
    for channel in (Channel.CALL, Channel.CALL, Channel.VISIT):
        yield _wish(rng, HolderKind.PHONE, phone, day, (client, channel))


def _wish(rng: Random, kind: HolderKind, phone: int | None, day: int, whom: tuple[int, Channel]) -> Wish:
    client, channel = whom
    ends = rng.choices(list(VOICE_ENDS), list(VOICE_ENDS.values()))[0]
    if channel is Channel.VISIT:
        ends = EventKind.VISIT
    at = _local(client, day, 7 * 60 + 30) + timedelta(seconds=rng.randrange(15 * 3600))
    return Wish(at, kind, phone, client, channel, "b" if rng.random() < 0.2 else "a", ends)


def _local(client: int, day: int, minute: int) -> datetime:
    """Return a minute of the client's local day; clients and the phones that have them share a clock."""
    zone = ZoneInfo(PLACES[client % 2][1])
    on = FIRST_DAY + timedelta(days=day)
    return datetime(on.year, on.month, on.day, minute // 60, minute % 60, tzinfo=zone).astimezone(UTC)


def _dark(rng: Random, size: Size) -> list[tuple[datetime, datetime]]:
    """Return when one phone has no network: from five minutes to three days, the short ones far more often."""
    stretches: list[tuple[datetime, datetime]] = []
    at, end = FIRST_DAY, FIRST_DAY + timedelta(days=size.days)
    while at < end:
        at += timedelta(minutes=rng.expovariate(1 / 300))
        off = timedelta(minutes=5 * 864 ** (rng.random() ** 2))
        stretches.append((at, at + off))
        at += off
    return stretches


class Run:
    """One run of a month: with permits, or with each phone judging by what it knows."""

    def __init__(self, size: Size, month: Month, *, has_permits: bool) -> None:
        self.size, self.month, self.has_permits = size, month, has_permits
        self.packs, self.settings, self.told = shipped_packs(), PermitSettings(), Told()
        self.true: dict[int, list[Event]] = defaultdict(list)
        self.server: dict[int, list[tuple[datetime, Event]]] = defaultdict(list)
        self.out: dict[int, list[Permit]] = defaultdict(list)
        self.leases: dict[int, list[Permit]] = defaultdict(list)
        self.unsent: dict[int, list[tuple[int, Event, Permit | None]]] = defaultdict(list)
        self.heard = [FIRST_DAY] * size.phones
        self.leased: set[tuple[int, int]] = set()
        self.ids = 0
        self.queue: list[tuple[datetime, int, Callable[[], None]]] = []

    def whole(self) -> Told:
        """Let the month pass and return what came of it."""
        for wish in self.month.wishes:
            self._later(wish.at, partial(self._meet, wish))
        for client, at in self.month.called.items():
            self._later(at, partial(self._called, client, at))
        for phone, stretches in enumerate(self.month.dark):
            primes = [_local(phone, day, 7 * 60) for day in range(self.size.days)]
            evenings = [_local(phone, day, 21 * 60) for day in range(self.size.days)]
            for at in [*(end for _, end in stretches), *primes, *evenings]:
                self._later(at, partial(self._sync, phone, at))
        while self.queue:
            heapq.heappop(self.queue)[2]()
        return self.told

    def _later(self, at: datetime, act: Callable[[], None]) -> None:
        self.ids += 1
        heapq.heappush(self.queue, (at, self.ids, act))

    def _new_id(self) -> UUID:
        self.ids += 1
        return UUID(int=self.ids)

    def _has_network(self, phone: int, at: datetime) -> bool:
        return not any(start <= at < end for start, end in self.month.dark[phone])

    def _called(self, client: int, at: datetime) -> None:
        event = Event(at=at, kind=EventKind.CONVERSATION, channel=Channel.CALL, direction=Direction.IN)
        self.true[client].append(event)
        self.server[client].append((at, event))

    def _status(self, client: int, known_at: datetime) -> list[Status]:
        at = self.month.frozen.get(client)
        return [] if at is None or at > known_at else [Status(kind=StatusKind.FREEZE, since=at)]

    def _known(self, client: int, known_at: datetime, phone: int | None) -> list[Event]:
        own = [] if phone is None else [event for one, event, _ in self.unsent[phone] if one == client]
        return [event for at, event in self.server[client] if at <= known_at] + own

    def _meet(self, wish: Wish) -> None:
        """Let a wish come true or not, and judge it by the whole truth."""
        truth = situation_of(wish.client, wish.at, (wish.channel, wish.to))
        truth = replace(truth, history=list(self.true[wish.client]), status=self._status(wish.client, wish.at))
        is_lawful = evaluate(truth, self.packs).decision is Decision.ALLOW
        self.told.lawful_wished[wish.kind] += is_lawful
        is_dark = wish.phone is not None and not self._has_network(wish.phone, wish.at)
        permit = self._allowed(wish, truth, is_dark=is_dark)
        if permit is None:
            self.told.lawful_refused[wish.kind] += is_lawful
            return
        self.told.made += 1
        known = self._status(wish.client, permit.drawn_at)
        self.told.standing[standing_of(truth, permit, (known, truth.agreements), self.packs)] += 1
        event = Event(at=wish.at, kind=wish.ends, channel=wish.channel, to=wish.to)
        self.true[wish.client].append(event)
        if wish.phone is not None and is_dark:
            self.unsent[wish.phone].append((wish.client, event, permit))
        else:
            recorded = wish.at + RECORDED_AFTER
            self._later(recorded, partial(self._record, wish.client, event, permit, recorded))

    def _allowed(self, wish: Wish, truth: Situation, *, is_dark: bool) -> Permit | None:
        """Return under what the contact is made; without permits it is made up of what its maker knows."""
        known_at = self.heard[wish.phone] if is_dark and wish.phone is not None else wish.at
        seen = replace(
            truth,
            history=self._known(wish.client, known_at, wish.phone),
            status=self._status(wish.client, known_at),
        )
        ask = Ask(
            id=self._new_id(),
            budget=UUID(int=wish.client),
            situation=seen,
            until=wish.at + timedelta(minutes=self.settings.dial_minutes),
        )
        if not self.has_permits:
            blind = drawn(ask, holder_of(wish), [], self.packs)
            return replace(blind, drawn_at=known_at) if isinstance(blind, Permit) and blind.since == wish.at else None
        lease = None if wish.phone is None else self._lease(wish)
        if lease is not None:
            if evaluate(seen, self.packs).decision is not Decision.ALLOW:
                return None
            self.leases[int(lease.holder.id)].remove(lease)
            return lease if is_dark else replace(lease, drawn_at=wish.at)
        if is_dark:
            return None
        permit = drawn(ask, holder_of(wish), self._outstanding(wish.client, wish.at), self.packs)
        if not isinstance(permit, Permit) or permit.since > wish.at:
            return None
        self.out[wish.client].append(permit)
        return permit

    def _lease(self, wish: Wish) -> Permit | None:
        held = self.leases[wish.phone] if wish.phone is not None else []
        return next(
            (
                one
                for one in held
                if one.budget.int == wish.client
                and one.asked.action.channel is wish.channel
                and one.since <= wish.at < one.until
            ),
            None,
        )

    def _outstanding(self, client: int, now: datetime) -> list[Permit]:
        self.out[client] = [one for one in self.out[client] if is_out(one, now, self._heard_of(one), self.settings)]
        return self.out[client]

    def _heard_of(self, permit: Permit) -> datetime | None:
        """Return when the holder last told all; only phones are ever silent."""
        return self.heard[int(permit.holder.id)] if permit.holder.kind is HolderKind.PHONE else None

    def _record(self, client: int, event: Event, permit: Permit | None, at: datetime) -> None:
        self.server[client].append((at, event))
        if permit is not None:
            self.out[client] = [one for one in self.out[client] if one.id != permit.id]

    def _sync(self, phone: int, at: datetime) -> None:
        """Send all, hear all; lease for the day in its hours, and give back what is left in the evening."""
        if not self._has_network(phone, at):
            return
        for client, event, permit in self.unsent.pop(phone, []):
            self._record(client, event, permit, at)
        self.heard[phone] = at
        self.leases[phone] = [one for one in self.leases[phone] if at < one.until]
        local = at.astimezone(ZoneInfo(PLACES[phone % 2][1]))
        day = (local.date() - FIRST_DAY.date()).days
        if not self.has_permits or not 0 <= day < self.size.days:
            return
        if local.hour >= 21:
            for permit in self.leases.pop(phone, []):
                self.out[permit.budget.int].remove(permit)
        elif local.hour >= 5 and (phone, day) not in self.leased:
            self.leased.add((phone, day))
            self._prime(phone, day, at)

    def _prime(self, phone: int, day: int, at: datetime) -> None:
        cases, out = [], []
        for client in self.month.cases[phone, day]:
            out += self._outstanding(client, at)
            known = {"history": self._known(client, at, phone), "status": self._status(client, at)}
            visit, call = (
                replace(situation_of(client, at, whom), **known)
                for whom in ((Channel.VISIT, "a"), (Channel.CALL, None))
            )
            cases.append(DayCase(budget=UUID(int=client), visit=visit, call=call))
        until = lease_end(at, _local(phone, day, 22 * 60), replace(self.settings, lease_hours=16))
        holder = Holder(kind=HolderKind.PHONE, id=str(phone))
        for permit in all_drawn(day_asks(cases, until, self.settings, self._new_id), holder, out, self.packs):
            if isinstance(permit, Permit):
                self.out[permit.budget.int].append(permit)
                self.leases[phone].append(permit)


def holder_of(wish: Wish) -> Holder:
    """Return who wishes."""
    return Holder(kind=wish.kind, id=str(wish.phone) if wish.phone is not None else wish.kind.value)


def situation_of(client: int, now: datetime, whom: tuple[Channel, str | None]) -> Situation:
    """Return a contact with a client in which all but hours, counts and status is in order."""
    place, zone = PLACES[client % 2]
    return Situation(
        now=now,
        action=Action(channel=whom[0], to=whom[1], headcount=2),
        jurisdiction=place,
        person=Person(zones=[zone]),
        collector=IN_ORDER,
        debts=[Debt(id="debt", notified=True)],
        history=[],
        agreements=[Agreement(kind=AgreementKind.AUTODIAL)],
    )


IN_ORDER = Collector(
    recording=True, registered_caller_id=True, badge=True, authorisation=True, certified=True, listed=True,
    details_sent=True,
)  # fmt: skip
