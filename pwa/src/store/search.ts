/** Which cases match what is being typed? A plain array in memory; it goes with the page and is never stored. */
import { distanceM, type Place } from '@/lib/geo';

import type { CaseHead } from './schema';

export interface Entry {
  readonly head: CaseHead;
  /** Name, pinyin, number and address in one line without spaces, lower case. */
  readonly text: string;
}

/** Letters as they are compared: full width is half width, case and spaces do not count. */
export function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, '');
}

/** What is searched. The server sends name, number and pinyin of each case in `search`. */
export function indexOf(heads: readonly CaseHead[]): Entry[] {
  return heads.map((head) => ({ head, text: normalise(`${head.search}|${head.number}|${head.name}|${head.address}`) }));
}

/** The entries that hold every word of the query, in their order; all of them for an empty query. */
export function matching(entries: readonly Entry[], query: string): CaseHead[] {
  const words = query.split(/\s+/).map(normalise).filter((word) => word !== '');
  return entries.filter(({ text }) => words.every((word) => text.includes(word))).map(({ head }) => head);
}

/** Nearest first; cases without a place come last, in their order. */
/** What counts as near: a few minutes by scooter. */
export const NEAR_M = 2000;

/** How many of the cases have their door within NEAR_M. */
export function nearCount(heads: readonly CaseHead[], from: Place): number {
  return heads.filter((head) => head.place !== null && distanceM(from, head.place) <= NEAR_M).length;
}

export function byDistance(heads: readonly CaseHead[], from: Place): CaseHead[] {
  const away = new Map(heads.map((head) => [head.id, head.place === null ? Infinity : distanceM(from, head.place)]));
  return heads.toSorted((one, other) => {
    const difference = (away.get(one.id) ?? Infinity) - (away.get(other.id) ?? Infinity);
    return Number.isNaN(difference) ? 0 : difference;
  });
}
