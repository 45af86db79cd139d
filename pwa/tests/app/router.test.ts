import { expect, it } from 'vitest';

import { matchOf } from '@/app/router.svelte';

const routes = [{ pattern: '/', page: 'today' }, { pattern: '/cases', page: 'cases' }, { pattern: '/cases/:id', page: 'case' }, { pattern: '/cases/:id/visit', page: 'visit' }];

it.each([
  ['/', 'today', {}], ['/cases/', 'cases', {}], ['/cases/a%20b', 'case', { id: 'a b' }], ['/cases/7/visit', 'visit', { id: '7' }],
])('opens %s', (path, page, params) => {
  expect(matchOf(routes, path)).toEqual({ page, params });
});

it('knows no other path', () => {
  expect(matchOf(routes, '/cases/7/visit/more')).toBeUndefined();
});
