/**
 * Did so many contacts happen? Counted in local calendar days, by person, number or debt; never in spans of 24 hours. The
 * twin of backend/compliance/count_tests.py.
 *
 * Time only takes away: with no new contact a count falls, so each count has one instant at which it is released.
 */
import { consentStretch } from './clock_tests';
import {
  NEVER, OBLIGOR, allHold, channelOf, covers, inAny, negated, oneHolds,
  type Facts, type Release, type Stretch, type Test,
} from './facts';
import { MINUTE, minuteUp } from './instants';
import { channelsNamed, type Happened, type LastOnes } from './packs';
import { CHANNELS, type AgreementKind, type Channel, type ContactEvent, type EventKind } from './schemas';
import { FOREVER } from './zones';

/** The group that stands for all debts where a rule does not count by debt. */
const EVERY_DEBT = '';

/** Compile `Happened`; `lenient` leaves out what the law does not count, and lets consent lift the whole. */
export function happenedOf(asked: Happened, lenient: boolean): Test {
  const kinds: ReadonlySet<EventKind> = new Set(lenient ? asked.kinds : [...asked.kinds, ...asked.unlisted]);
  const channels = asked.channels === null ? null : channelsNamed(asked.channels);
  const counts = (facts: Facts, event: ContactEvent): boolean =>
    kinds.has(event.kind) &&
    event.person === facts.person &&
    (asked.direction === null || asked.direction === event.direction) &&
    (channels === null || channels.has(channelOf(event))) &&
    (asked.places === null || (event.place !== null && asked.places.includes(event.place))) &&
    (asked.places_not === null || event.place === null || !asked.places_not.includes(event.place)) &&
    (!asked.per.includes('to') || isSameNumber(facts, event));

  const test: Test = (facts, instant) => {
    let found = facts.keptCounts.get(test);
    if (found === undefined) {
      const events = facts.eventsSince(asked.days).filter((event) => counts(facts, event));
      const groups = asked.per.includes('debt_group') ? facts.groups : [EVERY_DEBT];
      found = groups.map((group) => releaseOf(asked, facts, events, group, lenient));
      facts.keptCounts.set(test, found);
    }
    return oneHolds(found.map(({ until, lifted }) => (instant < until ? allHold([[true, until], negated(inAny(lifted, instant))]) : NEVER)));
  };
  return test;
}

/** Compare the number or address: an unknown one is equal to every other. */
function isSameNumber(facts: Facts, event: ContactEvent): boolean {
  const wanted = facts.situation.action.to;
  return wanted === null || event.to === null || wanted === event.to;
}

/** Until when the count of one debt group holds, and the stretches in which consent lifts it. */
function releaseOf(asked: Happened, facts: Facts, events: readonly ContactEvent[], group: string, lenient: boolean): Release {
  const until = released(asked, counted(asked, facts, events, group, lenient), facts);
  return { until, lifted: lenient ? consents(facts, asked.lifted_by, asked.consent_days, group, facts.channel) : [] };
}

/** When the contacts about one debt group happened, oldest first; one about no debt counts for each. */
function counted(asked: Happened, facts: Facts, events: readonly ContactEvent[], group: string, lenient: boolean): readonly number[] {
  const about = group === EVERY_DEBT ? events : events.filter(({ debts }) => debts === null || debts.length === 0 || facts.isAbout(debts, group));
  const { consent } = asked;
  if (!lenient || consent === null) return about.map(({ at }) => at);
  const under = new Map(CHANNELS.map((channel) => [channel, consents(facts, consent, asked.consent_days, group, channel)]));
  return about.filter((event) => !inAny(under.get(channelOf(event)) ?? [], event.at)[0]).map(({ at }) => at);
}

/** When consent of a kind lives that covers a channel and a debt group. */
function consents(facts: Facts, kind: AgreementKind | null, days: number, group: string, channel: Channel): readonly Stretch[] {
  const given = facts.situation.agreements.filter(
    (one) => one.kind === kind && covers(one.channels, channel) && (one.debts === null || facts.isAbout(one.debts, group)),
  );
  return given.map((one) => consentStretch(one, days, facts));
}

/** The instant from which fewer than `at_least` remain; one of several zones that still counts is enough. */
function released(asked: Happened, times: readonly number[], facts: Facts): number {
  const decisive = times.at(-asked.at_least);
  if (decisive === undefined) return -FOREVER;
  if (asked.minutes !== null) return minuteUp(decisive + asked.minutes * MINUTE);
  const { days } = asked;
  return days === null ? FOREVER : Math.max(...facts.zones.map((zone) => zone.startOf(zone.local(decisive).day + days)));
}

/** Compile `LastOnes`; what happened does not change with the hour. */
export function lastOnesOf(asked: LastOnes): Test {
  const channels = asked.channels === null ? null : channelsNamed(asked.channels);
  return (facts) => {
    const person = asked.of_obligor ? OBLIGOR : facts.person;
    const meant = facts.events.filter(
      (event) =>
        event.person === person &&
        (channels === null || channels.has(channelOf(event))) &&
        (asked.places === null || (event.place !== null && asked.places.includes(event.place))),
    );
    const last = meant.slice(-asked.count);
    return [last.length === asked.count && last.every((event) => asked.kinds.includes(event.kind)), FOREVER];
  };
}
