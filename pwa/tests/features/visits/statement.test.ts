import { describe, expect, it } from 'vitest';

import { langOf, statementOf, statementText, textOf } from '@/features/visits/statement';

const promised = { case_number: 'C-7', name: '王小明', promise_id: 'p1', amount_minor: 200_000, currency: 'CNY', due_on: '2026-11-27' };

describe('what a client signs', () => {
  it('EV-5: says amount, day and case in the language of the client', () => {
    expect(statementText(promised, 'zh')).toBe('本人 王小明（案件编号 C-7）承诺于2026年11月27日前（含当日）支付 ¥2,000.00。本签名仅确认本次见面及上述承诺。');
    expect(statementText(promised, 'en')).toContain('promise to pay ¥2,000.00 by 27 November 2026');
    expect(['zh-CN', 'ZH', 'en', 'ug'].map(langOf)).toEqual(['zh', 'zh', 'en', 'en']);
  });

  it('EV-5: is written in the one way that has one hash', () => {
    const statement = statementOf(promised, 'zh');
    expect(statement.startsWith('{"amount_minor":200000,"case_number":"C-7","currency":"CNY","due_on":"2026-11-27","language":"zh","promise_id":"p1","text":"本人')).toBe(true);
    expect(textOf(statement)).toBe(statementText(promised, 'zh'));
  });
});
