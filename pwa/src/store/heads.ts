/** What does a list need of a case? */
import type { PhoneCase } from '@/api/types';

import type { CaseHead } from './schema';

/** The promises that still wait for money. */
const WAITING: ReadonlySet<string> = new Set(['open', 'due_today', 'part_kept']);

/** The door to knock at: the one the server chose, else the first that has a place, else the first. */
export function doorOf(found: Pick<PhoneCase, 'addresses' | 'door_address_id'>): PhoneCase['addresses'][number] | undefined {
  const { addresses } = found;
  return addresses.find((address) => address.id === found.door_address_id) ?? addresses.find((address) => address.place !== null) ?? addresses[0];
}

/** The day of the earliest promise that waits; null when none does. */
export function promiseDueOn(found: PhoneCase): string | null {
  const days = found.promises.filter((promise) => WAITING.has(promise.state)).map((promise) => promise.due_on);
  return days.toSorted()[0] ?? null;
}

export function headOf(found: PhoneCase): CaseHead {
  const door = doorOf(found);
  return {
    id: found.id, number: found.number, name: found.name, is_company: found.is_company, search: found.search,
    currency: found.currency, zone: found.zone, state: found.state, bucket: found.bucket, grade: found.grade, score: found.score,
    overdue_minor: found.overdue_minor, days_past_due: found.days_past_due, last_attempt_at: found.last_attempt_at,
    address: door?.line ?? '', place: door?.place ?? null, promise_due_on: promiseDueOn(found),
  };
}
