/** How are days and hours counted and said? A day is text (YYYY-MM-DD) in the zone of the person it is about. */

export type Day = string;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(lang: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(lang, options);
    formats.set(key, format);
  }
  return format;
}

/** The local day of an instant. */
export function dayIn(at: Date, zone: string): Day {
  const parts = formatFor('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}`;
}

function utcOf(day: Day): number {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return Date.UTC(year, month - 1, date);
}

const DAY_MS = 86_400_000;

export function addDays(day: Day, days: number): Day {
  return new Date(utcOf(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whole days from one day to another; negative when `to` is before. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((utcOf(to) - utcOf(from)) / DAY_MS);
}

/** Monday is 1, Sunday is 7. */
export function weekdayOf(day: Day): number {
  return new Date(utcOf(day)).getUTCDay() || 7;
}

/** The next such weekday after the day, never the day itself. */
export function nextWeekday(day: Day, weekday: number): Day {
  return addDays(day, ((weekday - weekdayOf(day) + 6) % 7) + 1);
}

export interface DayWords {
  readonly today: string;
  readonly tomorrow: string;
  readonly yesterday: string;
}

/** A day as people say it: today, tomorrow, Fri 27 Nov; with the year when it is another one. */
export function sayDay(day: Day, today: Day, { lang, words }: { lang: string; words: DayWords }): string {
  const away = daysBetween(today, day);
  if (away === 0) return words.today;
  if (away === 1) return words.tomorrow;
  if (away === -1) return words.yesterday;
  const isThisYear = day.slice(0, 4) === today.slice(0, 4);
  const isNear = Math.abs(away) < 14;
  return formatFor(lang, {
    timeZone: 'UTC', day: 'numeric', month: 'short',
    ...(isNear ? { weekday: 'short' } : {}), ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(utcOf(day));
}

/** The hour and minute of an instant, 24 h. */
export function sayTime(at: Date, zone: string, lang: string): string {
  return formatFor(lang, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

/** Day and month for the narrow column of a time line; with the year when it is another one. */
export function sayShortDay(day: Day, today: Day, lang: string): string {
  const isThisYear = day.slice(0, 4) === today.slice(0, 4);
  return formatFor(lang, { timeZone: 'UTC', day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }) }).format(utcOf(day));
}

/** The exact instant, for hold and for reading aloud. */
export function sayExactly(at: Date, zone: string, lang: string): string {
  return formatFor(lang, { timeZone: zone, dateStyle: 'full', timeStyle: 'long' }).format(at);
}
