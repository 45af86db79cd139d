/** What does a refusal say to somebody at a desk? */
import { t } from '../i18n/i18n.svelte';
import { o } from './words';

export function officeProblem(code: string): string {
  return o().problems[code] ?? t().problems[code] ?? t().problemWords.unknown(code);
}

/** A word of a code list; a code that this version does not know is shown as it is. */
export function wordOf(words: Readonly<Record<string, string>>, code: string): string {
  return words[code] ?? code.replaceAll('_', ' ');
}
