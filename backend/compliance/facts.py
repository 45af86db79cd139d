"""What does one situation say, in whole microseconds, ready to be asked many times?

A *reading* is what holds at an instant, together with the first later instant at which it may be different. So the
next lawful moment is found by leaping from one such instant to the next, never by trying every minute.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from operator import itemgetter

from backend.compliance.choosing import debts_of
from backend.compliance.packs import VOICE
from backend.compliance.schemas import Agreement, Channel, Debt, Event, EventKind, Role, Situation, Status
from backend.compliance.zones import DAY, EPOCH_DAY, FOREVER, Zone, instant_of, minute_up

Reading = tuple[bool, int]
Stretch = tuple[int, int]
Dated = tuple[int, Event]

ALWAYS: Reading = (True, FOREVER)
NEVER: Reading = (False, FOREVER)

RECENT_DAYS = 31
DAYS_OF_GRACE = 4
"""A date is written in an offset of its own, and the day of `first` is that of some zone."""

OBLIGOR = Role.OBLIGOR.value
"""The key under which contacts with the obligor are counted."""


class Facts:
    """One situation, unfolded once. `first` is the earliest instant at which it will be asked.

    `reserved`: contacts that may still happen, each at the latest moment it may; every count takes them at their worst.
    """

    def __init__(self, situation: Situation, zones: Sequence[Zone], first: int, reserved: Sequence[Event] = ()) -> None:
        self.situation = situation
        self.zones = zones
        self.first = first
        self.reserved = [(instant_of(event.at), event) for event in reserved]
        self.channel = situation.action.channel
        self.role = situation.person.role or Role.UNKNOWN
        self.person = situation.person.id or self.role.value
        self.collector = situation.collector.id or situation.collector.kind.value
        self.debts: list[Debt] = debts_of(situation)
        self.debt_ids = frozenset(debt.id for debt in self.debts)
        self.group_of = {debt.id: debt.group or debt.id for debt in situation.debts}
        self.groups = sorted({self.group_of[debt.id] for debt in self.debts})
        self.says = frozenset(situation.content.says) if situation.content else frozenset()
        self.lacks = frozenset(situation.content.lacks) if situation.content else frozenset()
        self.template = situation.content.template if situation.content else None
        self.kept_stretches: dict[tuple[int, bool], list[Stretch]] = {}
        self.kept_counts: dict[tuple[int, bool], list[tuple[int, list[Stretch]]]] = {}

    @cached_property
    def events(self) -> list[Dated]:
        """All contacts, oldest first; at one instant by kind in alphabetical order."""
        return _dated(self.situation.history or [])

    @cached_property
    def own_events(self) -> list[Dated]:
        """The contacts with the person who would be reached, oldest first."""
        return _dated([event for event in self.situation.history or [] if event.person == self.person])

    @cached_property
    def own_recent(self) -> list[Dated]:
        """Those of the last weeks; the others are left out by their dates, as instants cost ten times as much."""
        first_day = EPOCH_DAY + self.first // DAY - RECENT_DAYS - DAYS_OF_GRACE
        recent = [event for event in self.situation.history or [] if event.at.toordinal() >= first_day]
        return _dated([event for event in recent if event.person == self.person])

    def own_since(self, days: int | None) -> list[Dated]:
        """Return the contacts with the person that can lie in the last so many local days of any instant asked for."""
        if days is None:
            return self.own_events
        found = self.own_recent if days <= RECENT_DAYS else self.own_events
        return found[bisect_left(found, self.first - (days + 2) * DAY, key=_at) :]

    def touches(self, debts: list[str] | None) -> bool:
        """Say whether a status or preference about these debts (None: all) concerns the action."""
        return debts is None or not self.debt_ids.isdisjoint(debts)

    def is_covered(self, agreement: Agreement) -> bool:
        """Say whether a permission covers the channel and every debt of the action."""
        debts = agreement.debts
        return covers(agreement.channels, self.channel) and (debts is None or self.debt_ids <= set(debts))

    def groups_of(self, debts: list[str]) -> set[str]:
        """Return the groups that an event or consent is about."""
        return {self.group_of.get(debt, debt) for debt in debts}


def _dated(events: Iterable[Event]) -> list[Dated]:
    dated = [(instant_of(event.at), event) for event in events]
    dated.sort(key=_at_and_kind)
    return dated


_at: Callable[[Dated], int] = itemgetter(0)


def _at_and_kind(dated: Dated) -> tuple[int, str]:
    return dated[0], dated[1].kind


def covers(channels: Iterable[Channel] | None, channel: Channel) -> bool:
    """Say whether a list of channels (None: all) reaches one; `call` covers all voice."""
    if channels is None:
        return True
    named = set(channels)
    return channel in named or (Channel.CALL in named and channel in VOICE)


def channel_of(event: Event) -> Channel:
    """Return by what a contact was made; the kind says it where nobody did."""
    if event.channel is not None:
        return event.channel
    if event.kind is EventKind.MESSAGE:
        return Channel.SMS
    return Channel.VISIT if event.kind in {EventKind.VISIT, EventKind.NO_SHOW} else Channel.CALL


def began(held: Status | Agreement, otherwise: int) -> int:
    """Return from when it stands."""
    return otherwise if held.since is None else instant_of(held.since)


def ended(held: Status | Agreement) -> int:
    """Return until when it stands (excluded), FOREVER when it is open."""
    return FOREVER if held.until is None else instant_of(held.until)


def blocking(held: Status | Agreement) -> Stretch:
    """Return the stretch of what stands against a contact: it begins exactly and ends on a whole minute."""
    return began(held, -FOREVER), minute_up(ended(held))


def permitting(held: Status | Agreement) -> Stretch:
    """Return the stretch of a permission: it begins on a whole minute and ends exactly."""
    return minute_up(began(held, -FOREVER)), ended(held)


def in_any(stretches: Sequence[Stretch], instant: int) -> Reading:
    """Read whether an instant lies in one of these half-open stretches."""
    ends = [end for start, end in stretches if start <= instant < end]
    if ends:
        return True, max(ends)
    return False, min((start for start, end in stretches if instant < start < end), default=FOREVER)


def all_hold(readings: Iterable[Reading]) -> Reading:
    """Read "and": true until the first may change, false at least as long as one of those that are false."""
    until_true, until_false, holds = FOREVER, 0, True
    for held, until in readings:
        if not held:
            holds, until_false = False, max(until_false, until)
        elif until < until_true:
            until_true = until
    return (True, until_true) if holds else (False, until_false)


def one_holds(readings: Iterable[Reading]) -> Reading:
    """Read "or", the mirror of `all_hold`."""
    until_true, until_false, holds = 0, FOREVER, False
    for held, until in readings:
        if held:
            holds, until_true = True, max(until_true, until)
        elif until < until_false:
            until_false = until
    return (True, until_true) if holds else (False, until_false)


def negated(reading: Reading) -> Reading:
    """Read "not"."""
    return not reading[0], reading[1]


Test = Callable[[Facts, int], Reading]
