/**
 * Does a condition that depends on the hour hold? Hours on the person's clock, what stands, what was agreed. The twin of
 * backend/compliance/clock_tests.py.
 */
import { allHold, blocking, channelOf, covers, inAny, negated, oneHolds, permitting, type Facts, type Reading, type Stretch, type Test } from './facts';
import { DAY, MINUTE } from './instants';
import type { Agreed, Based, Hours, Outside, Stands } from './packs';
import type { Agreement, Status } from './schemas';
import { FOREVER, weekdayOf, type Zone } from './zones';

const WEEK: readonly number[] = [1, 2, 3, 4, 5, 6, 7];
const NO_DAYS: ReadonlySet<number> = new Set();
const STATUS_FLAGS = ['unresponsive', 'late', 'breached'] as const;

/** A time of day ("HH:MM", "24:00" as an end) in microseconds. */
function wallOf(clock: string): number {
  return (Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))) * MINUTE;
}

/** Hours in microseconds of the day, with the weekdays on which they speak. */
interface Open {
  readonly start: number;
  readonly end: number;
  readonly days: readonly number[];
}

function opened({ start, end, days }: Hours): Open {
  return { start: wallOf(start), end: wallOf(end), days: days ?? WEEK };
}

/** The hours of an agreement; one without hours speaks of the whole day. */
function agreedHours({ start, end, days }: Agreement): Open {
  return opened({ start: start ?? '00:00', end: end ?? '24:00', days });
}

/** The next instant at which the wall clock passes an edge, the day ends, or the clock is changed. */
function untilWall(zone: Zone, instant: number, wall: number, edges: readonly number[]): number {
  const later = Math.min(DAY, ...edges.filter((edge) => edge > wall));
  return Math.min(instant + later - wall, zone.nextChange(instant));
}

/** Compile `Outside`; `lenient` counts agreed hours as inside, without it they are only what lifts the rule. */
export function outsideOf(asked: Outside, lenient: boolean): Test {
  const hours = asked.hours.map(opened);
  const withAgreed = asked.agreed && lenient;
  return (facts, instant) => {
    const readings = facts.zones.map((zone): Reading => {
      const outside = asked.of_person
        ? outsideWish(facts, zone, instant)
        : outsideHours(zone, instant, hours, asked.holidays ? new Set(facts.situation.holidays) : NO_DAYS);
      return withAgreed ? allHold([outside, negated(insideAgreed(facts, zone, instant))]) : outside;
    });
    if (asked.zones === 'every') return allHold(readings);
    const one = oneHolds(readings);
    return asked.zones === 'any' ? one : allHold([one, negated(allHold(readings))]);
  };
}

function outsideHours(zone: Zone, instant: number, hours: readonly Open[], daysOff: ReadonlySet<number>): Reading {
  const { day, wall } = zone.local(instant);
  if (daysOff.has(day)) return [true, untilWall(zone, instant, wall, [])];
  const weekday = weekdayOf(day);
  const today = hours.filter(({ days }) => days.includes(weekday));
  const isInside = today.some(({ start, end }) => start <= wall && wall < end);
  return [!isInside, untilWall(zone, instant, wall, today.flatMap(({ start, end }) => [start, end]))];
}

function insideAgreed(facts: Facts, zone: Zone, instant: number): Reading {
  const agreements = facts.situation.agreements.filter((one) => one.kind === 'hours' && facts.isCovered(one));
  return oneHolds(agreements.map((one) =>
    allHold([inAny([permitting(one)], instant), negated(outsideHours(zone, instant, [agreedHours(one)], NO_DAYS))]),
  ));
}

/** Whether the person asked for other hours: every wish that speaks on this day must be met. */
function outsideWish(facts: Facts, zone: Zone, instant: number): Reading {
  const wishes = facts.situation.agreements.filter(
    (one) => one.kind === 'preference' && covers(one.channels, facts.channel) && facts.touches(one.debts),
  );
  return oneHolds(wishes.map((one) => allHold([inAny([blocking(one)], instant), outsideOneWish(zone, instant, agreedHours(one))])));
}

function outsideOneWish(zone: Zone, instant: number, wish: Open): Reading {
  const { day, wall } = zone.local(instant);
  const speaks = wish.days.includes(weekdayOf(day));
  const isInside = wish.start <= wall && wall < wish.end;
  return [speaks && !isInside, untilWall(zone, instant, wall, speaks ? [wish.start, wish.end] : [])];
}

/** Compile `Stands`; `lenient` leaves out what a confirmation of an opt-out may still be sent under. */
export function standsOf(asked: Stands, lenient: boolean): Test {
  const test: Test = (facts, instant) => {
    let found = facts.keptStretches.get(test);
    if (found === undefined) {
      const meant = facts.situation.status.filter((status) => asked.kinds.includes(status.kind) && isMeant(asked, status, facts));
      found = meant.map((status) => stretchOf(asked, status, facts, lenient));
      facts.keptStretches.set(test, found);
    }
    return inAny(found, instant);
  };
  return test;
}

function isMeant(asked: Stands, status: Status, facts: Facts): boolean {
  if (!facts.touches(status.debts)) return false;
  if (asked.covers === 'channel' && !covers(status.channel === null ? null : [status.channel], facts.channel)) return false;
  if (asked.covers === 'place' && (status.place === null || status.place !== facts.situation.action.place)) return false;
  if (asked.places !== null && (status.place === null || !asked.places.includes(status.place))) return false;
  if (asked.products !== null && !touchesProduct(asked.products, status, facts)) return false;
  return STATUS_FLAGS.every((flag) => asked[flag] === null || asked[flag] === status[flag]);
}

function touchesProduct(products: readonly string[], { debts }: Status, facts: Facts): boolean {
  return facts.debts.some((debt) => products.includes(debt.product) && (debts === null || debts.includes(debt.id)));
}

function stretchOf(asked: Stands, status: Status, facts: Facts, lenient: boolean): Stretch {
  if (asked.permits) return permitting(status);
  const [from, open] = blocking(status);
  const isEndLate = asked.days_after_end !== null && status.until !== null;
  const end = isEndLate ? after(status.until, asked.days_after_end, facts) : Math.min(open, ...lastDays(asked, status, facts));
  const isConfirmed = lenient && asked.but_confirm_minutes !== null && mayConfirm(status, facts);
  return [isConfirmed ? from + asked.but_confirm_minutes * MINUTE : from, end];
}

/** The instants at which a limit in days ends it, in the zone where it ends last. */
function lastDays(asked: Stands, status: Status, facts: Facts): number[] {
  const { from } = status;
  if (from === null) return [];
  const days = status.extended && asked.days_extended !== null ? asked.days_extended : asked.days;
  const counted = [days, status.written ? null : asked.days_spoken, status.until === null ? asked.days_open : null];
  return counted.filter((one) => one !== null).map((one) => after(from, one, facts));
}

/** When the n-th local day after the date of an instant is over, in the zone where that is last. */
function after(instant: number, days: number, facts: Facts): number {
  return Math.max(...facts.zones.map((zone) => zone.startOf(zone.local(instant).day + days + 1)));
}

/** Whether this is the one confirmation by text message, and none went out yet. */
function mayConfirm({ from }: Status, facts: Facts): boolean {
  if (from === null || facts.template !== 'opt_out_confirmation' || facts.channel !== 'sms') return false;
  return !facts.events.some(
    (event) => event.at >= from && event.person === facts.person && event.direction === 'out' && channelOf(event) === 'sms',
  );
}

/** Compile `Agreed`. */
export function agreedOf(asked: Agreed): Test {
  return (facts, instant) => {
    const { place } = facts.situation.action;
    const given = facts.situation.agreements.filter(
      (one) => one.kind === asked.kind && facts.isCovered(one) && (!asked.at_place || (place !== null && one.place === place)),
    );
    return inAny(given.map(permitting), instant);
  };
}

/** Compile `Based`: a basis lives through its n-th local day, in the zone where that ends first. */
export function basedOf(asked: Based): Test {
  return (facts, instant) => {
    const bases = facts.situation.action.basis.filter(({ kind }) => asked.kinds.includes(kind));
    return inAny(bases.map(({ at }): Stretch => [-FOREVER, livesUntil(at, asked.days, facts)]), instant);
  };
}

function livesUntil(at: number, days: number | null, facts: Facts): number {
  if (days === null) return FOREVER;
  return Math.min(...facts.zones.map((zone) => zone.startOf(zone.local(at).day + days + 1)));
}

/** How long consent to be called lives: on its date and so many days after; undated consent never does. */
export function consentStretch(agreement: Agreement, days: number, facts: Facts): Stretch {
  if (agreement.from === null) return [0, 0];
  const [start, end] = permitting(agreement);
  return [start, Math.min(end, livesUntil(agreement.from, days, facts))];
}
