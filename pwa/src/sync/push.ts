/** How do the things done on this phone reach the server, each exactly once? */
import { ask, type Reply } from '@/api/http';
import type { Answer, Mutation, PushAnswer, PushRequest } from '@/api/types';
import { version } from '@/api/version';
import { newId } from '@/lib/ids';
import { open, seal, type Sealed } from '@/store/codec';
import type { EnvelopeRow, OutboxRow, OutboxState, ReceiptRow } from '@/store/schema';
import { tellChanged } from '@/store/changed';
import type { Store } from '@/store/database';
import { isOpen } from '@/store/keys';
import { setMeta } from '@/store/meta';
import { sealedBody } from '@/store/rescue';

import { BATCH_MAX, firstBatch, type Weighed } from './batch';
import { learnClock } from './clock';
import { healthHeader } from './health';
import { outcomeOf, type Outcome } from './outcome';
import { isGenuine } from './receipts';

/** A round ends some time, even when a person types faster than the network carries. */
const BATCHES_A_ROUND_MAX = 200;

interface Sending {
  readonly rows: readonly OutboxRow[];
  readonly mutations: readonly Mutation[];
  readonly envelopes: readonly EnvelopeRow[];
}

/** The item as it travels; undefined when only an open page could send it (an older version left it unsealed). */
async function mutationOf(row: OutboxRow): Promise<Mutation | undefined> {
  const { id, seq, kind, schema, occurred_at, clock_offset_ms, wire, sealed } = row;
  const head = { id, seq, schema, occurred_at, clock_offset_ms };
  if (wire) return { ...head, kind, body: sealedBody(wire) };
  if (sealed === null || (sealed.form === 1 && !isOpen())) return undefined;
  return { ...head, ...(await open(sealed)) };
}

async function envelopesOf(db: Store, rows: readonly OutboxRow[]): Promise<EnvelopeRow[]> {
  const ids = new Set(rows.flatMap(({ wire }) => (wire ? [wire.envelope_id] : [])));
  // A store that no page of this version has opened yet has no envelopes, and no item that needs one.
  if (ids.size === 0) return [];
  const found = await Promise.all([...ids].map((id) => db.get('envelopes', id)));
  return found.filter((row) => row !== undefined);
}

/** The next items to send, oldest first. Those left at `sending` by a round that died are sent again: ids make it safe. */
async function nextBatch(db: Store, countMax: number): Promise<Sending> {
  const [left, saved] = await Promise.all([
    db.getAllFromIndex('outbox', 'state', 'sending', countMax),
    db.getAllFromIndex('outbox', 'state', 'saved', countMax),
  ]);
  const made = await Promise.all([...left, ...saved].map(async (row) => ({ row, mutation: await mutationOf(row) })));
  const ready = made.flatMap(({ row, mutation }) => (mutation === undefined ? [] : [{ row, mutation }]));
  const mutations = new Map(ready.map(({ row, mutation }) => [row.id, mutation]));
  const weighed = ready.map(({ row, mutation }): Weighed => ({ row, bytes: JSON.stringify(mutation).length }));
  const rows = firstBatch(weighed, countMax).map((item) => item.row);
  return { rows, mutations: rows.flatMap((row) => mutations.get(row.id) ?? []), envelopes: await envelopesOf(db, rows) };
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
  // The worker holds no key: why something was refused lies plain (a code, perhaps a colleague's name) until a page seals it.
  const keep = async (answer: Answer): Promise<Sealed<Answer> | null> => {
    if (isOpen()) return await seal<Answer>(answer);
    return answer.status === 'accepted' ? null : { form: 0, plain: answer };
  };
  const sealed = new Map(await Promise.all(pushed.answers.map(async (answer) => [answer.id, await keep(answer)] as const)));
  const tx = db.transaction(['outbox', 'receipts'], 'readwrite');
  let isAllSigned = true;
  const puts = rows.map((row) => {
    const answer = answers.get(row.id);
    // Not answered, or answered under a false signature: it stays here and is sent again.
    if (answer === undefined || receipt.is_genuine === false || !pushed.receipt.signed.includes(row.id)) {
      isAllSigned = false;
      return tx.objectStore('outbox').put({ ...row, state: 'saved' });
    }
    const answered = { answered_at: pushed.received_at, code: answer.code, answer: sealed.get(row.id) ?? null, receipt_id: receipt.id };
    return tx.objectStore('outbox').put({ ...row, ...answered, state: answer.status, wire: null });
  });
  await Promise.all([tx.objectStore('receipts').put(receipt), ...puts, tx.done]);
  tellChanged();
  return isAllSigned;
}

/** The server could not read the batch. One alone is refused and shown; of several each is tried by itself. */
async function refuseUnreadable(db: Store, row: OutboxRow, code: string): Promise<void> {
  await db.put('outbox', { ...row, state: 'refused', answered_at: new Date().toISOString(), code, answer: null });
  tellChanged();
}

/** How a batch reaches the server: with the session, or by the proof of a device that has none any more. */
export type Send = (batch: PushRequest) => Promise<Reply<PushAnswer>>;

function withSession(db: Store): Send {
  return async (json) => ask<PushAnswer>({
    method: 'POST', path: '/v1/sync/push', json, headers: await healthHeader(db, new Set(json.mutations.map(({ id }) => id))),
  });
}

async function sendBatch(db: Store, deviceId: string, { rows, mutations, envelopes }: Sending, send: Send): Promise<Outcome | number> {
  const waiting = (await db.countFromIndex('outbox', 'state', 'saved')) + (await db.countFromIndex('outbox', 'state', 'sending'));
  await mark(db, rows, 'sending');
  const askedMs = Date.now();
  const json: PushRequest = {
    device_id: deviceId, app_version: version, sent_at: new Date(askedMs).toISOString(),
    unsent_count: Math.max(0, waiting - rows.length), mutations,
    envelopes: envelopes.map(({ id, box_key_id, epk, iv, wrapped }) => ({ id, box_key_id, epk, iv, wrapped })),
  };
  const reply = await send(json);
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
export async function push(db: Store, deviceId: string, send: Send = withSession(db)): Promise<Outcome> {
  let countMax = BATCH_MAX;
  for (let batches = 0; batches < BATCHES_A_ROUND_MAX; batches += 1) {
    const sending = await nextBatch(db, countMax);
    const [first] = sending.rows;
    if (first === undefined) return 'done';
    const ended = await sendBatch(db, deviceId, sending, send);
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
