import { beforeEach, expect, it } from 'vitest';

import { open, openAll, openBytes, seal, sealBytes } from '@/store/codec';
import { dropDataKey, holdDataKey, LockedError, newKeyBytes } from '@/store/keys';

beforeEach(async () => {
  await holdDataKey(newKeyBytes());
});

it('gives back what was sealed, and shows nothing of it', async () => {
  const sealed = await seal({ name: '王小明' });
  expect(await open(sealed)).toEqual({ name: '王小明' });
  expect(sealed.form === 1 && Buffer.from(sealed.data).includes('王小明')).toBe(false);
  const bytes = await sealBytes(Uint8Array.of(1, 2, 3).buffer);
  expect(new Uint8Array(await openBytes(bytes))).toEqual(Uint8Array.of(1, 2, 3));
  expect(await openAll([await seal(1), { form: 0 as const, plain: 2 }])).toEqual([1, 2]);
});

it('is locked without the key, and another key does not open it', async () => {
  const sealed = await seal('a note');
  dropDataKey();
  await expect(open(sealed)).rejects.toThrow(LockedError);
  await expect(seal('another')).rejects.toThrow(LockedError);
  await holdDataKey(newKeyBytes());
  await expect(open(sealed)).rejects.toThrow();
});
