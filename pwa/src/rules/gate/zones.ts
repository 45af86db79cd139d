/**
 * What is the wall clock of a person, and when does their day begin? The twin of backend/compliance/zones.py.
 *
 * A zone is the table of its clock changes that the server made: browsers and the server may hold different editions of
 * the tz database, so the phone never asks its own. A name that is not in the table is an unknown zone.
 */
import { DAY, MINUTE, SECOND, dateOf, floorTo, modulo, padded } from './instants';
import { integer, list, needed, struct, table, wrong, type Read, type Reader } from './reading';

/** An instant after all others (the year 2112); a number still holds it exactly. */
export const FOREVER = 2 ** 52;

/** `starts[i]` is the instant from which `offsets[i]` (microseconds east of UTC) holds. */
export type ZoneTable = Read<typeof plainTable>;
export type ZoneTables = ReadonlyMap<string, ZoneTable>;

const plainTable = struct({
  starts: needed(list(integer(), { min: 1 })),
  offsets: needed(list(integer({ min: -DAY, max: DAY }), { min: 1 })),
});

const zoneTable: Reader<ZoneTable> = (value, at) => {
  const read = plainTable(value, at);
  const rises = read.starts.every((start, n) => n === 0 || start > (read.starts[n - 1] ?? start));
  if (!rises || read.starts.length !== read.offsets.length) throw wrong(at, 'rising starts, an offset to each');
  return read;
};

/** Clock changes by the name of the zone. */
export const zoneTables: Reader<ZoneTables> = table(zoneTable);

/** How many of these rising numbers are at most `value`. */
function countUpTo(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Local {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Microseconds that the wall clock shows. */
  readonly wall: number;
}

/** The clock of one place. */
export class Zone {
  readonly #starts: readonly number[];
  readonly #offsets: readonly number[];

  constructor({ starts, offsets }: ZoneTable) {
    this.#starts = starts;
    this.#offsets = offsets;
  }

  /** How far the wall clock is ahead of UTC. */
  offsetAt(instant: number): number {
    return this.#offset(Math.max(countUpTo(this.#starts, instant) - 1, 0));
  }

  #offset(index: number): number {
    return this.#offsets[index] ?? 0;
  }

  local(instant: number): Local {
    const shown = instant + this.offsetAt(instant);
    const wall = modulo(shown, DAY);
    return { day: (shown - wall) / DAY, wall };
  }

  /** The first clock change after an instant, FOREVER when there is none. */
  nextChange(instant: number): number {
    return this.#starts[countUpTo(this.#starts, instant)] ?? FOREVER;
  }

  /** The first instant of a local day: midnight, or the first minute past it where that is left out. */
  startOf(day: number): number {
    const wall = day * DAY;
    const first = Math.max(countUpTo(this.#starts, wall - DAY) - 1, 0);
    for (let index = first; ; index += 1) {
      const shown = wall - this.#offset(index);
      const instant = index === 0 ? shown : Math.max(shown, this.#starts[index] ?? shown);
      if (instant < (this.#starts[index + 1] ?? Infinity)) return instant;
    }
  }
}

export const UTC = new Zone({ starts: [0], offsets: [0] });

const KEPT = new WeakMap<ZoneTable, Zone>();

/** The clock of an IANA zone; undefined for a name that the tables lack. */
export function zoneNamed(name: string, tables: ZoneTables): Zone | undefined {
  const found = tables.get(name);
  if (found === undefined) return undefined;
  const zone = KEPT.get(found) ?? new Zone(found);
  KEPT.set(found, zone);
  return zone;
}

/** The ISO weekday (Monday 1) of days since 1970-01-01, a Thursday. */
export function weekdayOf(day: number): number {
  return modulo(day + 3, 7) + 1;
}

/** An instant as ISO 8601 with the offset of a zone, to the second. */
export function wallTime(instant: number, zone: Zone): string {
  const offset = zone.offsetAt(instant);
  const { day, wall } = zone.local(instant);
  const seconds = floorTo(wall, SECOND) / SECOND;
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => padded(part, 2)).join(':');
  const minutes = Math.floor(Math.abs(offset) / MINUTE);
  return `${dateOf(day)}T${clock}${offset < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60), 2)}:${padded(minutes % 60, 2)}`;
}
