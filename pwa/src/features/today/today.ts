/** Which stop is next, and what does moving one do to the order? */
import type { ShownStop } from '@/rules/fold';

export interface DayView {
  readonly next: ShownStop | undefined;
  readonly later: readonly ShownStop[];
  readonly past: readonly ShownStop[];
}

/** The first planned stop, the planned ones behind it, and those that are over. */
export function dayView(stops: readonly ShownStop[]): DayView {
  const [next, ...later] = stops.filter((stop) => stop.state === 'planned');
  return { next, later, past: stops.filter((stop) => stop.state !== 'planned') };
}

/** The planned stops in their order after one was moved by so many places; a fixed stop keeps the place of its lead. */
export function movedOrder(stops: readonly ShownStop[], id: string, steps: number): string[] {
  const ids = stops.filter((stop) => stop.state === 'planned').map((stop) => stop.id);
  const from = ids.indexOf(id);
  if (from < 0) return ids;
  const to = Math.min(ids.length - 1, Math.max(0, from + steps));
  ids.splice(to, 0, ...ids.splice(from, 1));
  return ids;
}

/** Whether the plan's window of the stop is open, still to come, or over. */
export function windowNow(stop: Pick<ShownStop, 'window_start' | 'window_end'>, now: Date): 'open' | 'before' | 'over' {
  if (now.getTime() < Date.parse(stop.window_start)) return 'before';
  return now.getTime() >= Date.parse(stop.window_end) ? 'over' : 'open';
}

/** How many rows a finger has gone past, from where it touched. */
export function rowsMoved(fromY: number, toY: number, rowHeight: number): number {
  return rowHeight <= 0 ? 0 : Math.round((toY - fromY) / rowHeight);
}

/** An address that opens the phone's own navigation at the door. */
export function navigateAddress(place: { readonly lat: number; readonly lon: number }, label: string): string {
  return `geo:${String(place.lat)},${String(place.lon)}?q=${String(place.lat)},${String(place.lon)}(${encodeURIComponent(label)})`;
}
