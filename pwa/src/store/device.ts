/**
 * Whose phone is this? The one store that belongs to the device: its id, its key, and who is signed in.
 *
 * Small and apart, because the service worker must read it before it knows whose store to open.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

import { newId } from '@/lib/ids';

/** Who works here, as the server said at sign-in: enough to start without network. */
export interface Person {
  readonly user_id: string;
  readonly name: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly zone: string;
}

export interface Device {
  readonly id: string;
  readonly keys: CryptoKeyPair;
}

interface DeviceSchema extends DBSchema {
  values: { key: string; value: { key: 'device'; device: Device } | { key: 'person'; person: Person } };
}

async function withDevice<Result>(work: (db: IDBPDatabase<DeviceSchema>) => Promise<Result>): Promise<Result> {
  const db = await openDB<DeviceSchema>('rounds-device', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('values', { keyPath: 'key' });
    },
  });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** The id and key of this device, made at the first call. The private key cannot leave the browser. */
export async function thisDevice(): Promise<Device> {
  const kept = await withDevice((db) => db.get('values', 'device'));
  if (kept?.key === 'device') return kept.device;
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const device: Device = { id: newId(), keys };
  return await withDevice(async (db) => {
    const tx = db.transaction('values', 'readwrite');
    // Another tab may have been faster; the first one counts.
    const first = await tx.store.get('device');
    if (first === undefined) await tx.store.put({ key: 'device', device });
    await tx.done;
    return first?.key === 'device' ? first.device : device;
  });
}

/** Who was signed in last and has not signed out; undefined when nobody. */
export async function lastPerson(): Promise<Person | undefined> {
  const kept = await withDevice((db) => db.get('values', 'person'));
  return kept?.key === 'person' ? kept.person : undefined;
}

export async function keepPerson(person: Person): Promise<void> {
  await withDevice((db) => db.put('values', { key: 'person', person }));
}

export async function forgetPerson(): Promise<void> {
  await withDevice((db) => db.delete('values', 'person'));
}
