import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { headsOf, othersOf, seenIds } from '@/rules/facts';

interface Vector {
  readonly name: string;
  readonly edits: readonly (readonly [id: string, value: string, minute: number, base_ids: readonly string[]])[];
  readonly heads: readonly string[];
  readonly others: readonly string[];
}

const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/facts.json', import.meta.url), 'utf8')) as Vector[];

describe('what stands of a fact', () => {
  it.each(vectors)('OF-7, N13: $name, as on the server', ({ edits, heads, others }) => {
    const known = edits.map(([id, value, minute, base_ids]) => ({ id, value, base_ids, at: new Date(Date.UTC(2026, 10, 24, 8, minute)).toISOString() }));
    for (const order of [known, known.toReversed()]) {
      const found = headsOf(order);
      expect(found.map(({ id }) => id)).toEqual(heads);
      expect(othersOf(found).map(({ id }) => id)).toEqual(others);
    }
  });
});

describe('what an edit names', () => {
  it('is what the server said stands, and the own edits that it may not have told yet', () => {
    expect(seenIds(['h1', 'h2'], ['m1', 'm2'])).toEqual(['m2', 'h1', 'h2', 'm1']);
    expect(seenIds(['h1', 'm1'], ['m1'])).toEqual(['m1', 'h1']);
    expect(seenIds([], [])).toEqual([]);
  });

  it('is never more than the server takes, and the own latest is always in it', () => {
    const many = Array.from({ length: 20 }, (_, n) => `h${String(n)}`);
    expect(seenIds(many, ['m1', 'm2'])).toEqual(['m2', ...many.slice(0, 15)]);
  });
});
