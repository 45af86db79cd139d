"""What does one situation say, in whole microseconds, ready to be asked many times?

A *reading* is what holds at an instant, together with the first later instant at which it may be different. So the
next lawful moment is found by leaping from one such instant to the next, never by trying every minute.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from backend.compliance.choosing import debts_of
from backend.compliance.packs import VOICE
from backend.compliance.schemas import Agreement, Channel, Debt, Event, EventKind, Role, Situation, Status
from backend.compliance.zones import DAY, FOREVER, Zone, instant_of, minute_up

Reading = tuple[bool, int]
Stretch = tuple[int, int]

ALWAYS: Reading = (True, FOREVER)
NEVER: Reading = (False, FOREVER)

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
        dated = sorted(
            (instant_of(event.at), event.kind, index, event) for index, event in enumerate(situation.history or [])
        )
        self.events: list[tuple[int, Event]] = [(at, event) for at, _, _, event in dated]
        self.times = [at for at, _, _, _ in dated]
        self.kept_stretches: dict[tuple[int, bool], list[Stretch]] = {}
        self.kept_counts: dict[tuple[int, bool], list[tuple[int, list[Stretch]]]] = {}

    def events_since(self, days: int | None) -> list[tuple[int, Event]]:
        """Return the events that can lie in the last so many local days of any instant asked for, oldest first."""
        if days is None:
            return self.events
        return self.events[bisect_left(self.times, self.first - (days + 2) * DAY) :]

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
        if held:
            until_true = min(until_true, until)
        else:
            holds, until_false = False, max(until_false, until)
    return (True, until_true) if holds else (False, until_false)


def one_holds(readings: Iterable[Reading]) -> Reading:
    """Read "or", the mirror of `all_hold`."""
    held, until = all_hold((not held, until) for held, until in readings)
    return not held, until


def negated(reading: Reading) -> Reading:
    """Read "not"."""
    return not reading[0], reading[1]


Test = Callable[[Facts, int], Reading]
