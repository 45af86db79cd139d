"""Did so many contacts happen? Counted in local calendar days, by person, number or debt; never in spans of 24 hours.

Time only takes away: with no new contact a count falls, so each count has one instant at which it is released.
"""

from collections.abc import Iterable

from backend.compliance.clock_tests import consent_stretch
from backend.compliance.facts import (
    NEVER,
    OBLIGOR,
    Dated,
    Facts,
    Reading,
    Stretch,
    Test,
    all_hold,
    channel_of,
    covers,
    in_any,
    negated,
    one_holds,
)
from backend.compliance.packs import CHANNEL_GROUPS, Happened, LastOnes, Per
from backend.compliance.schemas import AgreementKind, Channel, Event, EventKind
from backend.compliance.zones import DAY, FOREVER, MINUTE, minute_up

EVERY_DEBT = ""
"""The group that stands for all debts where a rule does not count by debt."""


def channels_named(names: Iterable[str]) -> frozenset[Channel]:
    """Unfold channels and groups of channels."""
    return frozenset[Channel]().union(*(CHANNEL_GROUPS.get(name) or {Channel(name)} for name in names))


MAY_BECOME: dict[Channel, frozenset[EventKind]] = {
    **dict.fromkeys(Channel, frozenset({EventKind.MESSAGE})),
    **dict.fromkeys(
        channels_named(["voice"]),
        frozenset({EventKind.ATTEMPT, EventKind.CONNECT, EventKind.CONVERSATION, EventKind.FAILED}),
    ),
    Channel.VISIT: frozenset({EventKind.VISIT, EventKind.NO_SHOW}),
}
"""How far a contact by a channel may get: what one that is still to happen must be counted as."""


def happened_of(asked: Happened, *, lenient: bool) -> Test:
    """Compile `Happened`; `lenient` leaves out what the law does not count, and lets consent lift the whole."""
    kinds = frozenset(asked.kinds) if lenient else frozenset(asked.kinds) | frozenset(asked.unlisted)
    channels = None if asked.channels is None else channels_named(asked.channels)
    by_number = Per.TO in asked.per
    days = asked.days if asked.minutes is None else asked.minutes * MINUTE // DAY + 1

    def concerns(facts: Facts, event: Event) -> bool:
        return (
            (asked.direction is None or event.direction is asked.direction)
            and (channels is None or channel_of(event) in channels)
            and (not by_number or _same_number(facts, event))
        )

    def counts(facts: Facts, event: Event) -> bool:
        return (
            event.kind in kinds
            and concerns(facts, event)
            and (asked.places is None or event.place in asked.places)
            and (asked.places_not is None or event.place not in asked.places_not)
        )

    def may_count(facts: Facts, event: Event) -> bool:
        """Say whether a contact that may still happen may count: by any outcome, at any place, under no consent."""
        may = MAY_BECOME[channel_of(event)]
        return event.person == facts.person and not kinds.isdisjoint(may) and concerns(facts, event)

    def released(facts: Facts) -> list[tuple[int, list[Stretch]]]:
        """Return per debt group until when the count holds, and the stretches in which consent lifts it."""
        events = [one for one in facts.own_since(days) if counts(facts, one[1])]
        reserved = [one for one in facts.reserved if may_count(facts, one[1])]
        groups = facts.groups if Per.DEBT_GROUP in asked.per else [EVERY_DEBT]
        found = []
        for group in groups:
            times = _counted(asked, facts, events, group, lenient=lenient)
            lifted = _consents(facts, asked.lifted_by, asked.consent_days, group, facts.channel) if lenient else []
            waiting = [at for at, _ in _about(facts, reserved, group)]
            # Consent may have ended when a reserved contact happens, so it lifts nothing beside one.
            found.append((_release(asked, sorted([*times, *waiting]), facts), [] if waiting else lifted))
        return found

    def test(facts: Facts, instant: int) -> Reading:
        found = facts.kept_counts.get((id(asked), lenient))
        if found is None:
            found = released(facts)
            facts.kept_counts[id(asked), lenient] = found
        return one_holds(
            all_hold([(True, until), negated(in_any(lifted, instant))]) if instant < until else NEVER
            for until, lifted in found
        )

    return test


def _same_number(facts: Facts, event: Event) -> bool:
    """Compare the number or address: an unknown one is equal to every other."""
    wanted = facts.situation.action.to
    return wanted is None or event.to is None or wanted == event.to


def _counted(asked: Happened, facts: Facts, events: list[Dated], group: str, *, lenient: bool) -> list[int]:
    """Return when the contacts about one debt group happened, oldest first; one about no debt counts for each."""
    events = _about(facts, events, group)
    if not lenient or asked.consent is None:
        return [at for at, _ in events]
    channels = {channel_of(event) for _, event in events}
    under = {one: _consents(facts, asked.consent, asked.consent_days, group, one) for one in channels}
    return [at for at, event in events if not in_any(under[channel_of(event)], at)[0]]


def _about(facts: Facts, events: list[Dated], group: str) -> list[Dated]:
    """Return the contacts about one debt group."""
    if group == EVERY_DEBT:
        return events
    return [(at, event) for at, event in events if not event.debts or group in facts.groups_of(event.debts)]


def _consents(facts: Facts, kind: AgreementKind | None, days: int, group: str, channel: Channel) -> list[Stretch]:
    """Return when consent of a kind lives that covers a channel and a debt group."""
    return [
        consent_stretch(one, days, facts)
        for one in facts.situation.agreements
        if one.kind is kind
        and covers(one.channels, channel)
        and (one.debts is None or group in facts.groups_of(one.debts))
    ]


def _release(asked: Happened, times: list[int], facts: Facts) -> int:
    """Return the instant from which fewer than `at_least` remain; one of several zones that still counts is enough."""
    if len(times) < asked.at_least:
        return -FOREVER
    decisive = times[-asked.at_least]
    if asked.minutes is not None:
        return minute_up(decisive + asked.minutes * MINUTE)
    if asked.days is None:
        return FOREVER
    return max(zone.start_of(zone.local(decisive)[0] + asked.days) for zone in facts.zones)


def last_ones_of(asked: LastOnes) -> Test:
    """Compile `LastOnes`; what happened does not change with the hour, and what may still happen ends every series."""
    kinds = frozenset(asked.kinds)
    channels = None if asked.channels is None else channels_named(asked.channels)

    def test(facts: Facts, instant: int) -> Reading:
        del instant
        person = OBLIGOR if asked.of_obligor else facts.person
        if any(event.person == person for _, event in facts.reserved):
            return NEVER
        last: list[Event] = []
        for _, event in reversed(facts.events):
            if (
                event.person == person
                and (channels is None or channel_of(event) in channels)
                and (asked.places is None or event.place in asked.places)
            ):
                last.append(event)
                if len(last) == asked.count:
                    break
        return len(last) == asked.count and all(event.kind in kinds for event in last), FOREVER

    return test
