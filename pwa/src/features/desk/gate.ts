/** What does the gate's answer mean to the caller: call, wait, or not? Decisions beside the screen. */
import type { ContactVerdict, ContactVerdicts, Dialled, RuleText } from './api';

export type Face =
  | { readonly kind: 'may' }
  | { readonly kind: 'wait'; readonly opensAt: string; readonly why: readonly string[] }
  | { readonly kind: 'not'; readonly why: readonly string[] }
  | { readonly kind: 'reserved' };

/** What the rules that fired say, in the reader's language; a rule without a text is named by its id. */
export function reasonsOf(verdict: ContactVerdict, rules: readonly RuleText[], lang: string): readonly string[] {
  const said = verdict.rule_ids.map((id) => {
    const rule = rules.find((one) => one.id === id);
    return rule === undefined ? id : lang === 'en' ? rule.en : rule.zh;
  });
  return [...new Set(said)];
}

export function faceOf(verdict: ContactVerdict, rules: readonly RuleText[], lang: string): Face {
  if (verdict.decision === 'ALLOW') return { kind: 'may' };
  const why = reasonsOf(verdict, rules, lang);
  return verdict.earliest_allowed_at === null ? { kind: 'not', why } : { kind: 'wait', opensAt: verdict.earliest_allowed_at, why };
}

/** The look ahead at one number; undefined while it is not known. */
export function faceAhead(verdicts: ContactVerdicts | undefined, contactId: string | undefined, lang: string): Face | undefined {
  const verdict = verdicts?.items.find((one) => one.to_id === (contactId ?? null));
  return verdict === undefined || verdicts === undefined ? undefined : faceOf(verdict, verdicts.rules, lang);
}

/** What came of dialling, where no number was shown. */
export function faceOfDialled(dialled: Dialled, lang: string): Face {
  return dialled.is_reserved ? { kind: 'reserved' } : faceOf(dialled.verdict, dialled.rules, lang);
}
