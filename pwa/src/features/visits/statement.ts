/**
 * What does a client sign? The promise in the client's own language, in the words that stand above the line.
 *
 * The text is part of what is signed, so both languages stand here and not among the words of the app: they may change
 * only together with `v`.
 */
import { sayMoney } from '@/lib/money';
import { canonical } from '@/store/chain';

export type SignedLang = 'zh' | 'en';

export interface Promised {
  readonly case_number: string;
  readonly name: string;
  readonly promise_id: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly due_on: string;
}

/** The language of the client, as far as we have it in words. */
export function langOf(clientLanguage: string): SignedLang {
  return clientLanguage.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function dayInWords(due_on: string, lang: SignedLang): string {
  const day = new Date(`${due_on}T00:00:00Z`);
  return new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(day);
}

/** What is read before signing. */
export function statementText({ name, case_number, amount_minor, currency, due_on }: Promised, lang: SignedLang): string {
  const money = sayMoney(amount_minor, currency, lang === 'zh' ? 'zh-CN' : 'en');
  const day = dayInWords(due_on, lang);
  return lang === 'zh'
    ? `本人 ${name}（案件编号 ${case_number}）承诺于${day}前（含当日）支付 ${money}。本签名仅确认本次见面及上述承诺。`
    : `I, ${name} (case ${case_number}), promise to pay ${money} by ${day}. My signature confirms this meeting and this promise, and nothing else.`;
}

/** What the client must know besides, below the line. */
export function freeText(lang: SignedLang): string {
  return lang === 'zh' ? '签名自愿。签署的内容仅为以上文字。' : 'You need not sign. What stands above is all that is signed.';
}

/** What is signed, in the one way that has one hash. */
export function statementOf(promised: Promised, lang: SignedLang): string {
  const { case_number, promise_id, amount_minor, currency, due_on } = promised;
  return canonical({ v: 1, case_number, promise_id, amount_minor, currency, due_on, language: lang, text: statementText(promised, lang) });
}

/** The text of a statement that was signed. */
export function textOf(statement: string): string {
  // Only statementOf writes it.
  return (JSON.parse(statement) as { readonly text: string }).text;
}
