/** Money, days and hours in the language now spoken. Read inside a component they follow a change of language. */
import { dayIn, daysBetween, sayDay, sayExactly, sayShortDay, sayTime, type Day } from '@/lib/dates';
import { sayMoney } from '@/lib/money';

import { now } from './clock.svelte';
import { lang, t } from './i18n/i18n.svelte';

export function money(amountMinor: number, currency: string): string {
  return sayMoney(amountMinor, currency, lang());
}

export function wholeMoney(amountMinor: number, currency: string): string {
  return sayMoney(amountMinor, currency, lang(), { isWhole: true });
}

export function today(zone: string): Day {
  return dayIn(now(), zone);
}

export function day(on: Day, zone: string): string {
  return sayDay(on, today(zone), { lang: lang(), words: t().common });
}

export function time(at: string, zone: string): string {
  return sayTime(new Date(at), zone, lang());
}

/** "today 16:00", "yesterday 09:12", "14 Nov 11:20". */
export function moment(at: string, zone: string): string {
  return `${day(dayIn(new Date(at), zone), zone)} ${time(at, zone)}`;
}

/** For narrow columns: the hour today, else day and month, and the year of another year. */
export function shortMoment(at: string, zone: string): string {
  const on = dayIn(new Date(at), zone);
  return on === today(zone) ? time(at, zone) : sayShortDay(on, today(zone), lang());
}

export function exact(at: string, zone: string): string {
  return sayExactly(new Date(at), zone, lang());
}

/** How long ago or how long: minutes, hours, days. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return t().common.minutes(minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t().common.hours(hours) : t().common.days(Math.round(hours / 24));
}

/** How late: in days up to three months, then in months, as people say it. */
export function lateness(daysPastDue: number): string {
  if (daysPastDue <= 0) return t().common.notOverdue;
  return daysPastDue <= 99 ? t().common.daysLate(daysPastDue) : t().common.monthsLate(Math.floor(daysPastDue / 30));
}

export function daysUntil(on: Day, zone: string): number {
  return daysBetween(today(zone), on);
}

/** In kB, MB or GB. */
export function bytes(count: number): string {
  if (count >= 1_000_000_000) return `${(count / 1_000_000_000).toFixed(1)} GB`;
  return count < 1_000_000 ? `${String(Math.round(count / 1000))} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}
