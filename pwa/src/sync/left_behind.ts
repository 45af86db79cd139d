/**
 * What does a phone do that the server has taken out of service? It proves which device it is, leaves what it still has
 * for the lead to decide on, and can read nothing from then on. A phone in service hears that it should sign in.
 */
import { ask, type Reply } from '@/api/http';
import type { PushAnswer, PushRequest } from '@/api/types';
import { version } from '@/api/version';
import { toBase64 } from '@/lib/hash';
import { clearReadable, closeStore } from '@/store/closing';
import type { Store } from '@/store/database';
import { deviceById, type LastRow } from '@/store/device';

import type { Outcome } from './outcome';
import { push } from './push';

/** A batch with the proof of the device; a fresh challenge each time, because one is good for one batch. */
async function leave(batch: PushRequest): Promise<Reply<PushAnswer>> {
  const device = await deviceById(batch.device_id);
  if (device === undefined) return { kind: 'unreached' };
  const challenge = await ask<{ nonce: string }>({ method: 'POST', path: `/v1/devices/${device.id}/challenge` });
  if (challenge.kind !== 'answered') return challenge;
  const { nonce } = challenge.body;
  const text = new TextEncoder().encode(`rounds left-behind\n${device.id}\n${nonce}`);
  const signature = toBase64(new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, device.keys.privateKey, text)));
  return await ask<PushAnswer>({ method: 'POST', path: '/v1/sync/left-behind', json: { nonce, signature, batch } });
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
  await clearReadable(db);
  return 'revoked';
}
