import 'fake-indexeddb/auto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { VisitRecord } from '@/api/types';
import { sha256Hex } from '@/lib/hash';
import type { Store } from '@/store/database';
import { record } from '@/store/outbox';
import { keepPhotoBytes } from '@/store/photos';
import { flush } from '@/sync/flush';
import { pieceBytes } from '@/sync/upload';

import { freshStore } from './samples';
import { openStage, type Stage } from './server';

const KB = 1024;
const SMALL = 64 * KB;
let stage: Stage;
let store: Store;

beforeEach(async () => {
  stage = openStage();
  store = await freshStore();
});
afterEach(() => {
  store.close();
  vi.restoreAllMocks();
});

/** How large each piece was that left the phone. */
const pieces = (): number[] => stage.asked.filter(({ method }) => method === 'PATCH').map(({ body }) => (body as ArrayBuffer).byteLength);
const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);

async function visited(sizeBytes: number): Promise<string> {
  const bytes = new Uint8Array(sizeBytes).map((_, at) => at % 251).buffer;
  const sha256 = await sha256Hex(bytes);
  await keepPhotoBytes(store, bytes, new Uint8Array(20).buffer);
  const file = { id: '01936e00-0000-7000-8000-0000000000f1', sha256, media_type: 'image/jpeg', size_bytes: sizeBytes };
  await record(store, { act: { kind: 'visit.record', body: { id: 'v1', result: 'NOT_HOME' } as unknown as VisitRecord }, case_id: 'k1', photos: [file] }, new Date());
  return sha256;
}

/** Lets each piece take so long by the phone's clock: it is looked at once before a piece and once after. */
function taking(ms: number): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += ms));
}

describe('pieces', () => {
  it.each([
    [0, 0, 64], [64 * KB, 0, 256], [64 * KB, 500, 256], [64 * KB, 501, 64], [256 * KB, 2000, 256], [256 * KB, 2001, 64],
    [32 * KB, 250, 256], [32 * KB, 251, 64], [1, 1, 64],
  ])('after %i bytes in %i ms the next holds %i kB', (sent, took, expected) => {
    expect(pieceBytes(sent, took)).toBe(expected * KB);
  });

  it('are large on a fast line, after the first', async () => {
    taking(1);
    const sha256 = await visited(700 * KB);
    expect(await flush()).toBe('done');
    expect(pieces().slice(0, 3)).toEqual([64 * KB, 256 * KB, 256 * KB]);
    expect(stage.files.has(sha256)).toBe(true);
  });

  it('stay small on a slow line', async () => {
    taking(520);
    await visited(200 * KB);
    expect(await flush()).toBe('done');
    expect(Math.max(...pieces())).toBe(SMALL);
  });
});

describe('a line that breaks', () => {
  it.each([0, 1, 1000, SMALL - 1])('OF-5: %i bytes into a piece costs at most that piece', async (arrived) => {
    taking(520);
    const sha256 = await visited(150 * KB);
    stage.breakAfterBytes = arrived;
    expect(await flush()).toBe('offline');
    expect(await flush()).toBe('offline');
    stage.breakAfterBytes = undefined;
    expect(await flush()).toBe('done');
    const stored = stage.files.get(sha256)?.length ?? 0;
    const travelled = sealedLength();
    expect([stored, sum(pieces()) - travelled <= 2 * (SMALL - arrived)]).toEqual([150 * KB, true]);
  });
});

/** Bytes that the server was promised: sealed, a file is a little longer than it was. */
function sealedLength(): number {
  const created = stage.asked.find(({ method, path }) => method === 'POST' && path === '/v1/uploads');
  return Number(created?.headers.get('Upload-Length'));
}
