/**
 * Is this JSON what it should be? Small readers that refuse what nobody declared, as the server's structs do.
 *
 * A reader takes a value and where it stands, and gives it back typed, or throws a ReadingError that names the place.
 */

/** What was read is not what it should be; the message says where. */
export class ReadingError extends Error {
  override readonly name = 'ReadingError';
}

export type Reader<T> = (value: unknown, at: string) => T;
export type Read<R> = R extends Reader<infer T> ? T : never;

/** A field of an object; without a default it must be there. */
export interface Field<T> {
  readonly read: Reader<T>;
  readonly otherwise: readonly [] | readonly [T];
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type Struct<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

export function wrong(at: string, wanted: string): ReadingError {
  return new ReadingError(`expected ${wanted} - at ${at}`);
}

export const needed = <T>(read: Reader<T>): Field<T> => ({ read, otherwise: [] });
export const withDefault = <T>(read: Reader<T>, otherwise: NoInfer<T>): Field<T> => ({ read, otherwise: [otherwise] });
/** A field that may be absent or null. */
export const nullish = <T>(read: Reader<T>): Field<T | null> => withDefault<T | null>(nullable(read), null);
/** A flag that nobody recorded is false. */
export const flag = (): Field<boolean> => withDefault(bool, false);

/** An object with these fields and no other. */
export function struct<F extends Fields>(fields: F): Reader<Struct<F>> {
  const named = Object.entries(fields);
  return (value, at) => {
    const held = entriesOf(value, at);
    for (const key of held.keys()) if (!Object.hasOwn(fields, key)) throw new ReadingError(`unknown field ${key} - at ${at}`);
    const read = named.map(([key, field]) => [key, fieldOf(field, held.get(key), `${at}.${key}`)]);
    // TypeScript cannot follow the fields through a list of entries; each was read by its own reader just above.
    return Object.fromEntries(read) as Struct<F>;
  };
}

function fieldOf({ read, otherwise }: Field<unknown>, value: unknown, at: string): unknown {
  if (value !== undefined) return read(value, at);
  if (otherwise.length === 0) throw new ReadingError(`missing - at ${at}`);
  return otherwise[0];
}

function entriesOf(value: unknown, at: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'an object');
  return new Map<string, unknown>(Object.entries(value));
}

export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value, at) => (value === null ? null : read(value, at));
}

export function list<T>(read: Reader<T>, { min = 0, max = Infinity }: Bounds = {}): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'a list');
    if (value.length < min || value.length > max) throw wrong(at, `a list of ${String(min)} to ${String(max)}`);
    return value.map((one: unknown, n) => read(one, `${at}[${String(n)}]`));
  };
}

/** An object used as a table: any keys, values of one kind. */
export function table<T>(read: Reader<T>): Reader<ReadonlyMap<string, T>> {
  return (value, at) => new Map([...entriesOf(value, at)].map(([key, held]) => [key, read(held, `${at}.${key}`)]));
}

/** A text; its length counts characters, not halves of them. */
export function text({ min = 0, max = Infinity }: Bounds = {}): Reader<string> {
  return (value, at) => {
    if (typeof value !== 'string' || LONE_SURROGATE.test(value)) throw wrong(at, 'a text');
    if (value.length < min || (value.length > max && [...value].length > max)) throw wrong(at, `a text of ${String(min)} to ${String(max)} characters`);
    return value;
  };
}

export function matching(pattern: RegExp, max = Infinity): Reader<string> {
  const read = text({ max });
  return (value, at) => {
    const held = read(value, at);
    if (!pattern.test(held)) throw wrong(at, `a text like ${pattern.source}`);
    return held;
  };
}

export function oneOf<const T extends string>(names: readonly T[]): Reader<T> {
  const known = new Map<unknown, T>(names.map((name) => [name, name]));
  return (value, at) => {
    const found = known.get(value);
    if (found === undefined) throw wrong(at, `one of ${names.join(', ')}`);
    return found;
  };
}

export function integer({ min = -Infinity, max = Infinity }: Bounds = {}): Reader<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrong(at, 'a whole number');
    if (value < min || value > max) throw wrong(at, `a number from ${String(min)} to ${String(max)}`);
    return value;
  };
}

export const bool: Reader<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'true or false');
  return value;
};
