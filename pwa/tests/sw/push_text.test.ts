import { expect, it } from 'vitest';

import { ownPath, shownFor } from '@/sw/push_text';

const origin = 'https://rounds.example';

it.each([
  ['/cases/7', '/cases/7'], ['https://rounds.example/today?x=1', '/today?x=1'], ['https://other.example/cases', '/inbox'],
  ['//other.example', '/inbox'], ['javascript:alert(1)', '/inbox'], [7, '/inbox'], [undefined, '/inbox'],
])('a tap on %s leads to %s', (address, path) => {
  expect(ownPath(address, origin)).toBe(path);
});

it('shows the text of a declarative push', () => {
  const body = JSON.stringify({ web_push: 8030, notification: { title: 'Plan', body: 'changed', navigate: '/', tag: 'plan' } });
  expect(shownFor(body, origin)).toEqual({ title: 'Plan', body: 'changed', path: '/', tag: 'plan' });
});

it.each(['', 'not json', '{}', 'null'])('still shows something for "%s"', (body) => {
  expect(shownFor(body, origin).path).toBe('/inbox');
});
