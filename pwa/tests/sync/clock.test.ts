import { expect, it } from 'vitest';

import { offsetMs } from '@/sync/clock';

it('takes the server to have spoken half way between asking and hearing', () => {
  expect(offsetMs('2026-11-24T10:00:00.000Z', Date.parse('2026-11-24T10:04:59.000Z'), Date.parse('2026-11-24T10:05:01.000Z'))).toBe(-300_000);
});
