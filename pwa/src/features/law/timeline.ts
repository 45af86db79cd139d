/** Where does a date lie on a timeline, and which months does the timeline name? */
import { daysBetween, type Day } from '@/lib/dates';

import type { Span } from './tabs';

export interface Tick {
  readonly at: number;
  readonly day: Day;
}

/** Where a day lies between the ends of a span, in per cent; outside it, at the nearer end. */
export function placeOf(day: Day, span: Span): number {
  return Math.min(100, Math.max(0, (daysBetween(span.first, day) / span.days) * 100));
}

const TICKS_MAX = 14;

/** The first days of months inside a span; in a long one every third or sixth. */
export function ticksOf(span: Span): readonly Tick[] {
  const step = [1, 3, 6, 12].find((months) => span.days / 30.4 / months <= TICKS_MAX) ?? 12;
  const [year = 0, month = 1] = span.first.split('-').map(Number);
  const ticks: Tick[] = [];
  for (let ahead = 1; ticks.length < TICKS_MAX * 2; ahead += 1) {
    const months = year * 12 + month - 1 + ahead;
    const day = `${String(Math.floor(months / 12))}-${String((months % 12) + 1).padStart(2, '0')}-01`;
    if (day >= span.before) break;
    if ((months % 12) % step === 0) ticks.push({ at: placeOf(day, span), day });
  }
  return ticks;
}
