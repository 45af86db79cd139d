import { describe, expect, it } from 'vitest';

import { decimalOf, readAmount, sayMoney } from '@/lib/money';

describe('money', () => {
  it.each([
    [824_000, 'CNY', '8240.00'], [5, 'CNY', '0.05'], [0, 'CNY', '0.00'], [-150, 'USD', '-1.50'], [1234, 'JPY', '1234'],
    [1234, 'KWD', '1.234'], [1_000_000_000_000_000, 'CNY', '10000000000000.00'],
  ])('writes %i minor units of %s as %s', (minor, currency, text) => {
    expect(decimalOf(minor, currency)).toBe(text);
  });

  it.each([
    ['8,240', 824_000], ['8240.5', 824_050], ['8240.05', 824_005], ['¥', undefined], ['', undefined], ['0', undefined],
    ['8240.005', undefined], ['-5', undefined], ['1e3', undefined], ['8240。5', undefined], ['10000000000000', 10 ** 15], ['10000000000000.01', undefined],
  ])('reads "%s" as %s', (typed, minor) => {
    expect(readAmount(typed, 'CNY')).toBe(minor);
  });

  it('keeps every digit of an amount that a float could not hold', () => {
    expect(sayMoney(999_999_999_999_999, 'CNY', 'en')).toBe('¥9,999,999,999,999.99');
  });

  it('says yuan with the short sign in both languages', () => {
    expect([sayMoney(824_000, 'CNY', 'zh-CN'), sayMoney(824_000, 'CNY', 'en', { isWhole: true })]).toEqual(['¥8,240.00', '¥8,240']);
  });
});
