/** How do the things done on this phone reach the server, each exactly once? */
import { ask } from '@/api/http';
import type { Answer, Mutation, PushAnswer, PushRequest } from '@/api/types';
import { version } from '@/api/version';
import { newId } from '@/lib/ids';
import { open, seal } from '@/store/codec';
import type { OutboxRow, OutboxState, ReceiptRow } from '@/store/schema';
import { tellChanged } from '@/store/changed';
import type { Store } from '@/store/database';
import { setMeta } from '@/store/meta';

import { BATCH_MAX, firstBatch, type Weighed } from './batch';
import { learnClock } from './clock';
import { outcomeOf, type Outcome } from './outcome';
import { isGenuine } from './receipts';

/** A round ends some time, even when a person types faster than the network carries. */
const BATCHES_A_ROUND_MAX = 200;

interface Sending {
  readonly rows: readonly OutboxRow[];
  readonly mutations: readonly Mutation[];
}

async function mutationOf(row: OutboxRow): Promise<Mutation> {
  const act = await open(row.sealed);
  return { ...act, id: row.id, seq: row.seq, schema: row.schema, occurred_at: row.occurred_at, clock_offset_ms: row.clock_offset_ms };
}

/** The next items to send, oldest first. Those left at `sending` by a round that died are sent again: ids make it safe. */
async function nextBatch(db: Store, countMax: number): Promise<Sending> {
  const [left, saved] = await Promise.all([
    db.getAllFromIndex('outbox', 'state', 'sending', countMax),
    db.getAllFromIndex('outbox', 'state', 'saved', countMax),
  ]);
  const rows = [...left, ...saved];
  const mutations = new Map((await Promise.all(rows.map(mutationOf))).map((mutation) => [mutation.id, mutation]));
  const weighed = rows.map((row): Weighed => ({ row, bytes: JSON.stringify(mutations.get(row.id)).length }));
  const batch = firstBatch(weighed, countMax).map((item) => item.row);
  return { rows: batch, mutations: batch.flatMap((row) => mutations.get(row.id) ?? []) };
}

async function mark(db: Store, rows: readonly OutboxRow[], state: OutboxState): Promise<void> {
  const tx = db.transaction('outbox', 'readwrite');
  await Promise.all([...rows.map((row) => tx.store.put({ ...row, state })), tx.done]);
  tellChanged();
}

/** Writes down what became of each item, together with the receipt that says so; returns whether all are signed for. */
async function settle(db: Store, rows: readonly OutboxRow[], pushed: PushAnswer): Promise<boolean> {
  const receipt: ReceiptRow = {
    id: newId(), received_at: pushed.received_at, is_genuine: await isGenuine(pushed.receipt), receipt: pushed.receipt,
  };
  const answers = new Map(pushed.answers.map((answer) => [answer.id, answer]));
  const sealed = new Map(await Promise.all(pushed.answers.map(async (answer) => [answer.id, await seal<Answer>(answer)] as const)));
  const tx = db.transaction(['outbox', 'receipts'], 'readwrite');
  let isAllSigned = true;
  const puts = rows.map((row) => {
    const answer = answers.get(row.id);
    // Not answered, or answered under a false signature: it stays here and is sent again.
    if (answer === undefined || receipt.is_genuine === false || !pushed.receipt.signed.includes(row.id)) {
      isAllSigned = false;
      return tx.objectStore('outbox').put({ ...row, state: 'saved' });
    }
    const answered = { answered_at: pushed.received_at, answer: sealed.get(row.id) ?? null, receipt_id: receipt.id };
    return tx.objectStore('outbox').put({ ...row, ...answered, state: answer.status });
  });
  await Promise.all([tx.objectStore('receipts').put(receipt), ...puts, tx.done]);
  tellChanged();
  return isAllSigned;
}

/** The server could not read the batch. One alone is refused and shown; of several each is tried by itself. */
async function refuseUnreadable(db: Store, row: OutboxRow, code: string): Promise<void> {
  const answer = await seal<Answer>({ id: row.id, status: 'refused', code, detail: {}, is_replay: false });
  await db.put('outbox', { ...row, state: 'refused', answered_at: new Date().toISOString(), answer });
  tellChanged();
}

async function sendBatch(db: Store, deviceId: string, { rows, mutations }: Sending): Promise<Outcome | number> {
  const waiting = (await db.countFromIndex('outbox', 'state', 'saved')) + (await db.countFromIndex('outbox', 'state', 'sending'));
  await mark(db, rows, 'sending');
  const askedMs = Date.now();
  const json: PushRequest = {
    device_id: deviceId, app_version: version, sent_at: new Date(askedMs).toISOString(),
    unsent_count: Math.max(0, waiting - rows.length), mutations,
  };
  const reply = await ask<PushAnswer>({ method: 'POST', path: '/v1/sync/push', json });
  if (reply.kind === 'answered') {
    const isAllSigned = await settle(db, rows, reply.body);
    await learnClock(db, reply.body.received_at, askedMs);
    await setMeta(db, 'pushed_at', reply.body.received_at);
    return isAllSigned ? 'done' : 'later';
  }
  await mark(db, rows, 'saved');
  if (reply.kind === 'unreached') return 'offline';
  const isUnreadable = reply.status === 400 || reply.status === 413 || reply.status === 422;
  return isUnreadable ? reply.status : outcomeOf(reply.status);
}

/** Sends everything that waits. Ends early on the first sign that the server cannot be reached or will not listen. */
export async function push(db: Store, deviceId: string): Promise<Outcome> {
  let countMax = BATCH_MAX;
  for (let batches = 0; batches < BATCHES_A_ROUND_MAX; batches += 1) {
    const sending = await nextBatch(db, countMax);
    const [first] = sending.rows;
    if (first === undefined) return 'done';
    const ended = await sendBatch(db, deviceId, sending);
    if (typeof ended === 'number') {
      // One unreadable item must not hold back the others: look for it in smaller and smaller batches.
      if (sending.rows.length === 1) await refuseUnreadable(db, first, ended === 413 ? 'sync.too_large' : 'sync.malformed');
      else countMax = Math.max(1, Math.floor(sending.rows.length / 4));
    } else if (ended !== 'done') {
      return ended;
    }
  }
  return 'later';
}
