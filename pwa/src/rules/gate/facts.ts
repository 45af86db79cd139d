/**
 * What does one situation say, in whole microseconds, ready to be asked many times? The twin of backend/compliance/facts.py.
 *
 * A *reading* is what holds at an instant, together with the first later instant at which it may be different. So the
 * next lawful moment is found by leaping from one such instant to the next, never by trying every minute.
 */
import { debtsOf } from './choosing';
import { DAY, minuteUp } from './instants';
import { VOICE } from './packs';
import type { Agreement, Channel, ContactEvent, Debt, Role, Situation, Status } from './schemas';
import { FOREVER, type Zone } from './zones';

/** What holds, and until when at least. */
export type Reading = readonly [holds: boolean, until: number];
export type Stretch = readonly [start: number, end: number];
export type Test = (facts: Facts, instant: number) => Reading;

export const ALWAYS: Reading = [true, FOREVER];
export const NEVER: Reading = [false, FOREVER];

/** The key under which contacts with the obligor are counted. */
export const OBLIGOR = 'obligor';

/** Until when a count holds, and the stretches in which consent lifts it. */
export interface Release {
  readonly until: number;
  readonly lifted: readonly Stretch[];
}

/** One situation, unfolded once. `first` is the earliest instant at which it will be asked. */
export class Facts {
  readonly situation: Situation;
  readonly zones: readonly Zone[];
  readonly first: number;
  readonly channel: Channel;
  readonly role: Role;
  readonly person: string;
  readonly debts: readonly Debt[];
  readonly groups: readonly string[];
  readonly says: ReadonlySet<string>;
  readonly lacks: ReadonlySet<string>;
  readonly template: string | null;
  /** Oldest first; at equal instants by the name of the kind. */
  readonly events: readonly ContactEvent[];
  readonly keptStretches = new Map<Test, readonly Stretch[]>();
  readonly keptCounts = new Map<Test, readonly Release[]>();
  readonly #debtIds: ReadonlySet<string>;
  readonly #groupOf: ReadonlyMap<string, string>;

  constructor(situation: Situation, zones: readonly Zone[], first: number) {
    this.situation = situation;
    this.zones = zones;
    this.first = first;
    this.channel = situation.action.channel;
    this.role = situation.person.role ?? 'unknown';
    this.person = situation.person.id ?? this.role;
    this.debts = debtsOf(situation);
    this.#debtIds = new Set(this.debts.map((debt) => debt.id));
    this.#groupOf = new Map(situation.debts.map((debt) => [debt.id, debt.group ?? debt.id]));
    this.groups = [...new Set(this.debts.map((debt) => this.#groupNamed(debt.id)))];
    this.says = new Set(situation.content?.says);
    this.lacks = new Set(situation.content?.lacks);
    this.template = situation.content?.template ?? null;
    this.events = (situation.history ?? []).toSorted(byTime);
  }

  /** The events that can lie in the last so many local days of any instant asked for, oldest first. */
  eventsSince(days: number | null): readonly ContactEvent[] {
    if (days === null) return this.events;
    const from = this.first - (days + 2) * DAY;
    const index = this.events.findIndex((event) => event.at >= from);
    return index < 0 ? [] : this.events.slice(index);
  }

  /** Whether a status or preference about these debts (null: all) concerns the action. */
  touches(debts: readonly string[] | null): boolean {
    return debts === null || debts.some((debt) => this.#debtIds.has(debt));
  }

  /** Whether a permission covers the channel and every debt of the action. */
  isCovered({ channels, debts }: Agreement): boolean {
    return covers(channels, this.channel) && (debts === null || [...this.#debtIds].every((debt) => debts.includes(debt)));
  }

  /** Whether an event or consent about these debts is about a group. */
  isAbout(debts: readonly string[], group: string): boolean {
    return debts.some((debt) => this.#groupNamed(debt) === group);
  }

  #groupNamed(debt: string): string {
    return this.#groupOf.get(debt) ?? debt;
  }
}

function byTime(one: ContactEvent, other: ContactEvent): number {
  return one.at - other.at || Number(one.kind > other.kind) - Number(one.kind < other.kind);
}

/** Whether a list of channels (null: all) reaches one; `call` covers all voice. */
export function covers(channels: readonly Channel[] | null, channel: Channel): boolean {
  return channels === null || channels.includes(channel) || (channels.includes('call') && VOICE.has(channel));
}

/** By what a contact was made; the kind says it where nobody did. */
export function channelOf(event: ContactEvent): Channel {
  if (event.channel !== null) return event.channel;
  if (event.kind === 'message') return 'sms';
  return event.kind === 'visit' || event.kind === 'no_show' ? 'visit' : 'call';
}

/** The stretch of what stands against a contact: it begins exactly and ends on a whole minute. */
export function blocking({ from, until }: Status | Agreement): Stretch {
  return [from ?? -FOREVER, minuteUp(until ?? FOREVER)];
}

/** The stretch of a permission: it begins on a whole minute and ends exactly. */
export function permitting({ from, until }: Status | Agreement): Stretch {
  return [minuteUp(from ?? -FOREVER), until ?? FOREVER];
}

/** Whether an instant lies in one of these half-open stretches. */
export function inAny(stretches: readonly Stretch[], instant: number): Reading {
  let latestEnd = -Infinity;
  let nextStart = FOREVER;
  for (const [start, end] of stretches) {
    if (start <= instant && instant < end) latestEnd = Math.max(latestEnd, end);
    else if (instant < start && start < end) nextStart = Math.min(nextStart, start);
  }
  return latestEnd > -Infinity ? [true, latestEnd] : [false, nextStart];
}

/** "And": true until the first may change, false at least as long as one of those that are false. */
export function allHold(readings: Iterable<Reading>): Reading {
  let untilTrue = FOREVER;
  let untilFalse = 0;
  let holds = true;
  for (const [held, until] of readings) {
    if (held) {
      untilTrue = Math.min(untilTrue, until);
    } else {
      holds = false;
      untilFalse = Math.max(untilFalse, until);
    }
  }
  return holds ? [true, untilTrue] : [false, untilFalse];
}

/** "Or", the mirror of `allHold`. */
export function oneHolds(readings: readonly Reading[]): Reading {
  return negated(allHold(readings.map(negated)));
}

export function negated([holds, until]: Reading): Reading {
  return [!holds, until];
}
