/** How does a picture from the camera get into the store? */
import type { ConsentBy, PhotoScope, PhotoTaken } from '@/api/types';
import { newId } from '@/lib/ids';
import { DEFAULT_POLICY, keepsOriginal } from '@/rules/originals';
import { metaOf } from '@/store/meta';
import { keepParcel } from '@/store/photos';
import { boxOf } from '@/store/sealing';

import type { FromWorker, Shrunk, Task } from './photo.worker';
import workerAddress from './photo.worker.ts?worker&url';
import { position } from './position.svelte';
import { freeShare } from './room';
import { store } from './session.svelte';
import { shotAt, signed, sourceOf, type OfVisit } from './signing';

/** Shrinks and seals one picture; one at a time, each in a worker that ends with it, so that its memory goes too. */
function shrink(task: Task): Promise<Shrunk> {
  const worker = new Worker(workerAddress, { type: 'module' });
  return new Promise<Shrunk>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.ok) resolve(data.photo);
      else reject(new Error(data.message));
    });
    worker.addEventListener('error', (event) => { reject(new Error(event.message)); });
    worker.postMessage(task);
  }).finally(() => { worker.terminate(); });
}

/** What is said about a picture when it is taken: for a photo inside, who agreed to it. */
export interface Shown {
  readonly scope: PhotoScope;
  readonly consent_by: ConsentBy | null;
  readonly of: OfVisit;
  readonly askedAtMs: number;
}

/** Keeps the picture and says how the record names it; undefined when the file is no picture that can be read. */
export async function takePhoto(file: File, { scope, consent_by, of, askedAtMs }: Shown, now: Date): Promise<PhotoTaken | undefined> {
  const shot = await shotAt(sourceOf(file, askedAtMs), position().position, now);
  const policy = (await metaOf(store(), 'originals')) ?? DEFAULT_POLICY;
  const mayKeep = keepsOriginal(policy, file, await freeShare());
  const known = await boxOf(store());
  let photo: Shrunk;
  try {
    photo = await shrink({ file, box: known?.box, keepsOriginal: mayKeep });
  } catch (error) {
    console.info('not a picture', error);
    return undefined;
  }
  const { copy, original } = photo;
  const original_kept = mayKeep && original.sha256 !== copy.sha256;
  await Promise.all([
    keepParcel(store(), copy, photo.small),
    ...(original_kept ? [keepParcel(store(), original, null)] : []),
  ]);
  const unsigned = {
    id: newId(), sha256: copy.sha256, size_bytes: copy.size_bytes, media_type: photo.media_type,
    original_sha256: original.sha256, original_size_bytes: file.size, original_kept, taken_at: now.toISOString(), scope,
    consent_by: scope === 'inside' ? consent_by : null,
  };
  return await signed(unsigned, of, shot);
}
