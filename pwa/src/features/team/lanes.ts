/** Where on the time line of a shift lie drives, visits, the break, the end, and what is late? */
import type { DayEnd, StopView } from './plan_api';

export type PieceKind = 'drive' | 'visit' | 'done' | 'skipped' | 'blocked' | 'late' | 'break';

export interface Piece {
  readonly id: string;
  readonly kind: PieceKind;
  /** Shares of the whole time line, 0 to 1. */
  readonly from: number;
  readonly length: number;
  readonly caseId: string | null;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Lane {
  readonly userId: string;
  readonly pieces: readonly Piece[];
  readonly endMs: number | undefined;
  /** Minutes by which the next planned stop is overdue now; 0 when on time. */
  readonly lateMinutes: number;
}

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

const HOUR_MS = 3_600_000;
/** Behind by less than this is not worth a red word. */
const LATE_FROM_MINUTES = 10;

const msOf = (at: string): number => new Date(at).getTime();

/** From the first hour to the last of all shifts and stops, in whole hours; undefined when nothing is planned. */
export function spanOf(stops: readonly StopView[], days: readonly DayEnd[]): Span | undefined {
  const starts = [...days.map((day) => msOf(day.shift_start)), ...stops.map((stop) => msOf(stop.arrive_at) - stop.drive_s * 1000)];
  const ends = [...days.flatMap((day) => [msOf(day.shift_end), msOf(day.end_at)]), ...stops.map((stop) => msOf(stop.leave_at))];
  if (starts.length === 0 || ends.length === 0) return undefined;
  return { startMs: Math.floor(Math.min(...starts) / HOUR_MS) * HOUR_MS, endMs: Math.ceil(Math.max(...ends) / HOUR_MS) * HOUR_MS };
}

/** The full hours within the span. */
export function hoursOf({ startMs, endMs }: Span): readonly number[] {
  const hours: number[] = [];
  for (let at = startMs; at < endMs; at += HOUR_MS) hours.push(at);
  return hours;
}

export function shareOf(atMs: number, { startMs, endMs }: Span): number {
  return Math.min(1, Math.max(0, (atMs - startMs) / (endMs - startMs)));
}

function visitKind(stop: StopView, nowMs: number): PieceKind {
  if (stop.state !== 'planned') return stop.state;
  return msOf(stop.leave_at) + LATE_FROM_MINUTES * 60_000 < nowMs ? 'late' : 'visit';
}

/** The lane of one person; `stops` are that person's. */
export function laneOf(userId: string, stops: readonly StopView[], day: DayEnd | undefined, { span, nowMs }: { span: Span; nowMs: number }): Lane {
  const piece = (id: string, kind: PieceKind, caseId: string | null, startMs: number, endMs: number): Piece => {
    const from = shareOf(startMs, span);
    return { id, kind, caseId, from, length: shareOf(endMs, span) - from, startMs, endMs };
  };
  const ordered = stops.toSorted((one, other) => msOf(one.arrive_at) - msOf(other.arrive_at));
  const pieces = ordered.flatMap((stop) => [
    piece(`${stop.id}-way`, 'drive', null, msOf(stop.arrive_at) - stop.drive_s * 1000, msOf(stop.arrive_at)),
    piece(stop.id, visitKind(stop, nowMs), stop.case_id, msOf(stop.arrive_at), msOf(stop.leave_at)),
  ]);
  const pause = day === undefined || day.pause_start === null || day.pause_end === null
    ? [] : [piece(`${userId}-break`, 'break', null, msOf(day.pause_start), msOf(day.pause_end))];
  const next = ordered.find((stop) => stop.state === 'planned');
  const behind = next === undefined ? 0 : Math.floor((nowMs - msOf(next.leave_at)) / 60_000);
  const end = day === undefined ? ordered.at(-1)?.leave_at : day.end_at;
  return {
    userId, pieces: [...pause, ...pieces], endMs: end === undefined ? undefined : msOf(end), lateMinutes: behind >= LATE_FROM_MINUTES ? behind : 0,
  };
}
