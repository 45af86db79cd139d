import { expect, it } from 'vitest';

import { newId } from '@/lib/ids';

it('makes UUIDv7 that carry the time and rise strictly, also within a millisecond and when the clock steps back', () => {
  const ids = [...Array.from({ length: 5000 }, () => newId(1_790_000_000_000)), newId(1_700_000_000_000)];
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16)).toBe(1_790_000_000_000);
});
