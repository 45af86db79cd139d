/** What does a refusal say to the person? */
import { t } from './i18n/i18n.svelte';
import { moment } from './say';

/** The words for a code; one that this version does not know is still named. */
export function problemText(code: string): string {
  return t().problems[code] ?? t().problemWords.unknown(code);
}

/** The words for a refused item, with what the server told about it. */
export function refusalText(code: string, detail: Readonly<Record<string, string>>, zone: string): string {
  const { to, at } = detail;
  const who = to !== undefined && to !== '' && at !== undefined && at !== '' ? ` ${t().problemWords.takenBy(to, moment(at, zone))}` : '';
  return problemText(code) + who;
}
