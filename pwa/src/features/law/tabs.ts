/** Which pages of the law are there, and what stands in their addresses? Each can be sent to somebody. */
import { addDays, type Day } from '@/lib/dates';

export const TABS = ['exceptions', 'stops', 'packs', 'limitation', 'verdict'] as const;
export type Tab = (typeof TABS)[number];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function tabOf(text: string | undefined, first: Tab): Tab {
  return TABS.find((tab) => tab === text) ?? first;
}

/** An address with some of its values set, changed or (empty) left out. */
export function withValues(path: string, now: URLSearchParams, changed: Readonly<Record<string, string | undefined>>): string {
  const values = new URLSearchParams(now);
  for (const [key, value] of Object.entries(changed)) {
    if (value === undefined || value === '') values.delete(key);
    else values.set(key, value);
  }
  const text = values.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The years that a timeline shows: from 30 days before a day, or from the day named. */
export const SPANS = ['90', '395', '1200'] as const;
const BEFORE_DAYS = 30;

export interface Span {
  readonly first: Day;
  readonly before: Day;
  readonly days: number;
}

export function spanOf(query: URLSearchParams, today: Day): Span {
  const days = Number(SPANS.find((one) => one === query.get('days')) ?? '395');
  const from = query.get('from') ?? '';
  const first = DAY.test(from) ? from : addDays(today, -BEFORE_DAYS);
  return { first, before: addDays(first, days), days };
}
