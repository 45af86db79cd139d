/**
 * Which microsecond does a text name? Instants (ISO 8601 with an offset) and dates, without the browser's `Date`.
 *
 * Takes what the server takes: `T`, `t` or a blank between date and time, `Z` or an offset with or without a colon,
 * a seventh digit behind the second rounds, further ones are dropped.
 */
import { wrong, type Reader } from './reading';

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const DAY = 86_400 * SECOND;

const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):?(\d{2}))$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_OF_400_YEARS = 146_097;
const MARCH_0000_TO_1970 = 719_468;
const LAST_DAY = 2_932_896;

/** The remainder that is never negative; exact for whole numbers of any size. */
export function modulo(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest + 0;
}

export function floorTo(value: number, by: number): number {
  return value - modulo(value, by);
}

/** The first whole minute at or after an instant. */
export function minuteUp(instant: number): number {
  return instant + modulo(-instant, MINUTE);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The days since 1970-01-01 of a date of the calendar; its year begins in March, so that a leap day comes last. */
function dayOf(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_OF_400_YEARS + dayOfEra - MARCH_0000_TO_1970;
}

/** A day (since 1970-01-01) as `YYYY-MM-DD`. */
export function dateOf(day: number): string {
  const shifted = day + MARCH_0000_TO_1970;
  const era = Math.floor(shifted / DAYS_OF_400_YEARS);
  const dayOfEra = shifted - era * DAYS_OF_400_YEARS;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1, 2)}`;
}

export function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

function dayIn(date: string): number | undefined {
  const [, year, month, day] = (DATE.exec(date) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined || year === 0) return undefined;
  const length = (MONTH_DAYS[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);
  return day >= 1 && day <= length ? dayOf(year, month, day) : undefined;
}

/** A date, as days since 1970-01-01. */
export const date: Reader<number> = (value, at) => {
  const day = typeof value === 'string' ? dayIn(value) : undefined;
  if (day === undefined) throw wrong(at, 'a date like 2026-11-23');
  return day;
};

/** Microseconds from the digits behind the point. */
function fraction(digits: string): number {
  const micros = Number(digits.slice(0, 6).padEnd(6, '0'));
  return (digits[6] ?? '0') >= '5' ? micros + 1 : micros;
}

function instantIn(written: string): number | undefined {
  const found = INSTANT.exec(written);
  if (found === null) return undefined;
  const [, on = '', hours, minutes, seconds, digits = '', sign, offsetHours = 0, offsetMinutes = 0] = found;
  const day = dayIn(on);
  const clock = [hours, minutes, seconds, offsetHours, offsetMinutes].map(Number);
  const [hour = 24, minute = 60, second = 60, ahead = 24, aheadMinutes = 60] = clock;
  if (day === undefined || hour > 23 || minute > 59 || second > 59 || ahead > 23 || aheadMinutes > 59) return undefined;
  const wall = day * DAY + ((hour * 60 + minute) * 60 + second) * SECOND + fraction(digits);
  if (wall >= (LAST_DAY + 1) * DAY) return undefined;
  const offset = (ahead * 60 + aheadMinutes) * MINUTE;
  return sign === '-' ? wall + offset : wall - offset;
}

/** An instant, as microseconds since 1970 (UTC). */
export const instant: Reader<number> = (value, at) => {
  const read = typeof value === 'string' ? instantIn(value) : undefined;
  if (read === undefined) throw wrong(at, 'an instant with its offset, like 2026-11-23T22:00:00+08:00');
  return read;
};
