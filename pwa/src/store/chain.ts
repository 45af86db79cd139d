/**
 * How does this phone bind its evidence into one chain? Each manifest names the number and the hash of the one before it.
 *
 * A small store of its own: it belongs to the device's key, not to a person's cases, and holds no more than the last
 * number and hash of each device.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

import { sha256Hex, toBase64 } from '@/lib/hash';

import type { Device } from './device';

export interface Place {
  readonly lat_e7: number;
  readonly lon_e7: number;
  readonly accuracy_m: number;
  readonly age_ms: number;
}

/** What is signed about evidence; the chain and the name of the key are added when it is signed. */
export interface Facts {
  readonly kind: 'photo' | 'audio' | 'signature';
  readonly evidence_id: string;
  readonly case_id: string;
  readonly visit_id: string;
  readonly user_id: string;
  readonly scope: string | null;
  readonly source: 'camera' | 'file' | 'microphone' | 'pad';
  readonly sha256: string;
  readonly original_sha256: string;
  readonly size: number;
  readonly original_size: number;
  readonly media_type: string;
  /** Of a note: how long it is. */
  readonly duration_ms?: number;
  /** Of a signature: the SHA-256 of the statement that stood above it. */
  readonly statement?: string;
  readonly taken_at: string;
  readonly monotonic_ms: number;
  /** Server minus phone, as last learnt; null when never. */
  readonly clock_offset_ms: number | null;
  readonly place: Place | null;
  /** The last receipt that this phone held: the photo is younger than that. */
  readonly after: { readonly receipt_sha256: string; readonly received_at: string } | null;
}

export interface Signed {
  readonly manifest: string;
  readonly signature: string;
}

interface ChainSchema extends DBSchema {
  links: { key: string; value: { readonly device_id: string; readonly number: number; readonly previous: string } };
}

const NOTHING_BEFORE = '0'.repeat(64);
/** Two tabs may sign at one moment; the slower one takes the next number. */
const TRIES_MAX = 8;

async function withChain<Result>(work: (db: IDBPDatabase<ChainSchema>) => Promise<Result>): Promise<Result> {
  const db = await openDB<ChainSchema>('rounds-chain', 1, {
    upgrade(fresh) { fresh.createObjectStore('links', { keyPath: 'device_id' }); },
  });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** JSON in the one way that has one hash: keys sorted, no spaces. Numbers must be whole. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one: unknown) => canonical(one)).join(',')}]`;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error('only whole numbers are signed');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries<unknown>({ ...value }).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

function bytesOf(text: string): ArrayBuffer {
  return new TextEncoder().encode(text).buffer;
}

/** Signs what is known about a photo, note or signature as the next link of this device's chain. */
export async function signNext(device: Device, facts: Facts): Promise<Signed> {
  const spki = await crypto.subtle.exportKey('spki', device.keys.publicKey);
  const key_id = (await sha256Hex(spki)).slice(0, 16);
  return await withChain(async (db) => {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const last = await db.get('links', device.id);
      const number = (last?.number ?? 0) + 1;
      const previous = last?.previous ?? NOTHING_BEFORE;
      const manifest = canonical({ ...facts, v: 1, device_id: device.id, key_id, previous, number });
      const next = { device_id: device.id, number, previous: await sha256Hex(bytesOf(manifest)) };
      const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, device.keys.privateKey, bytesOf(manifest));
      const tx = db.transaction('links', 'readwrite');
      const isStillLast = ((await tx.store.get(device.id))?.number ?? 0) + 1 === number;
      if (isStillLast) await tx.store.put(next);
      await tx.done;
      if (isStillLast) return { manifest, signature: toBase64(new Uint8Array(signature)) };
    }
    throw new Error('the chain of this device is being written by too many at once');
  });
}
