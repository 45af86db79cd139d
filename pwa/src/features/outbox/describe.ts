/** What is a thing on the Sync screen called? */
import { lang, t } from '@/app/i18n/i18n.svelte';
import { bytes, day, money } from '@/app/say';
import { resultWord, REVEAL_REASONS, SKIP_REASONS, wordFor } from '@/rules/codes';
import type { Done } from '@/store/outbox';
import type { PhotoRow } from '@/store/schema';

export function kindWord(kind: string): string {
  return t().outbox.kinds[kind] ?? kind;
}

/** What a file is that travels beside its record. */
export function fileWord({ part }: PhotoRow): string {
  const { filePhoto, fileAudio: audio, fileSignature: signature, fileOriginal: original } = t().outbox;
  return part === undefined ? filePhoto : { audio, signature, original }[part];
}

/** Where such a file is. */
export function fileState(file: PhotoRow): string {
  switch (file.state) {
    case 'stored': return t().outbox.photoStored;
    case 'later': return t().outbox.originalLater;
    case 'refused': return t().problems[file.code] ?? file.code;
    case 'waiting': return t().outbox.photoSent(bytes(file.sent_bytes), bytes(file.size_bytes));
  }
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
