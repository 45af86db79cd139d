/** Why does a case stand where it stands in a list? Its reasons, and what came of it last. */
import type { CaseRow } from '@/api/office/cases';
import { resultOf, resultWord } from '@/rules/codes';

import { lang } from '../i18n/i18n.svelte';
import { wordOf } from './problem';
import { o } from './words';

export function whyOf(row: CaseRow): string {
  const reasons = row.reasons.map((code) => wordOf(o().office.reasons, code));
  const last = row.last_result === null ? [] : [resultWord(resultOf('call', row.last_result) === undefined ? 'visit' : 'call', row.last_result, lang())];
  return [...reasons, ...last].join(' · ');
}
