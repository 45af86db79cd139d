import { expect, it } from 'vitest';

import { rowsOf, shareOf } from '@/features/robots/groups';

const group = (cases: number, contacts: number) => ({ cases, called: 0, contacts, promises: 0, paying: 0, paid_minor: 0 });

it.each([
  [0, 0, undefined],
  [0, 10, { permille: 0, low: 0, high: 278 }],
  [10, 10, { permille: 1000, low: 722, high: 1000 }],
  [50, 100, { permille: 500, low: 404, high: 596 }],
])('%i of %i is a share with an interval', (count, cases, expected) => {
  expect(shareOf(count, cases)).toEqual(expected);
});

it.each([
  [group(900, 300), group(100, 10), true],
  [group(900, 300), group(100, 30), false],
  [group(20, 20), group(0, 0), false],
])('two groups differ only where their intervals lie apart', (called, held_out, differs) => {
  expect(rowsOf({ called, held_out })[0]?.differs).toBe(differs);
});
