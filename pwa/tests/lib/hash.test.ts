import { expect, it } from 'vitest';

import { fromBase64, sha256Hex, toBase64 } from '@/lib/hash';

it('hashes as the standard says', async () => {
  expect(await sha256Hex(new TextEncoder().encode('abc').buffer)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

it('writes bytes as base64 and reads them back, beyond one slice', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256);
  expect(fromBase64(toBase64(bytes))).toEqual(bytes);
});
