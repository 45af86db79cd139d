import { describe, expect, it } from 'vitest';

import type { ContactVerdict, Dialled } from '@/features/desk/api';
import { faceAhead, faceOf, faceOfDialled } from '@/features/desk/gate';

const RULES = [{ id: 'CN-TIME-01', zh: '只在 8 点到 22 点联系', en: 'Only from 8 to 22', source: '' }];
const ALLOW: ContactVerdict = { to_id: 'a', decision: 'ALLOW', rule_ids: [], conditions: [], earliest_allowed_at: null };
const NIGHT: ContactVerdict = { ...ALLOW, to_id: 'b', decision: 'BLOCK', rule_ids: ['CN-TIME-01', 'NEW-01'], earliest_allowed_at: '2026-11-26T08:00+08:00' };

describe('what the gate says to the caller', () => {
  it.each([
    ['zh-CN', '只在 8 点到 22 点联系'],
    ['en', 'Only from 8 to 22'],
  ])('is the reason in %s, and the id of a rule without a text', (lang, text) => {
    expect(faceOf(NIGHT, RULES, lang)).toEqual({ kind: 'wait', opensAt: '2026-11-26T08:00+08:00', why: [text, 'NEW-01'] });
  });

  it('is a no where no moment is known, and a review is no permission', () => {
    expect(faceOf({ ...NIGHT, earliest_allowed_at: null }, RULES, 'en').kind).toBe('not');
    expect(faceOf({ ...ALLOW, decision: 'REVIEW' }, RULES, 'en').kind).toBe('not');
  });

  it('is asked for by the number that is chosen, and unknown until it is there', () => {
    const verdicts = { at: '', items: [ALLOW, NIGHT], rules: RULES };
    expect(faceAhead(verdicts, 'a', 'en')).toEqual({ kind: 'may' });
    expect(faceAhead(verdicts, 'b', 'en')?.kind).toBe('wait');
    expect(faceAhead(verdicts, 'c', 'en')).toBeUndefined();
    expect(faceAhead(undefined, 'a', 'en')).toBeUndefined();
  });

  it('names another holder of the last permit as such, not as a rule', () => {
    const dialled: Dialled = { verdict_id: 'v', verdict: NIGHT, rules: RULES, permit_id: null, permit_until: null, number: null, is_reserved: true };
    expect(faceOfDialled(dialled, 'en')).toEqual({ kind: 'reserved' });
    expect(faceOfDialled({ ...dialled, is_reserved: false }, 'en').kind).toBe('wait');
  });
});
