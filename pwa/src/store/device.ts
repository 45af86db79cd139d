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
  readonly login: string;
  readonly name: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly zone: string;
  readonly currency: string;
}

/** A device is registered to one person, so each person who works on this phone has a device record of his own. */
export interface Device {
  readonly id: string;
  readonly keys: CryptoKeyPair;
}

interface DeviceSchema extends DBSchema {
  devices: { key: string; value: { readonly login: string; readonly device: Device } };
  person: { key: string; value: { readonly key: 'last'; readonly person: Person } };
}

async function withDevice<Result>(work: (db: IDBPDatabase<DeviceSchema>) => Promise<Result>): Promise<Result> {
  const db = await openDB<DeviceSchema>('rounds-device', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('devices', { keyPath: 'login' });
      fresh.createObjectStore('person', { keyPath: 'key' });
    },
  });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** The id and key of this device for a person; undefined when that person never worked here. */
export async function knownDevice(login: string): Promise<Device | undefined> {
  return (await withDevice((db) => db.get('devices', login)))?.device;
}

/** The id and key of this device for a person, made at the first call. The private key cannot leave the browser. */
export async function deviceOf(login: string): Promise<Device> {
  const known = await knownDevice(login);
  if (known !== undefined) return known;
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const device: Device = { id: newId(), keys };
  return await withDevice(async (db) => {
    const tx = db.transaction('devices', 'readwrite');
    // Another tab may have been faster; the first one counts.
    const first = await tx.store.get(login);
    if (first === undefined) await tx.store.put({ login, device });
    await tx.done;
    return first?.device ?? device;
  });
}

/** Who was signed in last and has not signed out; undefined when nobody. */
export async function lastPerson(): Promise<Person | undefined> {
  return (await withDevice((db) => db.get('person', 'last')))?.person;
}

export async function keepPerson(person: Person): Promise<void> {
  await withDevice((db) => db.put('person', { key: 'last', person }));
}

export async function forgetPerson(): Promise<void> {
  await withDevice((db) => db.delete('person', 'last'));
}
