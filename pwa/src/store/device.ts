/**
 * Whose phone is this? The one store that belongs to the device: its id, its key, its locks, and who works here.
 *
 * Small and apart, because the service worker must read it before it knows whose store to open, and the lock screen
 * before anything can be read. What stays open: random ids, the initials of who works here, whether unsent work may be
 * sent, a fingerprint of the sign-in name. A person of a desk, who carries no cases, stands here whole.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

import { sha256Hex } from '@/lib/hash';
import { newId } from '@/lib/ids';

import type { Sealed } from './codec';

/** Who works here, as the server said at sign-in: enough to start without network. */
export interface Person {
  readonly user_id: string;
  readonly login: string;
  readonly name: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly zone: string;
  readonly currency: string;
  /** Whether screens carry who looks at them; a version before this one did not write it, and then they do. */
  readonly has_watermark?: boolean;
}

/** A device is registered to one person, so each person who works on this phone has a device record of his own. */
export interface Device {
  readonly id: string;
  readonly keys: CryptoKeyPair;
}

/** Who worked here last, as far as it can be known while the phone is locked. */
export interface LastRow {
  readonly key: 'last';
  readonly user_id: string;
  readonly device_id: string;
  readonly initials: string;
  /** Whether this person's store is carried to the server. */
  readonly carries: boolean;
  /** Closed for good: reading is over until the next sign-in, unsent work still goes out. */
  readonly closed: '' | 'pin' | 'revoked';
  /** Null once the phone is closed for good. */
  readonly who: Sealed<Person> | null;
}

/** As versions before the lock wrote it. */
interface OldLastRow {
  readonly key: 'last';
  readonly person: Person;
}

/** One way to get at the data key: wrapped under what a PIN (with the server's half) or a passkey leads to. */
export interface LockRow {
  readonly user_id: string;
  readonly method: 'pin' | 'prf';
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly wrapped: ArrayBuffer;
  readonly credential_id: ArrayBuffer | null;
  readonly made_at: string;
}

/** Until when may the phone be read, what was the latest moment ever seen here, how often was the PIN wrong here? */
export interface LeaseRow {
  readonly user_id: string;
  readonly until_ms: number;
  readonly newest_ms: number;
  readonly wrong_pins: number;
  /** The server's half for a cold start, where the lender allows one; under a key that the browser does not give away. */
  readonly cold: { readonly key: CryptoKey; readonly iv: Uint8Array<ArrayBuffer>; readonly share: ArrayBuffer } | null;
}

interface DeviceSchema extends DBSchema {
  devices: { key: string; value: { readonly login: string; readonly device: Device } };
  person: { key: string; value: LastRow | OldLastRow };
  locks: { key: [string, string]; value: LockRow };
  leases: { key: string; value: LeaseRow };
}

async function withDevice<Result>(work: (db: IDBPDatabase<DeviceSchema>) => Promise<Result>): Promise<Result> {
  const db = await openDB<DeviceSchema>('rounds-device', 2, {
    upgrade(fresh, oldVersion) {
      if (oldVersion < 1) {
        fresh.createObjectStore('devices', { keyPath: 'login' });
        fresh.createObjectStore('person', { keyPath: 'key' });
      }
      fresh.createObjectStore('locks', { keyPath: ['user_id', 'method'] });
      fresh.createObjectStore('leases', { keyPath: 'user_id' });
    },
  });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** The sign-in name does not lie open; whoever knows it can still find the device. */
function fingerprint(login: string): Promise<string> {
  return sha256Hex(new TextEncoder().encode(`rounds login\n${login}`).buffer);
}

/** The id and key of this device for a person; undefined when that person never worked here. */
export async function knownDevice(login: string): Promise<Device | undefined> {
  const print = await fingerprint(login);
  return await withDevice(async (db) => {
    const tx = db.transaction('devices', 'readwrite');
    const [found, old] = await Promise.all([tx.store.get(print), tx.store.get(login)]);
    // As versions before the lock kept it: under the name itself.
    if (old !== undefined) await Promise.all([tx.store.put({ login: print, device: found?.device ?? old.device }), tx.store.delete(login)]);
    await tx.done;
    return (found ?? old)?.device;
  });
}

/** The id and key of this device for a person, made at the first call. The private key cannot leave the browser. */
export async function deviceOf(login: string): Promise<Device> {
  const known = await knownDevice(login);
  if (known !== undefined) return known;
  const print = await fingerprint(login);
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const device: Device = { id: newId(), keys };
  return await withDevice(async (db) => {
    const tx = db.transaction('devices', 'readwrite');
    // Another tab may have been faster; the first one counts.
    const first = await tx.store.get(print);
    if (first === undefined) await tx.store.put({ login: print, device });
    await tx.done;
    return first?.device ?? device;
  });
}

/** A device by its id, for whoever cannot know the name: the lock screen, the service worker. */
export async function deviceById(id: string): Promise<Device | undefined> {
  return (await withDevice((db) => db.getAll('devices'))).find(({ device }) => device.id === id)?.device;
}

/** Who worked here last and has not signed out; undefined when nobody. */
export async function lastRow(): Promise<LastRow | undefined> {
  const row = await withDevice((db) => db.get('person', 'last'));
  if (row === undefined || !('person' in row)) return row;
  const { person } = row;
  const device_id = (await knownDevice(person.login))?.id ?? '';
  return lastRowOf(person, device_id, { form: 0, plain: person });
}

/** The row for a person; `who` is sealed for those who carry cases. */
export function lastRowOf(person: Person, device_id: string, who: Sealed<Person>): LastRow {
  return {
    key: 'last', user_id: person.user_id, device_id, initials: initialsOf(person.name), carries: person.permissions.includes('sync.push'),
    closed: '', who,
  };
}

/** What the lock screen shows of a name: 王小明 is 王, Lin Mei is LM. */
export function initialsOf(name: string): string {
  const first = Array.from(name.trim())[0] ?? '';
  if (!/\p{Script=Latin}/u.test(first)) return first;
  return name.trim().split(/\s+/).slice(0, 2).map((word) => Array.from(word)[0] ?? '').join('').toUpperCase();
}

export async function keepLast(row: LastRow): Promise<void> {
  await withDevice((db) => db.put('person', row));
}

export async function forgetLast(): Promise<void> {
  await withDevice((db) => db.delete('person', 'last'));
}

export async function locksOf(userId: string): Promise<LockRow[]> {
  return (await withDevice((db) => db.getAll('locks'))).filter((row) => row.user_id === userId);
}

/** Puts a lock and its lease in one step, so that neither is ever without the other. */
export async function keepLock(lock: LockRow, lease: LeaseRow): Promise<void> {
  await withDevice(async (db) => {
    const tx = db.transaction(['locks', 'leases'], 'readwrite');
    await Promise.all([tx.objectStore('locks').put(lock), tx.objectStore('leases').put(lease), tx.done]);
  });
}

/** Destroys every way to the data key of a person: from here on nothing sealed can be read. */
export async function destroyLocks(userId: string): Promise<void> {
  await withDevice(async (db) => {
    const tx = db.transaction(['locks', 'leases'], 'readwrite');
    const keys = (await tx.objectStore('locks').getAllKeys()).filter(([owner]) => owner === userId);
    await Promise.all([...keys.map((key) => tx.objectStore('locks').delete(key)), tx.objectStore('leases').delete(userId), tx.done]);
  });
}

export async function leaseOf(userId: string): Promise<LeaseRow | undefined> {
  return await withDevice((db) => db.get('leases', userId));
}

/** Changes the lease of a person; nothing happens when there is none. The newest moment only grows. */
export async function changeLease(userId: string, change: (row: LeaseRow) => LeaseRow): Promise<void> {
  await withDevice(async (db) => {
    const tx = db.transaction('leases', 'readwrite');
    const row = await tx.store.get(userId);
    if (row !== undefined) {
      const changed = change(row);
      await tx.store.put({ ...changed, newest_ms: Math.max(row.newest_ms, changed.newest_ms) });
    }
    await tx.done;
  });
}
