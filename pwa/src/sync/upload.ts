/**
 * How do the bytes of photos, notes and signatures reach the server, each once, over a network that breaks? tus 1.0, core and creation.
 *
 * The offset is kept after every piece; a killed worker asks the server where it stands and goes on from there.
 */
import { ask, type Answered, type Refused, type Reply } from '@/api/http';
import { toBase64 } from '@/lib/hash';
import { openBytes } from '@/store/codec';
import type { OutboxState, PhotoBytesRow, PhotoRow, SealedHeader } from '@/store/schema';
import { tellChanged } from '@/store/changed';
import type { Store } from '@/store/database';
import { isOpen } from '@/store/keys';

import { outcomeOf, type Outcome } from './outcome';

/** A cut costs at most the piece under way; on a slow line pieces are small, and each is answered long before the time-out. */
const SMALL_PIECE_BYTES = 64 * 1024;
const LARGE_PIECE_BYTES = 256 * 1024;
/** The line is fast when a large piece would be through in this time, its answer included. */
const FAST_MS = 2000;
const TUS = { 'Tus-Resumable': '1.0.0' };
/** The server and we may disagree about the offset once or twice, not for ever. */
const TRIES_MAX = 4;
/** The server looked at the bytes and will not have them: sending them again changes nothing. */
const FINAL: ReadonlySet<number> = new Set([400, 403, 413, 415, 422, 460]);
const NOT_ANSWERED: ReadonlySet<OutboxState> = new Set(['saved', 'sending']);
/** The browser has lost the bytes, and the server has them neither. */
export const LOST = 'evidence.bytes_lost';

/** What travels: sealed for the server with its header, or plain when an older version kept it so. */
interface Cargo {
  readonly bytes: ArrayBuffer;
  readonly header: SealedHeader | undefined;
}

/** Of a phone out of service: no record that the server has names this file, which stays until one does. */
const NOT_NAMED = 'evidence.not_named';

async function keep(db: Store, photo: PhotoRow): Promise<PhotoRow> {
  await db.put('photos', photo);
  tellChanged();
  return photo;
}

function offsetIn(reply: Answered<unknown>): number {
  const offset = Number(reply.headers.get('Upload-Offset') ?? '0');
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : 0;
}

function ends(reply: Refused | { readonly kind: 'unreached' }): Outcome {
  return reply.kind === 'unreached' ? 'offline' : outcomeOf(reply.status);
}

/** Asks for a place to put so many bytes. When the server has them already it says so by an offset at the end. */
function create(photo: PhotoRow, length: number, header: SealedHeader | undefined): Promise<Reply<unknown>> {
  const encode = (text: string): string => toBase64(new TextEncoder().encode(text));
  // The hash is that of the plain bytes, which the record names.
  const told = [`sha256 ${encode(photo.sha256)}`, `type ${encode(photo.media_type)}`];
  if (header !== undefined) told.push(`sealed ${encode(JSON.stringify(header))}`);
  return ask({
    method: 'POST', path: '/v1/uploads',
    headers: { ...TUS, 'Upload-Length': String(length), 'Upload-Metadata': told.join(',') },
  });
}

/** The photo with a place on the server and the offset at which to go on; or why not now. */
async function located(db: Store, photo: PhotoRow, cargo: Cargo): Promise<PhotoRow | Outcome> {
  if (photo.upload_path !== '') {
    const reply = await ask({ method: 'HEAD', path: photo.upload_path, headers: TUS });
    if (reply.kind === 'answered') return keep(db, { ...photo, sent_bytes: offsetIn(reply) });
    // 404 and 410: the place has expired; a new one is asked for.
    if (reply.kind === 'unreached' || (reply.status !== 404 && reply.status !== 410)) return ends(reply);
  }
  const reply = await create(photo, cargo.bytes.byteLength, cargo.header);
  if (reply.kind !== 'answered') {
    if (reply.kind === 'refused' && reply.problem.code === NOT_NAMED) return 'done';
    if (reply.kind === 'refused' && FINAL.has(reply.status)) return keep(db, { ...photo, state: 'refused', code: reply.problem.code });
    return ends(reply);
  }
  const place = new URL(reply.headers.get('Location') ?? '', 'http://here/').pathname;
  return keep(db, { ...photo, upload_path: place, sent_bytes: offsetIn(reply) });
}

/** An original is large, and what somebody has just done goes first. */
async function mustYield(db: Store, photo: PhotoRow): Promise<boolean> {
  return photo.part === 'original' && (await db.countFromIndex('outbox', 'state', 'saved')) > 0;
}

/** How much to send at once, by how long the piece before took; the first of a file is small, for nobody knows yet. */
export function pieceBytes(sentBytes: number, tookMs: number): number {
  return sentBytes > 0 && tookMs * (LARGE_PIECE_BYTES / sentBytes) <= FAST_MS ? LARGE_PIECE_BYTES : SMALL_PIECE_BYTES;
}

/** Sends from the offset to the end, keeping the offset after each piece. */
async function sendRest(db: Store, start: PhotoRow, { bytes }: Cargo): Promise<PhotoRow | Outcome> {
  let photo = start;
  let length = pieceBytes(0, 0);
  while (photo.sent_bytes < bytes.byteLength) {
    if (await mustYield(db, photo)) return 'behind';
    const piece = bytes.slice(photo.sent_bytes, photo.sent_bytes + length);
    const began = performance.now();
    const reply = await ask({
      method: 'PATCH', path: photo.upload_path,
      headers: { ...TUS, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(photo.sent_bytes) },
      bytes: piece,
    });
    if (reply.kind === 'refused' && FINAL.has(reply.status)) return keep(db, { ...photo, state: 'refused', code: reply.problem.code });
    // 404, 409, 410, 423: the server stands elsewhere than we think; the caller asks where.
    if (reply.kind === 'refused' && [404, 409, 410, 423].includes(reply.status)) return photo;
    if (reply.kind !== 'answered') return ends(reply);
    length = pieceBytes(piece.byteLength, performance.now() - began);
    photo = await keep(db, { ...photo, sent_bytes: offsetIn(reply) });
  }
  await dropTravelled(db, photo.sha256);
  return keep(db, { ...photo, state: 'stored' });
}

/** What has arrived need not lie here twice; the copy to look at stays. */
async function dropTravelled(db: Store, sha256: string): Promise<void> {
  const row = await db.get('photo_bytes', sha256);
  if (row?.wire && row.sealed !== null) await db.put('photo_bytes', { ...row, wire: null });
  else if (row?.wire) await db.delete('photo_bytes', sha256);
}

/** What there is to send; `locked` when only an open page could send it; `gone` when it does not lie here any more. */
async function cargoOf(photo: PhotoRow, row: PhotoBytesRow | undefined): Promise<Cargo | 'locked' | 'gone'> {
  if (row?.wire) return { bytes: row.wire.bytes, header: row.wire.header };
  if (row === undefined || row.sealed === null) return 'gone';
  if (row.sealed.form === 1 && !isOpen()) return 'locked';
  const bytes = await openBytes(row.sealed);
  // What is left of a photo that has travelled is its small copy.
  return bytes.byteLength === photo.size_bytes ? { bytes, header: undefined } : 'gone';
}

/** The same bytes may have gone up for a record that was taken back; else they are lost, and that is said. */
async function settleGone(db: Store, photo: PhotoRow): Promise<Outcome> {
  const reply = await create(photo, photo.size_bytes, undefined);
  if (reply.kind === 'refused' && reply.problem.code === NOT_NAMED) return 'done';
  if (reply.kind === 'unreached' || (reply.kind === 'refused' && !FINAL.has(reply.status))) return ends(reply);
  const isThere = reply.kind === 'answered' && offsetIn(reply) === photo.size_bytes;
  await keep(db, isThere ? { ...photo, state: 'stored', sent_bytes: photo.size_bytes } : { ...photo, state: 'refused', code: LOST });
  return 'done';
}

/** Whether the record that names a photo was answered: it goes first, so that no bytes come unannounced. */
export async function isAnnounced(db: Store, photo: PhotoRow): Promise<boolean> {
  const mutation = await db.get('outbox', photo.mutation_id);
  return mutation === undefined || !NOT_ANSWERED.has(mutation.state);
}

/** Sends one file from where it stands. */
export async function uploadOne(db: Store, waiting: PhotoRow): Promise<Outcome> {
  const cargo = await cargoOf(waiting, await db.get('photo_bytes', waiting.sha256));
  if (cargo === 'locked') return 'done';
  if (cargo === 'gone') return await settleGone(db, waiting);
  let photo = waiting;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const place = await located(db, photo, cargo);
    if (typeof place === 'string') return place;
    if (place.state === 'refused') return 'done';
    const sent = await sendRest(db, place, cargo);
    if (typeof sent === 'string') return sent;
    if (sent.state !== waiting.state) return 'done';
    photo = sent;
  }
  return 'later';
}

/** Sends what waits and is announced; originals that somebody wants on the server now come last. */
export async function upload(db: Store): Promise<Outcome> {
  const waiting = await db.getAllFromIndex('photos', 'state', 'waiting');
  const isOriginal = ({ part }: PhotoRow): number => (part === 'original' ? 1 : 0);
  for (const photo of waiting.toSorted((one, other) => isOriginal(one) - isOriginal(other))) {
    if (!(await isAnnounced(db, photo))) continue;
    const outcome = await uploadOne(db, photo);
    if (outcome !== 'done') return outcome;
  }
  return 'done';
}
