import { describe, expect, it } from 'vitest';

import { refusedOf, rowsOf } from '@/features/imports/csv';
import { readingOf, sourceAt, targetOf, targetsOf, withReading, withTarget, type Mapping } from '@/features/imports/mapping';

const mapping: Mapping = {
  title: 'x', currency: 'CNY', language: 'zh-CN', zone: 'Asia/Shanghai', phone_region: 'CN',
  obligor: { external_ref: 'id', name: { from: ['first', 'last'], joined_by: ' ' } },
  account: { external_ref: 'loan', principal: { from: ['amount'], unit: 'wan' }, opened_on: 'day' },
  contacts: [{ fields: { value: 'phone' } }, { fields: { value: 'mail', kind: { constant: 'email' } } }],
};

describe('a column', () => {
  it.each([['id', 'obligor.external_ref'], ['last', 'obligor.name'], ['amount', 'account.principal'], ['mail', 'contacts/1.value'], ['nothing', '']])('%s fills "%s"', (column, path) => {
    expect(targetOf(mapping, column)).toBe(path);
  });

  it('moves with its reading to a field of the same kind', () => {
    const moved = withTarget(mapping, 'amount', 'balance.overdue');
    expect(sourceAt(moved, 'balance.overdue')).toEqual({ from: ['amount'], unit: 'wan' });
    expect(sourceAt(moved, 'account.principal')).toBeUndefined();
  });

  it('leaves its reading behind when the kind is another', () => {
    expect(sourceAt(withTarget(mapping, 'amount', 'account.product'), 'account.product')).toBe('amount');
  });

  it('that is taken out of a joined field leaves the others there', () => {
    expect(sourceAt(withTarget(mapping, 'last', ''), 'obligor.name')).toEqual({ from: ['first'], joined_by: ' ' });
  });

  it('that was the last of a slot takes the slot with it', () => {
    expect(withTarget(mapping, 'phone', '').contacts).toEqual([{ fields: { value: 'mail', kind: { constant: 'email' } } }]);
  });

  it('may begin a new slot; a new person is somebody related until it is said', () => {
    expect(withTarget(mapping, 'friend', 'parties/0.name').parties).toEqual([{ fields: { role: { constant: 'related' }, name: 'friend' } }]);
  });

  it('may move from the first slot to a third and the second stays', () => {
    const moved = withTarget(mapping, 'phone', 'contacts/2.value');
    expect(moved.contacts?.map((slot) => sourceOf(slot.fields['value']))).toEqual(['mail', 'phone']);
  });
});

const sourceOf = (source: unknown): string => (typeof source === 'string' ? source : 'more');

it('readings are shown and changed', () => {
  expect([readingOf(mapping, 'account.principal'), readingOf(mapping, 'account.opened_on'), readingOf(mapping, 'obligor.name')]).toEqual(['wan', 'iso', undefined]);
  expect(sourceAt(withReading(mapping, 'account.opened_on', 'us'), 'account.opened_on')).toEqual({ from: ['day'], format: 'us' });
  expect(readingOf(withReading(mapping, 'account.principal', 'major'), 'account.principal')).toBe('major');
});

it('one slot more than there are is offered', () => {
  expect(targetsOf(mapping).filter(({ noun }) => noun === 'contacts').map(({ slot }) => slot)).toEqual([0, 1, 2]);
});

describe('the file of refused lines', () => {
  it('is read with commas, quotes and line ends inside of cells', () => {
    expect(rowsOf('\uFEFF"a","b"\r\n"1, ""x""","two\r\nlines"\r\n', 10)).toEqual([['a', 'b'], ['1, "x"', 'two\r\nlines']]);
  });

  it('tells line, column, reason and cell by the names of its columns', () => {
    const text = '"id","rounds_line","rounds_column","rounds_code","rounds_reason","rounds_value"\r\n"Z","7","amount","c","no amount","many"\r\n';
    expect(refusedOf(text, 5)).toEqual([{ line: '7', column: 'amount', reason: 'no amount', value: 'many' }]);
  });
});
