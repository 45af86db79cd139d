/** What do the numbers behind a signal say? In the same plain words everywhere, and nothing where there are none. */
import { sayDistance } from '@/lib/geo';

import type { Words } from './en';

type Detail = Readonly<Record<string, unknown>>;
type Say = (seconds: number) => string;

const numberOf = (detail: Detail, key: string): number => {
  const value = detail[key];
  return typeof value === 'number' ? value : 0;
};
const countOf = (detail: Detail, key: string): number => {
  const value = detail[key];
  return Array.isArray(value) ? value.length : 0;
};

/** The numbers of one signal; '' when the sentence says all. `sayTime` says seconds as people do. */
export function toldOf(code: string, detail: Detail, words: Words['told'], sayTime: Say): string {
  switch (code) {
    case 'outside_fence': return words.awayWithin(sayDistance(numberOf(detail, 'distance_m')), sayDistance(numberOf(detail, 'accuracy_m')));
    case 'exif_place_differs': return words.away(sayDistance(numberOf(detail, 'distance_m')));
    case 'exif_time_differs': return words.apart(sayTime(numberOf(detail, 'apart_s')));
    case 'teleport': return words.wayIn(sayDistance(numberOf(detail, 'distance_m')), sayTime(numberOf(detail, 'seconds')));
    case 'clock_skew': return words.off(sayTime(Math.max(Math.abs(numberOf(detail, 'offset_s')), numberOf(detail, 'ahead_s'))));
    case 'taken_before_bracket': return 'early_s' in detail ? words.early(sayTime(numberOf(detail, 'early_s'))) : '';
    case 'chain_gap':
    case 'chain_differs': return words.number(numberOf(detail, 'number'));
    case 'frozen_place': return words.cases(numberOf(detail, 'cases'));
    case 'reused_photo': return words.alike(countOf(detail, 'evidence_ids'));
    default: return '';
  }
}
