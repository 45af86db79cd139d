/** What does this phone judge contacts by? The law that was checked when it came, what is on file of people, and leases. */
import type { PhoneGate } from '@/api/types';

import { tellChanged } from './changed';
import { open, seal } from './codec';
import type { Store } from './database';
import { metaOf } from './meta';
import type { Meta, MetaRow } from './schema';

export interface KeptGate {
  readonly gate: Omit<PhoneGate, 'law'>;
  /** Undefined until a law came whose signature holds. */
  readonly law: Meta['law'] | undefined;
}

/** Undefined until it was told once. */
export async function keptGate(store: Store): Promise<KeptGate | undefined> {
  const [kept, law] = await Promise.all([metaOf(store, 'gate'), metaOf(store, 'law')]);
  return kept === undefined ? undefined : { gate: await open(kept.sealed), law };
}

/** Writes people and leases, and a new law with them; without one that which is here stays. */
export async function keepGate(store: Store, { law: _, ...gate }: PhoneGate, law: Meta['law'] | undefined): Promise<void> {
  const rows: MetaRow[] = [{ key: 'gate', value: { at: gate.at, sealed: await seal(gate) } }];
  if (law !== undefined) rows.push({ key: 'law', value: law });
  const tx = store.transaction('meta', 'readwrite');
  await Promise.all([...rows.map((row) => tx.store.put(row)), tx.done]);
  tellChanged();
}

/** The leases go: before they are given back they must not be used any more. */
export async function dropLeases(store: Store): Promise<readonly string[]> {
  const kept = await keptGate(store);
  if (kept === undefined || kept.gate.leases.length === 0) return [];
  await keepGate(store, { ...kept.gate, law: null, leases: [] }, undefined);
  return kept.gate.leases.map(({ id }) => id);
}
