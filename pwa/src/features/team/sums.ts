/** How are amounts of several currencies said in one place? Side by side: they are never added up. */
import { wholeMoney } from '@/app/say';

import type { Sum } from './board_api';

export function saySums(sums: readonly Sum[]): string {
  return sums.length === 0 ? '–' : sums.map(({ amount_minor, currency }) => wholeMoney(amount_minor, currency)).join(' + ');
}

/** Amounts put together by currency. */
export function totals(sums: readonly Sum[]): readonly Sum[] {
  const found = new Map<string, number>();
  for (const { currency, amount_minor } of sums) found.set(currency, (found.get(currency) ?? 0) + amount_minor);
  return [...found].map(([currency, amount_minor]) => ({ currency, amount_minor }));
}
