/** How does what the phone judges contacts by reach it? After a round, by a route of its own; the law only when it differs. */
import { ask } from '@/api/http';
import type { GateWish, PhoneGate } from '@/api/types';
import { readSnapshot } from '@/rules/gate/snapshot';
import { ReadingError } from '@/rules/gate/reading';
import type { Store } from '@/store/database';
import { dropLeases, keepGate } from '@/store/gate';
import { metaOf } from '@/store/meta';
import type { Meta } from '@/store/schema';

import { outcomeOf, type Outcome } from './outcome';
import { isGenuine } from './receipts';

const GATE_EVERY_MS = 2 * 60_000;

/** Whether nothing done or begun here is unknown to the server. */
async function isAllTold(db: Store): Promise<boolean> {
  const counted = await Promise.all([
    db.countFromIndex('outbox', 'state', 'saved'), db.countFromIndex('outbox', 'state', 'sending'), db.count('drafts'),
  ]);
  return counted.every((count) => count === 0);
}

/** The law if the server signed it and this app understands all of it; undefined refuses it, and what is here runs out. */
export async function checkedLaw(law: NonNullable<PhoneGate['law']>): Promise<Meta['law'] | undefined> {
  if ((await isGenuine(law)) !== true) return undefined;
  try {
    const parsed: unknown = JSON.parse(law.signed);
    const { expires_at: expires } = readSnapshot(parsed);
    return { law: law.law, expires_at: new Date(expires / 1000).toISOString(), signed: law.signed };
  } catch (error) {
    if (error instanceof ReadingError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Brings it up to date when it is older than two minutes. Off duty the leases go back. */
export async function askGate(db: Store, deviceId: string, now: Date): Promise<Outcome> {
  const [kept, law, onDuty] = await Promise.all([metaOf(db, 'gate'), metaOf(db, 'law'), metaOf(db, 'on_duty')]);
  const age = kept === undefined ? Infinity : now.getTime() - Date.parse(kept.at);
  if (age >= 0 && age < GATE_EVERY_MS) return 'done';
  const is_all_told = await isAllTold(db);
  const wants_leases = onDuty !== false;
  const returned = wants_leases ? [] : await dropLeases(db);
  const wish: GateWish = { device_id: deviceId, law: law?.law ?? null, law_expires_at: law?.expires_at ?? null, returned, is_all_told, wants_leases };
  const reply = await ask<PhoneGate>({ method: 'POST', path: '/v1/sync/gate', json: wish });
  if (reply.kind === 'unreached') return 'offline';
  // A server of before does not know the question.
  if (reply.kind === 'refused') return reply.status === 404 ? 'done' : outcomeOf(reply.status, reply.problem.code);
  await keepGate(db, reply.body, reply.body.law === null ? undefined : await checkedLaw(reply.body.law));
  return 'done';
}
