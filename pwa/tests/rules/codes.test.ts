import { describe, expect, it } from 'vitest';

import { offered, partiesFor, resultOf, resultWord, stopsContact, type Met } from '@/rules/codes';

const codes = (results: readonly { readonly code: string }[]): string[] => results.map(({ code }) => code);
const none: ReadonlySet<string> = new Set();

describe('result codes', () => {
  it.each<[Met, string]>([['client', 'MET_PROMISE'], ['third', 'THIRD_PERSON_AT_ADDRESS'], ['nobody', 'NOT_HOME'], ['door', 'ACCESS_DENIED']])(
    'after meeting %s, %s is among the big choices', (met, code) => {
      expect(codes(offered('visit', met).main)).toContain(code);
    },
  );

  it('shows at most eight big choices and hides none', () => {
    for (const channel of ['visit', 'call'] as const) {
      for (const met of ['client', 'third', 'nobody'] as const) {
        const { main, more } = offered(channel, met);
        expect(main.length).toBeGreaterThan(0);
        expect(main.length).toBeLessThanOrEqual(8);
        expect(new Set(codes([...main, ...more])).size).toBe(main.length + more.length);
      }
    }
  });

  it('offers every code of the list somewhere, except a visit that was not made', () => {
    const reachable = new Set((['client', 'third', 'nobody', 'door'] as const).flatMap((met) => codes([...offered('visit', met).main, ...offered('visit', met).more])));
    expect(['MET_PROMISE', 'NOTICE_LEFT', 'MOVED_AWAY', 'HOSPITAL', 'COLLATERAL_SEEN', 'UNSAFE'].filter((code) => !reachable.has(code))).toEqual([]);
    expect(reachable.has('SKIPPED_TIME')).toBe(false);
  });

  it('always suggests a person whom the server accepts with the result', () => {
    for (const channel of ['visit', 'call'] as const) {
      for (const met of ['client', 'third', 'nobody', 'door'] as const) {
        const { main, more } = offered(channel, met);
        for (const result of [...main, ...more]) {
          const [party = ''] = partiesFor(result, met, none);
          expect(result.parties, `${channel} ${met} ${result.code}`).toContain(party);
        }
      }
    }
  });

  it('offers guarantors only where the case has one', () => {
    const promised = resultOf('visit', 'MET_PROMISE');
    if (promised === undefined) throw new Error('the list has no MET_PROMISE');
    expect(partiesFor(promised, 'client', none)).toEqual(['obligor']);
    expect(partiesFor(promised, 'client', new Set(['guarantor']))).toEqual(['obligor', 'guarantor']);
  });

  it('says which results stop further contact', () => {
    expect([resultOf('visit', 'MET_DISPUTE'), resultOf('visit', 'NOT_HOME')].map((result) => result !== undefined && stopsContact(result))).toEqual([true, false]);
  });

  it('shows a code it does not know as it is', () => {
    expect([resultWord('visit', 'NEW_CODE', 'en'), resultWord('visit', 'NOT_HOME', 'zh-CN')]).toEqual(['NEW_CODE', '无人在家']);
  });
});
