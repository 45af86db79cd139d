import 'fake-indexeddb/auto';

import { expect, it } from 'vitest';

import type { PushRequest } from '@/api/types';
import { fromBase64, sha256Hex } from '@/lib/hash';
import { newId } from '@/lib/ids';
import { record } from '@/store/outbox';
import { keepPhotoBytes } from '@/store/photos';
import { rescueFile, type RescuedPhoto } from '@/store/rescue';

import { openedPhoto, openedRequest } from '../sync/opening';
import { freshStore } from '../sync/samples';

it('OF-11: the file holds what is only here, and only the server can read it', async () => {
  const store = await freshStore();
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 253);
  const sha256 = await sha256Hex(bytes.buffer);
  await keepPhotoBytes(store, bytes.buffer.slice(0), new ArrayBuffer(8));
  const photos = [{ id: newId(), sha256, media_type: 'image/jpeg', size_bytes: bytes.length }];
  const act = { kind: 'stop.skip' as const, body: { stop_id: 's1', reason: 'the dog bites' } };
  const id = await record(store, { act, case_id: 'k1', photos }, new Date());
  const rescue = await rescueFile(store, '1', new Date());
  expect(rescue).toMatchObject({ items: 1, photos: 1, left_out: 0 });
  const text = await rescue.file.text();
  expect(text).not.toContain('the dog bites');
  const told = JSON.parse(text) as { rescue: number; batch: PushRequest; photos: RescuedPhoto[] };
  expect(told.rescue).toBe(1);
  expect((await openedRequest(told.batch)).mutations).toMatchObject([{ ...act, id }]);
  const [photo] = told.photos;
  if (photo === undefined) throw new Error('the photo is missing');
  const opened = await openedPhoto(photo.sealed, sha256, fromBase64(photo.bytes));
  expect(Buffer.from(opened).equals(bytes)).toBe(true);
  store.close();
});
