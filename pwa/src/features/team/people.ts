/** Who is who on the lead's screen: a colour and a letter each, the same on map, board and time line. */

/** As many as the tokens have; beyond that colours repeat and the letters tell people apart. */
export const COLOURS = 8;

export interface Marked {
  readonly id: string;
  readonly name: string;
  /** 1 to COLOURS: the token --who-N. */
  readonly colour: number;
  readonly letter: string;
}

/** Marks for people in the order of their ids, so that a colour stays with a person from day to day. */
export function marksOf(people: readonly { readonly id: string; readonly name: string }[]): ReadonlyMap<string, Marked> {
  const ordered = people.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return new Map(ordered.map(({ id, name }, index) => [id, { id, name, colour: (index % COLOURS) + 1, letter: Array.from(name)[0]?.toUpperCase() ?? '?' }]));
}
