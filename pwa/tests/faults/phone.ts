/** One history of one phone: a collector works, everything fails now and then, and at the end the phone comes to rest. */
import 'fake-indexeddb/auto';

import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

import type { Act, PhoneCase, PhotoTaken, WhoAmI } from '@/api/types';
import { sha256Hex, toBase64 } from '@/lib/hash';
import { newId } from '@/lib/ids';
import { allHeads, pulledCase } from '@/store/cases';
import { seal } from '@/store/codec';
import { openStore, type Store } from '@/store/database';
import { deviceOf, keepLast, lastRowOf } from '@/store/device';
import { holdDataKey, newKeyBytes } from '@/store/keys';
import { allDone, allPhotos, counts, receiptOf, record, type NewPhoto } from '@/store/outbox';
import { keepPhotoBytes } from '@/store/photos';
import { flush } from '@/sync/flush';

import { FAIR, Ports, randomOf, ROUGH } from './ports';

export interface Task {
  readonly origin: string;
  readonly seed: number;
  readonly acts: number;
  /** Cookies of sessions of this person, used one after the other as the server ends them. */
  readonly cookies: readonly string[];
}

export interface Told {
  readonly user_id: string;
  readonly device_id: string;
  readonly recorded: readonly { readonly id: string; readonly kind: string; readonly record_id: string | null; readonly state: string | null; readonly is_signed: boolean }[];
  readonly photos: readonly { readonly id: string; readonly sha256: string; readonly mutation_id: string; readonly state: string | null }[];
  readonly is_settled: boolean;
  readonly went_through: Readonly<Record<string, number>>;
}

/** How long a phone is patient with a server that is away: a slow machine takes a while to start one. */
const PATIENCE_MS = 200_000;
const HOUR_MS = 3_600_000;

const task = workerData as Task;
const random = randomOf(task.seed);
const ports = new Ports(task.origin, random);
const below = (count: number): number => Math.floor(random() * count);
const chance = (share: number): boolean => random() < share;

interface Kept {
  readonly id: string;
  readonly kind: string;
  readonly record_id: string | null;
}

const kept: Kept[] = [];
const photosKept: { id: string; sha256: string; mutation_id: string }[] = [];
let cookies = [...task.cookies];
let clockMs = 0;

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
    await pause(25 + below(50));
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
  if (registered.status !== 201) throw new Error(`not registered: ${registered.text}`);
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
}

const now = (): Date => new Date(Date.now() - HOUR_MS / 60 + clockMs);

async function takePhoto(store: Store): Promise<{ taken: PhotoTaken; named: NewPhoto }> {
  const bytes = new Uint8Array(2_000 + below(300_000)).map(() => below(256));
  // A JPEG begins and ends like this; what lies between is as random as a photo's bytes are.
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  const sha256 = await sha256Hex(bytes.buffer);
  await ports.run(() => keepPhotoBytes(store, sha256, bytes.buffer, bytes.buffer.slice(0, 500)));
  const named = { id: newId(), sha256, media_type: 'image/jpeg', size_bytes: bytes.length };
  return {
    named,
    taken: { ...named, original_sha256: sha256, original_size_bytes: bytes.length, taken_at: now().toISOString(), scope: 'outside', consent_by: null, manifest: null, signature: null },
  };
}

async function visitOf(store: Store, at: PhoneCase): Promise<{ act: Act; photos: NewPhoto[]; record_id: string }> {
  const photos = chance(0.4) ? [await takePhoto(store)] : [];
  const id = newId();
  const ended = now();
  const act: Act = {
    kind: 'visit.record',
    body: {
      id, case_id: at.id, stop_id: null, address_id: at.addresses[0]?.id ?? null,
      started_at: new Date(ended.getTime() - 300_000).toISOString(), ended_at: ended.toISOString(), check_in: null, outside_reason: null,
      result: 'NOT_HOME', party: 'nobody', paid_minor: null, promise: null, photos: photos.map(({ taken }) => taken), note: '门口 door',
      next_step: 'revisit', next_on: null,
    },
  };
  return { act, photos: photos.map(({ named }) => named), record_id: id };
}

async function actOn(store: Store, at: PhoneCase): Promise<{ act: Act; photos: NewPhoto[]; record_id: string | null }> {
  const kind = random();
  if (kind < 0.55) return await visitOf(store, at);
  if (kind < 0.75) {
    const id = newId();
    const ended = now();
    const body = {
      id, case_id: at.id, contact_point_id: at.contacts[0]?.id ?? null, started_at: new Date(ended.getTime() - 60_000).toISOString(),
      ended_at: ended.toISOString(), result: 'NO_ANSWER', party: 'nobody', paid_minor: null, promise: null, note: '', next_step: 'call', next_on: null,
    };
    return { act: { kind: 'call.record', body } as Act, photos: [], record_id: id };
  }
  if (kind < 0.95) {
    const base_ids = at.facts['door_note']?.heads ?? [];
    return { act: { kind: 'case.edit', body: { case_id: at.id, field: 'door_note', base_ids, base_version: null, value: `gate ${String(below(1e6))}` } }, photos: [], record_id: null };
  }
  return { act: chance(0.5) ? { kind: 'duty.start', body: { place: null } } : { kind: 'duty.end', body: {} }, photos: [], record_id: null };
}

/** Does one thing. What the phone refuses to write down was never promised to anybody. */
async function work(store: Store, cases: readonly string[]): Promise<void> {
  const at = await pulledCase(store, cases[below(cases.length)] ?? '');
  if (at === undefined) return;
  try {
    const { act, photos, record_id } = await actOn(store, at);
    const id = await ports.run(() => record(store, { act, case_id: at.id, photos }, now()));
    kept.push({ id, kind: act.kind, record_id });
    photosKept.push(...photos.map((photo) => ({ id: photo.id, sha256: photo.sha256, mutation_id: id })));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/** What happens between two acts: nothing, a round, two tabs at once, a killed app, a clock that jumps. */
async function meanwhile(): Promise<void> {
  const what = random();
  if (what < 0.35) await round();
  else if (what < 0.5) await Promise.all([round(), round()]);
  else if (what < 0.65) {
    const dying = round().catch(() => undefined);
    await pause(below(60));
    ports.kill();
    await Promise.race([dying, pause(0)]);
  } else if (what < 0.7) clockMs = (random() - 0.5) * 8 * 60_000;
}

async function rest(store: Store): Promise<boolean> {
  ports.weather = FAIR;
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
    await round();
    const left = await counts(store);
    if (left.unsent === 0 && left.photos === 0) return true;
    await pause(20 + below(60));
  }
  return false;
}

async function told(store: Store, who: WhoAmI, device_id: string, is_settled: boolean): Promise<Told> {
  const rows = new Map((await allDone(store)).map(({ row }) => [row.id, row]));
  const photos = new Map((await allPhotos(store)).map((photo) => [photo.id, photo]));
  return {
    user_id: who.user_id, device_id, is_settled, went_through: ports.counts,
    photos: photosKept.map((photo) => ({ ...photo, state: photos.get(photo.id)?.state ?? null })),
    recorded: await Promise.all(kept.map(async (one) => {
      const row = rows.get(one.id);
      const receipt = row === undefined ? undefined : await receiptOf(store, row);
      return { ...one, state: row?.state ?? null, is_signed: receipt !== undefined && receipt.is_genuine !== false && receipt.receipt.signed.includes(one.id) };
    })),
  };
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
  for (const until = Date.now() + PATIENCE_MS; cases.length === 0 && Date.now() < until;) {
    await round();
    cases = (await allHeads(store)).map(({ id }) => id);
    await pause(20 + below(60));
  }
  if (cases.length === 0) throw new Error(`the phone was never primed: ${JSON.stringify([...ended])} ${JSON.stringify(ports.counts)}`);
  ports.weather = ROUGH;
  for (let done = 0; done < task.acts; done += 1) {
    await work(store, cases);
    await meanwhile();
    await pause(below(30));
  }
  return await told(store, who, device.id, await rest(store));
}

// A browser only notes a request that failed with its transaction and that nobody waited for; Node would end the phone.
process.on('unhandledRejection', (error) => {
  if (!(error instanceof DOMException)) throw error;
});
parentPort?.postMessage(await history());
process.exit(0);
