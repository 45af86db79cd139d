/** Can this promise be recorded? The server asks the same; asking here spares the person a refusal in the evening. */
import { addDays, type Day } from '@/lib/dates';

const FAR_DAYS_MAX = 366;
export const TOLERANCE_DAYS = 3;

export type PromiseFault = 'amount_missing' | 'amount_above_balance' | 'day_missing' | 'day_in_past' | 'day_too_far';

/** The first thing that is wrong, or undefined. More than the whole balance is a slip of the finger. */
export function promiseFault(
  promise: { readonly amount_minor: number | undefined; readonly due_on: Day },
  { today, balanceMinor }: { today: Day; balanceMinor: number },
): PromiseFault | undefined {
  if (promise.amount_minor === undefined) return 'amount_missing';
  if (promise.amount_minor > balanceMinor) return 'amount_above_balance';
  if (promise.due_on === '') return 'day_missing';
  if (promise.due_on < today) return 'day_in_past';
  if (promise.due_on > addDays(today, FAR_DAYS_MAX)) return 'day_too_far';
  return undefined;
}
