/**
 * What does a phone do that the server has taken out of service? It proves which device it is, leaves what it still has
 * for the lead to decide on, and can read nothing from then on. A phone in service hears that it should sign in.
 */
import { ask, holdLeaving, type Reply } from '@/api/http';
import type { PushAnswer, PushRequest } from '@/api/types';
import { version } from '@/api/version';
import { toBase64 } from '@/lib/hash';
import { clearReadable, closeStore } from '@/store/closing';
import type { Store } from '@/store/database';
import { deviceById, type LastRow } from '@/store/device';

import { sendOriginals } from './originals';
import { outcomeOf, type Outcome } from './outcome';
import { push } from './push';
import { upload } from './upload';

/** The proof of this device for a purpose, over a fresh challenge, because one is good for one request. */
async function proofOf(deviceId: string, purpose: 'left-behind' | 'left-photos'): Promise<Reply<{ readonly nonce: string; readonly signature: string }>> {
  const device = await deviceById(deviceId);
  if (device === undefined) return { kind: 'unreached' };
  const challenge = await ask<{ nonce: string }>({ method: 'POST', path: `/v1/devices/${device.id}/challenge` });
  if (challenge.kind !== 'answered') return challenge;
  const { nonce } = challenge.body;
  const text = new TextEncoder().encode(`rounds ${purpose}\n${device.id}\n${nonce}`);
  const signature = toBase64(new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, device.keys.privateKey, text)));
  return { ...challenge, body: { nonce, signature } };
}

/** A batch with the proof of the device. */
async function leave(batch: PushRequest): Promise<Reply<PushAnswer>> {
  const proof = await proofOf(batch.device_id, 'left-behind');
  if (proof.kind !== 'answered') return proof;
  return await ask<PushAnswer>({ method: 'POST', path: '/v1/sync/left-behind', json: { ...proof.body, batch } });
}

/** Brings the photos that the records name: with a grant for a quarter of an hour, after which another round asks anew. */
async function leavePhotos(db: Store, device_id: string): Promise<Outcome> {
  const counted = await Promise.all((['waiting', 'later'] as const).map((state) => db.countFromIndex('photos', 'state', state)));
  if (counted.every((count) => count === 0)) return 'done';
  const proof = await proofOf(device_id, 'left-photos');
  if (proof.kind === 'unreached') return 'offline';
  if (proof.kind === 'refused') return outcomeOf(proof.status);
  const granted = await ask<{ grant: string }>({ method: 'POST', path: '/v1/sync/left-behind/grant', json: { device_id, ...proof.body } });
  if (granted.kind === 'unreached') return 'offline';
  if (granted.kind === 'refused') return outcomeOf(granted.status);
  holdLeaving(granted.body.grant);
  try {
    const ended = await upload(db);
    const all = ended === 'done' ? await sendOriginals(db, true) : ended;
    // The grant was over, not the phone's welcome.
    return all === 'sign_in' ? 'later' : all;
  } finally {
    holdLeaving(undefined);
  }
}

/** Whether the server has taken this phone out of service; an empty batch asks. */
async function isOutOfService(deviceId: string): Promise<boolean> {
  const empty: PushRequest = { device_id: deviceId, app_version: version, sent_at: new Date().toISOString(), unsent_count: 0, mutations: [], envelopes: [] };
  return (await leave(empty)).kind === 'answered';
}

/** After the server has turned the phone away: `revoked` once reading is over here and all is left; else as it was. */
export async function leaveBehind(db: Store, last: LastRow, turnedAway: Outcome): Promise<Outcome> {
  if (last.closed !== 'revoked') {
    if (!(await isOutOfService(last.device_id))) return turnedAway;
    await closeStore(db, last, 'revoked');
  }
  const ended = await push(db, last.device_id, leave);
  if (ended !== 'done') return ended;
  const left = await leavePhotos(db, last.device_id);
  if (left !== 'done') return left;
  await clearReadable(db);
  return 'revoked';
}
