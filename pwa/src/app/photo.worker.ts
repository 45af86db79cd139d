/**
 * What becomes of a photo before it is kept? It is hashed as shot, made smaller, hashed as it will travel, and sealed.
 *
 * In a worker, because a 12-megapixel picture is 48 MB when it is unpacked. Drawing it anew drops what the camera wrote
 * into it (place, model); place and time of the visit stand in the record instead.
 */
import type { BoxKey } from '@/store/boxes';
import { parcelOf, type Parcel } from '@/store/photo_sealing';

const SIDE_MAX_PX = 1600;
const QUALITY = 0.72;
/** The copy to look at on the phone: large enough to see whether the picture is sharp. */
const SMALL_SIDE_MAX_PX = 480;

/** What to do: `box` is the server's key if it is known, `keepsOriginal` whether the picture as shot stays here too. */
export interface Task {
  readonly file: Blob;
  readonly box: BoxKey | undefined;
  readonly keepsOriginal: boolean;
}

export interface Shrunk {
  readonly copy: Parcel;
  readonly small: ArrayBuffer;
  readonly media_type: string;
  readonly original: Parcel;
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

async function copyOf(file: Blob, box: BoxKey | undefined): Promise<{ copy: Parcel; small: ArrayBuffer }> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const { canvas, bytes } = await drawn(bitmap, SIDE_MAX_PX);
  bitmap.close();
  const [copy, { bytes: small }] = await Promise.all([parcelOf(bytes, box), drawn(canvas, SMALL_SIDE_MAX_PX)]);
  return { copy, small };
}

/** The original is sealed while the copy is drawn: the cipher and the picture have threads of their own. */
async function shrink({ file, box, keepsOriginal }: Task): Promise<Shrunk> {
  const [original, { copy, small }] = await Promise.all([
    file.arrayBuffer().then((shot) => parcelOf(shot, keepsOriginal ? box : undefined)),
    copyOf(file, box),
  ]);
  return { copy, small, media_type: 'image/jpeg', original };
}

function buffers({ copy, small, original }: Shrunk): ArrayBuffer[] {
  return [small, ...[copy, original].flatMap(({ plain, wire }) => [plain, wire?.bytes].filter((one) => one instanceof ArrayBuffer))];
}

self.addEventListener('message', (event: MessageEvent<Task>) => {
  shrink(event.data).then(
    (photo) => { self.postMessage({ ok: true, photo } satisfies FromWorker, { transfer: buffers(photo) }); },
    // A file that is no picture is an answer, not a crash: the person takes another one.
    (error: unknown) => { self.postMessage({ ok: false, message: String(error) } satisfies FromWorker); },
  );
});
