/**
 * How does what was done here leave for the server so that nobody can read it on the way, this phone included?
 *
 * The outbox key is made at each unlock and every day, in the memory of the page only; its envelope lies beside the
 * outbox. So the service worker can send while the phone is locked, and a wiped phone still sends.
 */
import { newId } from '@/lib/ids';

import { boxed, type BoxKey } from './boxes';
import type { Store } from './database';
import { isOpen } from './keys';
import { metaOf } from './meta';
import type { EnvelopeRow, Travelling } from './schema';

const INFO = 'rounds outbox key v1';
const RENEW_AFTER_MS = 86_400_000;

interface Sealer {
  readonly store_name: string;
  readonly box_key_id: string;
  readonly made_ms: number;
  readonly key: CryptoKey;
  readonly row: EnvelopeRow;
}

let current: Sealer | undefined;

/** Forgets the key: what is sealed from now on goes into a new envelope. */
export function dropOutboxKey(): void {
  current = undefined;
}

/** The public key of the server that seals for it, and the device that it is bound to; undefined before they are known. */
export async function boxOf(store: Store): Promise<{ readonly box: BoxKey; readonly device_id: string } | undefined> {
  const [box, device_id] = await Promise.all([metaOf(store, 'box'), metaOf(store, 'device_id')]);
  return box === undefined || device_id === undefined ? undefined : { box, device_id };
}

async function sealerFor(store: Store, nowMs: number): Promise<Sealer | undefined> {
  const known = await boxOf(store);
  if (known === undefined) return undefined;
  const { box, device_id } = known;
  if (current?.store_name === store.name && current.box_key_id === box.key_id && nowMs - current.made_ms < RENEW_AFTER_MS) return current;
  const { key, envelope } = await boxed(box, INFO, device_id);
  current = { store_name: store.name, box_key_id: box.key_id, made_ms: nowMs, key, row: { ...envelope, id: newId(nowMs), made_at: new Date(nowMs).toISOString() } };
  return current;
}

export interface Item {
  readonly id: string;
  readonly kind: string;
  readonly schema: number;
  readonly body: unknown;
}

export interface SealedItem {
  readonly wire: Travelling;
  readonly envelope: EnvelopeRow;
}

/**
 * The body as it travels, and the envelope to keep beside it; undefined while no key of the server is known or the phone
 * is locked: then the item waits for an open page.
 */
export async function sealForServer(store: Store, { id, kind, schema, body }: Item, now: Date): Promise<SealedItem | undefined> {
  const sealer = isOpen() ? await sealerFor(store, now.getTime()) : undefined;
  if (sealer === undefined) return undefined;
  const text = new TextEncoder();
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = text.encode(`${id}\n${kind}\n${String(schema)}`);
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, sealer.key, text.encode(JSON.stringify(body)));
  return { wire: { envelope_id: sealer.row.id, iv, data }, envelope: sealer.row };
}
