import { expect, it } from 'vitest';

import { words as en } from '@/app/security/en';
import { words as zh } from '@/app/security/zh';

type Tree = { readonly [key: string]: unknown };

function said(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    const here = `${path}${key}`;
    if (typeof value === 'string') return [[here, value]];
    if (typeof value === 'function') return [[here, String((value as (...values: unknown[]) => unknown)(3))]];
    return said(value as Tree, `${here}.`);
  });
}

it('the screens about signing in say the same things in both languages, and leave nothing empty', () => {
  expect(said(zh).map(([key]) => key).toSorted()).toEqual(said(en).map(([key]) => key).toSorted());
  expect([...said(en), ...said(zh)].filter(([, text]) => text.trim() === '')).toEqual([]);
  expect(said(zh).filter(([, text]) => !/\p{Script=Han}/u.test(text))).toEqual([]);
});
