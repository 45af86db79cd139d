/** Which cases are not in a plan, by reason, and are these all of them? */
import type { Unplanned } from './plan_api';

/** As many as the server tells of: those of the highest scores. */
export const TOLD_MAX = 1000;

export interface LeftOut {
  readonly reason: string;
  readonly cases: readonly Unplanned[];
}

/** The cases by reason, the most frequent reason first. */
export function leftOut(unplanned: readonly Unplanned[]): readonly LeftOut[] {
  const byReason = new Map<string, Unplanned[]>();
  for (const one of unplanned) {
    const known = byReason.get(one.reason);
    if (known === undefined) byReason.set(one.reason, [one]);
    else known.push(one);
  }
  return [...byReason].map(([reason, cases]) => ({ reason, cases })).toSorted((one, other) => other.cases.length - one.cases.length);
}

/** How many, as told: "1000+" when there may be more than the server tells of. */
export function sayCount(count: number, isCut: boolean): string {
  return isCut ? `${String(count)}+` : String(count);
}

/** Whether the list was cut off. */
export function isCut(unplanned: readonly Unplanned[]): boolean {
  return unplanned.length >= TOLD_MAX;
}
