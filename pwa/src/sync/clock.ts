/** How far is the phone's clock from the server's? Learnt from every answer that carries the server's time. */
import type { Store } from '@/store/database';
import { metaOf, setMeta } from '@/store/meta';

/** Server minus phone in whole milliseconds; the answer is taken to be made half way between asking and hearing. */
export function offsetMs(serverTime: string, askedMs: number, heardMs: number): number {
  return Math.round(Date.parse(serverTime) - (askedMs + heardMs) / 2);
}

/** Below this the network, not the clock, is what was measured. */
const NOISE_MS = 250;

export async function learnClock(db: Store, serverTime: string, askedMs: number): Promise<void> {
  const offset = offsetMs(serverTime, askedMs, Date.now());
  const known = await metaOf(db, 'clock_offset_ms');
  if (known === undefined || Math.abs(known - offset) > NOISE_MS) await setMeta(db, 'clock_offset_ms', offset);
}
