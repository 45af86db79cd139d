/** What does the lock say about a try? */
import { t } from '@/app/i18n/i18n.svelte';
import { problemText } from '@/app/problem';

import type { Tried } from './opening';

/** The words for a try that did not open; undefined when it did. */
export function wordsOf(tried: Tried): string | undefined {
  switch (tried.kind) {
    case 'open':
    case 'closed': return undefined;
    case 'wrong': return t().lock.wrong(tried.left);
    case 'needs_network': return t().lock.needsNetwork[tried.why];
    case 'sign_in': return t().lock.sessionOver;
    case 'sign_in_again': return problemText('device.sign_in_again');
    case 'not_taken': return t().lock.passkeyNotTaken;
    case 'too_old': return t().lock.browserTooOld;
    case 'refused': return problemText(tried.code);
  }
}
