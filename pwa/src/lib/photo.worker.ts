/**
 * What becomes of a photo before it is kept? It is hashed as shot, then made smaller, then hashed as it will travel.
 *
 * In a worker, because a 12-megapixel picture is 48 MB when it is unpacked. Drawing it anew drops what the camera wrote
 * into it (place, model); place and time of the visit stand in the record instead.
 */
import { sha256Hex } from './hash';

const SIDE_MAX_PX = 1600;
const QUALITY = 0.72;
/** The copy to look at on the phone: large enough to see whether the picture is sharp. */
const SMALL_SIDE_MAX_PX = 480;

export interface Shrunk {
  readonly bytes: ArrayBuffer;
  readonly small: ArrayBuffer;
  readonly sha256: string;
  readonly media_type: string;
  readonly original: ArrayBuffer;
  readonly original_sha256: string;
}

export type FromWorker = { readonly ok: true; readonly photo: Shrunk } | { readonly ok: false; readonly message: string };

/** The picture as JPEG, no side longer than so many pixels. */
async function drawn(bitmap: ImageBitmap | OffscreenCanvas, sideMaxPx: number): Promise<{ canvas: OffscreenCanvas; bytes: ArrayBuffer }> {
  const scale = Math.min(1, sideMaxPx / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas to draw on');
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  return { canvas, bytes: await blob.arrayBuffer() };
}

async function shrink(file: Blob): Promise<Shrunk> {
  const original = await file.arrayBuffer();
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const { canvas, bytes } = await drawn(bitmap, SIDE_MAX_PX);
  bitmap.close();
  const { bytes: small } = await drawn(canvas, SMALL_SIDE_MAX_PX);
  return {
    bytes, small, sha256: await sha256Hex(bytes), media_type: 'image/jpeg',
    original, original_sha256: await sha256Hex(original),
  };
}

self.addEventListener('message', (event: MessageEvent<Blob>) => {
  shrink(event.data).then(
    (photo) => { self.postMessage({ ok: true, photo } satisfies FromWorker, { transfer: [photo.bytes, photo.small, photo.original] }); },
    // A file that is no picture is an answer, not a crash: the person takes another one.
    (error: unknown) => { self.postMessage({ ok: false, message: String(error) } satisfies FromWorker); },
  );
});
