import { expect, it } from 'vitest';

import { promiseFault } from '@/rules/promise';

const at = { today: '2026-11-24', balanceMinor: 1000 };

it.each([
  [undefined, '2026-11-24', 'amount_missing'], [1001, '2026-11-24', 'amount_above_balance'], [1000, '', 'day_missing'], [1000, '2026-11-23', 'day_in_past'],
  [1000, '2026-11-24', undefined], [1, '2027-11-25', undefined], [1, '2027-11-26', 'day_too_far'],
])('a promise of %s for %s: %s', (amount_minor, due_on, fault) => {
  expect(promiseFault({ amount_minor, due_on }, at)).toBe(fault);
});
