/** What was known of a contact, line by line? The record as the gate reads it, flattened to paths and values. */

export interface Fact {
  readonly key: string;
  readonly value: string;
}

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sayValue(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map(sayValue).join(', ');
  if (isTree(value)) return Object.entries(value).map(([key, one]) => `${key} ${sayValue(one)}`).join(' · ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Each value with its path (`action.channel`); a list of objects is a line an object. */
export function factsOf(tree: Tree, before = ''): readonly Fact[] {
  return Object.entries(tree).flatMap(([key, value]): readonly Fact[] => {
    const path = `${before}${key}`;
    if (isTree(value)) return factsOf(value, `${path}.`);
    if (Array.isArray(value) && value.some(isTree)) return value.map((one: unknown, index) => ({ key: `${path}[${String(index + 1)}]`, value: sayValue(one) }));
    return [{ key: path, value: sayValue(value) }];
  });
}
