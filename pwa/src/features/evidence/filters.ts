/** Which visits are listed? What was chosen stands in the address, so that a list can be sent to somebody. */
import { addDays, type Day } from '@/lib/dates';

export type Period = 'day' | 'week' | 'month';

export interface Filters {
  readonly period: Period;
  /** The last day of the list, in the zone of whoever looks. */
  readonly until: Day;
  readonly band: string;
  readonly state: string;
  readonly userId: string;
  readonly teamId: string;
}

const DAYS: Readonly<Record<Period, number>> = { day: 1, week: 7, month: 31 };
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function isPeriod(text: string): text is Period {
  return text in DAYS;
}

/** Reads an address; what is missing or unknown is the last week until today, of everybody, whatever its weight. */
export function filtersOf(query: URLSearchParams, today: Day): Filters {
  const period = query.get('period') ?? '';
  const until = query.get('until') ?? '';
  return {
    period: isPeriod(period) ? period : 'week',
    until: DAY.test(until) && until <= today ? until : today,
    band: query.get('band') ?? '',
    state: query.get('state') ?? '',
    userId: query.get('by') ?? '',
    teamId: query.get('team') ?? '',
  };
}

/** The address of a list, with the visit that is open in it. */
export function addressOf(filters: Filters, today: Day, visitId: string | undefined): string {
  const values: readonly (readonly [string, string])[] = [
    ['period', filters.period === 'week' ? '' : filters.period], ['until', filters.until === today ? '' : filters.until], ['band', filters.band],
    ['state', filters.state], ['by', filters.userId], ['team', filters.teamId], ['visit', visitId ?? ''],
  ];
  const query = new URLSearchParams(values.filter(([, value]) => value !== '').map(([key, value]) => [key, value]));
  return query.size === 0 ? '/evidence' : `/evidence?${query.toString()}`;
}

/** How far a zone is ahead of UTC at an instant. */
function aheadMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(new Date(at));
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000;
}

/** The instant at which a day begins in a zone. */
export function beginOf(day: Day, zone: string): Date {
  const there = Date.parse(`${day}T00:00:00Z`);
  // Twice: the clock may be put forward between the first guess and the real one.
  const guess = there - aheadMs(there, zone);
  return new Date(there - aheadMs(guess, zone));
}

/** From when and until when: whole days in the zone. */
export function windowOf({ period, until }: Pick<Filters, 'period' | 'until'>, zone: string): { readonly begins_at: string; readonly ends_at: string } {
  return {
    begins_at: beginOf(addDays(until, 1 - DAYS[period]), zone).toISOString(),
    // A month in which the clock is put back is an hour longer than what the server lists at once.
    ends_at: new Date(Math.min(beginOf(addDays(until, 1), zone).getTime(), beginOf(addDays(until, 1 - DAYS[period]), zone).getTime() + DAYS.month * 86_400_000)).toISOString(),
  };
}
