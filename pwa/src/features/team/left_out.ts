/** Which cases are not in a plan, by reason, and are these all of them? */
import type { RuleText, Unplanned } from './plan_api';

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

/** The rules that leave cases no minute, with how many cases each; the most frequent first, then by id. */
export function rulesOf(cases: readonly Unplanned[]): readonly (readonly [string, number])[] {
  const counted = new Map<string, number>();
  for (const id of cases.flatMap((one) => one.rule_ids ?? [])) counted.set(id, (counted.get(id) ?? 0) + 1);
  return [...counted].toSorted(([one, count], [other, more]) => more - count || (one < other ? -1 : 1));
}

/** What rules mean in the reader's language; an id whose text is not known stands for itself. */
export function textsOf(ids: readonly string[], rules: readonly RuleText[], isEnglish: boolean): readonly string[] {
  const known = new Map(rules.map((rule) => [rule.id, isEnglish ? rule.en : rule.zh]));
  return ids.map((id) => `${id} · ${known.get(id) ?? id}`);
}

/** How many, as told: "1000+" when there may be more than the server tells of. */
export function sayCount(count: number, isCut: boolean): string {
  return isCut ? `${String(count)}+` : String(count);
}

/** Whether the list was cut off. */
export function isCut(unplanned: readonly Unplanned[]): boolean {
  return unplanned.length >= TOLD_MAX;
}
