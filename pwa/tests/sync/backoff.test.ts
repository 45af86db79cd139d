import { expect, it } from 'vitest';

import { delayMs } from '@/sync/backoff';

it('doubles, with jitter of a half, up to five minutes', () => {
  expect([delayMs(1, 0), delayMs(1, 1), delayMs(4, 1), delayMs(50, 0), delayMs(50, 1)]).toEqual([1000, 2000, 16_000, 150_000, 300_000]);
});
