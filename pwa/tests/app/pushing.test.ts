import { expect, it } from 'vitest';

import { fromBase64Url, toBase64Url } from '@/app/pushing.svelte';

it('reads and writes keys as push services do, without padding', () => {
  const bytes = Uint8Array.from([251, 255, 190, 1]);
  expect(toBase64Url(bytes.buffer)).toBe('-_--AQ');
  expect(fromBase64Url('-_--AQ')).toEqual(bytes);
});
