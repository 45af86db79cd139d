/** One history of one phone: a collector works, everything fails now and then, and at the end the phone comes to rest. */
import 'fake-indexeddb/auto';

import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

import type { WhoAmI } from '@/api/types';
import { toBase64 } from '@/lib/hash';
import { allHeads, pulledCase } from '@/store/cases';
import { hasOld, resealOld } from '@/store/closing';
import { seal } from '@/store/codec';
import { openStore, type Store } from '@/store/database';
import { deviceOf, keepLast, lastRowOf } from '@/store/device';
import { holdDataKey, newKeyBytes } from '@/store/keys';
import { allPhotos, counts, receiptOf } from '@/store/outbox';
import { flush, FLUSH_LOCK } from '@/sync/flush';

import { write, writeOlder, type Hand, type Older, type Written } from './deeds';
import { FAIR, Ports, randomOf, ROUGH } from './ports';

export interface Task {
  readonly origin: string;
  readonly seed: number;
  /** So many things are done at least; more while the trouble lasts. */
  readonly acts: number;
  /** Cookies of sessions of this person, used one after the other as the server ends them. */
  readonly cookies: readonly string[];
  /** What older releases wrote; some phones begin before the update. */
  readonly older: readonly Older[];
}

export interface Told {
  readonly user_id: string;
  readonly device_id: string;
  readonly recorded: readonly { readonly id: string; readonly kind: string; readonly record_id: string | null; readonly state: string | null; readonly is_signed: boolean }[];
  readonly photos: readonly { readonly id: string; readonly sha256: string; readonly mutation_id: string; readonly state: string | null }[];
  readonly is_settled: boolean;
  /** Taken out of service in the middle: it has left everything behind and forgotten it. */
  readonly is_revoked: boolean;
  readonly went_through: Readonly<Record<string, number>>;
}

/** How long a phone is patient with a server that is away: a slow machine takes a while to start one. */
const PATIENCE_MS = 200_000;
/** The app waits longer between its tries; a bench has less time. */
const AGAIN_MS = 400;
const MINUTE_MS = 60_000;
/** A person does no more than this, however long the trouble lasts. */
const ACTS_MAX = 30;
const BEGUN_BEFORE_UPDATE = 0.35;

const task = workerData as Task;
const random = randomOf(task.seed);
const ports = new Ports(task.origin, random);
const below = (count: number): number => Math.floor(random() * count);
const chance = (share: number): boolean => random() < share;

const kept: Written[] = [];
let cookies = [...task.cookies];
let clockMs = 0;
let isTroubleOver = false;
let isRevoked = false;
const hand: Hand = { below, chance, now: () => new Date(Date.now() - MINUTE_MS + clockMs) };

async function asked(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
    try {
      const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'X-Rounds': '1', 'Content-Type': 'application/json' } };
      const answer = await fetch(path, { method, headers: { 'X-Rounds': '1' }, ...json });
      const text = await answer.text();
      if (answer.status < 500) return { status: answer.status, text };
    } catch {
      // The line or the server is away: that is what this is about.
    }
    await pause(AGAIN_MS / 2 + below(AGAIN_MS));
  }
  throw new Error(`${method} ${path} was never answered`);
}

/** Comes in with the next cookie and registers the device, as the app does after a sign-in. */
async function signIn(): Promise<WhoAmI> {
  const [cookie, ...rest] = cookies;
  if (cookie === undefined) throw new Error('no session is left');
  cookies = rest;
  ports.cookie = cookie;
  ports.counts.signedIn += 1;
  const answer = await asked('GET', '/v1/session');
  if (answer.status === 401) return await signIn();
  const who = JSON.parse(answer.text) as WhoAmI;
  const device = await deviceOf(who.login);
  const spki = await crypto.subtle.exportKey('spki', device.keys.publicKey);
  const registered = await asked('POST', '/v1/devices', { id: device.id, label: 'faults', public_key: toBase64(new Uint8Array(spki)) });
  if (registered.status === 401) return await signIn();
  // Taken out of service: the next round hears it too, and leaves everything behind.
  if (registered.status !== 201 && !registered.text.includes('revoked')) throw new Error(`not registered: ${registered.text}`);
  return who;
}

/** How rounds ended, for whoever asks why a phone never came to rest. */
const ended = new Map<string, number>();

async function round(): Promise<void> {
  const outcome = await ports.run(flush).catch((error: unknown) => {
    // A full phone stops a round; it is tried again.
    if (error instanceof DOMException) return 'later';
    throw error;
  });
  ended.set(outcome, (ended.get(outcome) ?? 0) + 1);
  if (outcome === 'sign_in') await signIn();
  if (outcome === 'revoked') isRevoked = true;
}

/** Does one thing. What the phone refuses to write down was never promised to anybody. */
async function work(store: Store, cases: readonly string[], older: Older | undefined): Promise<void> {
  const at = await pulledCase(store, cases[below(cases.length)] ?? '');
  if (at === undefined) return;
  try {
    kept.push(await ports.run(() => (older === undefined ? write(store, at, hand) : writeOlder(store, older, at, hand))));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/** The new version starts and finds what the old one left; when the phone is full it tries at the next start. */
async function update(store: Store): Promise<void> {
  ports.kill();
  ports.counts.updated += 1;
  while (await hasOld(store)) {
    await ports.run(() => navigator.locks.request(FLUSH_LOCK, {}, () => resealOld(store, hand.now()))).catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
    });
  }
}

/** What happens between two acts: nothing, a round, two tabs at once, a killed app, a clock that jumps. */
async function meanwhile(): Promise<void> {
  const what = random();
  if (what < 0.35) await round();
  else if (what < 0.5) {
    ports.counts.tabs += 1;
    await Promise.all([round(), round()]);
  }
  else if (what < 0.65) {
    const dying = round().catch(() => undefined);
    await pause(below(60));
    ports.kill();
    await Promise.race([dying, pause(0)]);
  } else if (what < 0.7) {
    ports.counts.clock += 1;
    clockMs = (random() - 0.5) * 8 * MINUTE_MS;
  }
}

async function rest(store: Store): Promise<boolean> {
  ports.weather = FAIR;
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
    await round();
    const left = await counts(store);
    // A phone out of service leaves its records behind; whether photos go with them is its own matter.
    if (left.unsent === 0 && (left.photos === 0 || isRevoked)) return true;
    await pause(AGAIN_MS + below(AGAIN_MS));
  }
  return false;
}

async function told(store: Store, who: WhoAmI, device_id: string, is_settled: boolean): Promise<Told> {
  const rows = new Map((await store.getAll('outbox')).map((row) => [row.id, row]));
  const photos = new Map((await allPhotos(store)).map((photo) => [photo.id, photo]));
  const told = kept.flatMap(({ id: mutation_id, photos: named }) => named.map(({ id, sha256 }) => ({ id, sha256, mutation_id })));
  return {
    user_id: who.user_id, device_id, is_settled, is_revoked: isRevoked, went_through: ports.counts,
    photos: told.map((photo) => ({ ...photo, state: photos.get(photo.id)?.state ?? null })),
    recorded: await Promise.all(kept.map(async ({ id, kind, record_id }) => {
      const row = rows.get(id);
      const receipt = row === undefined ? undefined : await receiptOf(store, row);
      return { id, kind, record_id, state: row?.state ?? null, is_signed: receipt !== undefined && receipt.is_genuine !== false && receipt.receipt.signed.includes(id) };
    })),
  };
}

/** Works until enough is done and the trouble is over; some begin with an older version of the app. */
async function workThrough(store: Store, cases: readonly string[]): Promise<void> {
  const beforeUpdate = chance(BEGUN_BEFORE_UPDATE) ? 1 + below(task.acts - 1) : 0;
  for (let done = 0; done < task.acts || (!isTroubleOver && done < ACTS_MAX); done += 1) {
    if (isRevoked) return;
    if (done > 0 && done === beforeUpdate) await update(store);
    await work(store, cases, done < beforeUpdate ? task.older[below(task.older.length)] : undefined);
    await meanwhile();
    await pause(below(800));
  }
}

async function history(): Promise<Told> {
  ports.install();
  await holdDataKey(newKeyBytes());
  const who = await signIn();
  const device = await deviceOf(who.login);
  const person = { user_id: who.user_id, login: who.login, name: who.name, role: who.role, permissions: who.permissions, zone: who.zone, currency: who.currency };
  await keepLast(lastRowOf(person, device.id, await seal(person)));
  const store = await openStore(who.user_id);
  let cases: string[] = [];
  for (const until = Date.now() + PATIENCE_MS; cases.length === 0 && !isRevoked && Date.now() < until;) {
    await round();
    cases = (await allHeads(store)).map(({ id }) => id);
    await pause(AGAIN_MS + below(AGAIN_MS));
  }
  if (cases.length === 0 && !isRevoked) throw new Error(`the phone was never primed: ${JSON.stringify([...ended])} ${JSON.stringify(ports.counts)}`);
  ports.weather = ROUGH;
  await workThrough(store, cases);
  return await told(store, who, device.id, await rest(store));
}

parentPort?.on('message', () => { isTroubleOver = true; });
// A browser only notes a request that failed with its transaction and that nobody waited for; Node would end the phone.
process.on('unhandledRejection', (error) => {
  if (!(error instanceof DOMException)) throw error;
});
parentPort?.postMessage(await history());
process.exit(0);
