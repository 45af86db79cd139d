/** Does a situation contradict itself, beyond what the types of its fields can say? The twin of backend/compliance/checking.py. */
import { date, DAY } from './instants';
import { ReadingError } from './reading';

/** Between them the clocks of all places are known: the server makes its tables for these years. */
const KNOWN_SINCE = date('1990-01-01', '$') * DAY;
const KNOWN_UNTIL = date('2100-01-01', '$') * DAY;

/** Hours begin before they end, inside one day; needed ones must be there. */
export function checkHours(start: string | null, end: string | null, areNeeded: boolean, at: string): void {
  if (areNeeded && (start === null || end === null)) throw new ReadingError(`hours and preference need start and end - at ${at}`);
  if (start !== null && end !== null && start >= end) throw new ReadingError(`hours begin before they end, inside one day: ${start} to ${end} - at ${at}`);
}

/** Refuse an instant before or after all that the clocks here know. */
export function checkNow(now: number): void {
  if (now < KNOWN_SINCE || now >= KNOWN_UNTIL) throw new ReadingError('now lies in the years 1990 to 2099 - at $.now');
}

/** Refuse two debts of one id, and an action about a debt that is not there. */
export function checkDebts(known: readonly string[], wanted: readonly string[] | null): void {
  const ids = new Set(known);
  if (ids.size < known.length) throw new ReadingError('two of them have one id - at $.debts');
  const missing = (wanted ?? []).filter((debt) => !ids.has(debt));
  if (missing.length > 0) throw new ReadingError(`names no debt of this situation: ${missing.join(', ')} - at $.action.debts`);
}
