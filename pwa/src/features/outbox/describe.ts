/** What is a thing on the Sync screen called? */
import { lang, t } from '@/app/i18n/i18n.svelte';
import { day, money } from '@/app/say';
import { resultWord, REVEAL_REASONS, SKIP_REASONS, wordFor } from '@/rules/codes';
import type { Done } from '@/store/outbox';

export function kindWord(kind: string): string {
  return t().outbox.kinds[kind] ?? kind;
}

/** The line below the title: the result, the promise, the reason. */
export function detailOf({ act }: Done, zone: string): string {
  switch (act.kind) {
    case 'visit.record':
    case 'call.record': {
      const { promise, result } = act.body;
      const word = resultWord(act.kind === 'visit.record' ? 'visit' : 'call', result, lang());
      return promise === null ? word : `${word} · ${money(promise.amount_minor, promise.currency)} · ${day(promise.due_on, zone)}`;
    }
    case 'record.withdraw': return kindWord(`${act.body.target_kind}.record`);
    case 'case.edit': return `${t().cases.factNames[act.body.field] ?? act.body.field}: ${act.body.value}`;
    case 'contact.reveal': return wordFor(REVEAL_REASONS, act.body.reason, lang());
    case 'evidence.answer': return act.body.text;
    case 'stop.skip': return reasonWord(act.body.reason);
    case 'stop.restore':
    case 'stops.reorder':
    case 'duty.start':
    case 'duty.end': return '';
  }
}

/** A skip says a code, and after a colon what was typed. */
function reasonWord(reason: string): string {
  const [code = '', ...words] = reason.split(': ');
  return [wordFor(SKIP_REASONS, code, lang()), ...words].join(': ');
}
