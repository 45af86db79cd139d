/** When does the client want to be called back? Moments on the client's clock, and what the law says against one. */
import * as v from 'valibot';

import type { Problem } from '@/api/types';
import { addDays, dayIn, sayTime, type Day } from '@/lib/dates';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MORNING = '10:00';

/** A day and an hour (HH:MM) on the client's clock. */
export interface Wall {
  readonly day: Day;
  readonly time: string;
}

export function wallOf(at: Date, zone: string): Wall {
  return { day: dayIn(at, zone), time: sayTime(at, zone, 'en-GB') };
}

function asIfUtc({ day, time }: Wall): number {
  return Date.parse(`${day}T${time}:00Z`);
}

/** The instant at which the client's clock shows it; an hour that a change of clocks leaves out becomes one beside it. */
export function instantOf(wall: Wall, zone: string): Date {
  const shown = asIfUtc(wall);
  let at = shown;
  // The second step looks at the offset that holds there.
  for (let step = 0; step < 2; step += 1) at = shown - (asIfUtc(wallOf(new Date(at), zone)) - at);
  return new Date(at);
}

/** What is most often said: in one hour, in two, tomorrow at ten. Whole minutes, not before the hour is over. */
export function offers(now: Date, zone: string): { readonly inOne: Wall; readonly inTwo: Wall; readonly tomorrow: Wall } {
  const minute = Math.ceil(now.getTime() / MINUTE_MS) * MINUTE_MS;
  return {
    inOne: wallOf(new Date(minute + HOUR_MS), zone),
    inTwo: wallOf(new Date(minute + 2 * HOUR_MS), zone),
    tomorrow: { day: addDays(dayIn(now, zone), 1), time: MORNING },
  };
}

const unlawfulSchema = v.object({
  rules: v.array(v.object({ id: v.string(), zh: v.string(), en: v.string() })),
  earliest_allowed_at: v.nullable(v.string()),
});

export interface Unlawful {
  readonly why: readonly string[];
  /** The next lawful moment, where there is one. */
  readonly next: Wall | undefined;
}

/** What the law says against a callback; undefined for any other refusal. */
export function unlawfulOf(problem: Problem, zone: string, lang: string): Unlawful | undefined {
  if (problem.code !== 'callback.unlawful') return undefined;
  const { rules, earliest_allowed_at: next } = v.parse(unlawfulSchema, problem.data);
  return { why: rules.map((rule) => (lang === 'en' ? rule.en : rule.zh)), next: next === null ? undefined : wallOf(new Date(next), zone) };
}
