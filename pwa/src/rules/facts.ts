/**
 * Which edits of one fact stand? Those that no other names as seen; never the last writer.
 *
 * The law is the server's (docs/MERGING.md), held against the same examples: tests/vectors/facts.json.
 */

/** How many edits the server lets an edit name. */
const BASES_MAX = 16;

export interface KnownEdit {
  readonly id: string;
  readonly value: string;
  readonly at: string;
  readonly base_ids: readonly string[];
}

function newestFirst(one: KnownEdit, other: KnownEdit): number {
  return Date.parse(other.at) - Date.parse(one.at) || (one.id < other.id ? 1 : -1);
}

/** The edits that stand, newest first; the first is shown. Edits that name each other in a circle supersede nothing. */
export function headsOf<Known extends KnownEdit>(edits: readonly Known[]): Known[] {
  const byId = new Map(edits.map((edit) => [edit.id, edit]));
  const named = new Set([...byId.values()].flatMap((edit) => edit.base_ids));
  const heads = [...byId.values()].filter((edit) => !named.has(edit.id));
  const seen = new Set<string>();
  const waiting = heads.map((edit) => edit.id);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const edit = byId.get(id);
    if (edit === undefined || seen.has(id)) continue;
    seen.add(id);
    waiting.push(...edit.base_ids);
  }
  return [...heads, ...[...byId.values()].filter((edit) => !seen.has(edit.id))].toSorted(newestFirst);
}

/** The latest edit of each value that stands and is not shown, newest first; none: all agree. */
export function othersOf<Known extends KnownEdit>(heads: readonly Known[]): Known[] {
  const told = new Set([heads[0]?.value]);
  return heads.filter(({ value }) => {
    if (told.has(value)) return false;
    told.add(value);
    return true;
  });
}

/** What the next edit names: the own latest edit, all that the server said stands, then older own ones that may not be there yet. */
export function seenIds(heads: readonly string[], ownOldestFirst: readonly string[]): string[] {
  const [latest, ...older] = ownOldestFirst.toReversed();
  return [...new Set([...(latest === undefined ? [] : [latest]), ...heads, ...older])].slice(0, BASES_MAX);
}
