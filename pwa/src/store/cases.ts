/** Which cases are on the phone, and what does one hold? Reads of the pulled cases; only `sync` writes them. */
import type { PhoneCase } from '@/api/types';

import { open, openAll } from './codec';
import type { Store } from './database';
import type { CaseHead } from './schema';

/** All heads, the most overdue first. One read of everything is many times faster than a cursor. */
export async function allHeads(store: Store): Promise<CaseHead[]> {
  const rows = (await store.getAll('heads')).toSorted((one, other) => other.days_past_due - one.days_past_due);
  return await openAll(rows.map((row) => row.sealed));
}

/** Some heads by id, in the order of the ids; cases that are not here are left out. */
export async function headsOf(store: Store, ids: readonly string[]): Promise<CaseHead[]> {
  const { store: heads } = store.transaction('heads');
  const rows = await Promise.all(ids.map((id) => heads.get(id)));
  return await openAll(rows.filter((row) => row !== undefined).map((row) => row.sealed));
}

/** The whole case as the server last told it; undefined when it is not on this phone. */
export async function pulledCase(store: Store, id: string): Promise<PhoneCase | undefined> {
  const row = await store.get('cases', id);
  return row === undefined ? undefined : await open(row.sealed);
}

/** Why the case leaves this phone soon; undefined while it stays. */
export async function leavingReason(store: Store, id: string): Promise<string | undefined> {
  const row = await store.get('heads', id);
  return row === undefined || row.leaving === '' ? undefined : row.leaving;
}

export async function countCases(store: Store): Promise<number> {
  return await store.count('heads');
}
