/** Which plan is on the phone? */
import type { PhonePlan } from '@/api/types';

import { open } from './codec';
import type { Store } from './database';

export interface KeptPlan {
  readonly plan: PhonePlan;
  readonly pulled_at: string;
}

/** The published plan of the newest day; undefined when there is none. */
export async function newestPlan(store: Store): Promise<KeptPlan | undefined> {
  const row = (await store.getAllFromIndex('plans', 'day')).at(-1);
  return row === undefined ? undefined : { plan: await open(row.sealed), pulled_at: row.pulled_at };
}
