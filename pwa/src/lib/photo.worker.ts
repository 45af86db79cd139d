/**
 * What becomes of a photo before it is kept? It is hashed as shot, then made smaller, then hashed as it will travel.
 *
 * In a worker, because a 12-megapixel picture is 48 MB when it is unpacked. Drawing it anew drops what the camera wrote
 * into it (place, model); place and time of the visit stand in the record instead.
 */
import { sha256Hex } from './hash';

const SIDE_MAX_PX = 1600;
const QUALITY = 0.72;

export interface Shrunk {
  readonly bytes: ArrayBuffer;
  readonly sha256: string;
  readonly media_type: string;
  readonly original_sha256: string;
  readonly original_size_bytes: number;
}

export type FromWorker = { readonly ok: true; readonly photo: Shrunk } | { readonly ok: false; readonly message: string };

async function shrink(file: Blob): Promise<Shrunk> {
  const original = await file.arrayBuffer();
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, SIDE_MAX_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas to draw on');
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  const bytes = await blob.arrayBuffer();
  return {
    bytes, sha256: await sha256Hex(bytes), media_type: 'image/jpeg',
    original_sha256: await sha256Hex(original), original_size_bytes: original.byteLength,
  };
}

self.addEventListener('message', (event: MessageEvent<Blob>) => {
  shrink(event.data).then(
    (photo) => { self.postMessage({ ok: true, photo } satisfies FromWorker, { transfer: [photo.bytes] }); },
    // A file that is no picture is an answer, not a crash: the person takes another one.
    (error: unknown) => { self.postMessage({ ok: false, message: String(error) } satisfies FromWorker); },
  );
});
