import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { withoutPans } from '@/rules/pan';

const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/pan.json', import.meta.url), 'utf8')) as [string, string][];

it.each(vectors)('%s is kept as %s', (typed, kept) => {
  expect(withoutPans(typed)).toBe(kept);
});

it('a card number that is typed letter by letter is hidden in the end', () => {
  for (const [typed] of vectors.slice(0, 3)) {
    const shown = Array.from(typed).reduce((text, letter) => withoutPans(text + letter), '');
    expect(shown.replaceAll(/[^0-9]/g, '').length).toBeLessThanOrEqual(10);
  }
});
