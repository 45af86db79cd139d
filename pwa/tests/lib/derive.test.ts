import { pbkdf2Sync, hkdfSync } from 'node:crypto';

import { expect, it } from 'vitest';

import { derive, pinRoot, unwrapKey, wrapKey } from '@/lib/derive';

const salt = Uint8Array.from({ length: 16 }, (_, index) => index);

it('derives as another implementation does', async () => {
  const root = await pinRoot('482916', salt);
  expect(Buffer.from(root).equals(pbkdf2Sync('482916', salt, 600_000, 32, 'sha256'))).toBe(true);
  expect(Buffer.from(await derive(root, salt, 'a purpose')).equals(Buffer.from(hkdfSync('sha256', root, salt, 'a purpose', 32)))).toBe(true);
});

it('gives a key back to the right key only', async () => {
  const [key, right, wrong] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const wrapped = await wrapKey(key, right);
  expect(await unwrapKey(wrapped, right)).toEqual(key);
  expect(await unwrapKey(wrapped, wrong)).toBeUndefined();
});
