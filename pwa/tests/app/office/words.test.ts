import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { words as en } from '@/app/office/words/en/index';
import { words as zh } from '@/app/office/words/zh/index';
import { messages } from '@/app/i18n/en/index';

type Tree = { readonly [key: string]: unknown };

function said(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    const here = `${path}${key}`;
    if (typeof value === 'string') return [[here, value]];
    if (typeof value === 'function') return [[here, String((value as (...values: unknown[]) => unknown)(3, 2, 'y', 'z'))]];
    return said(value as Tree, `${here}.`);
  });
}

it('desks say the same things in both languages, and leave nothing empty', () => {
  expect(said(zh).map(([key]) => key).toSorted()).toEqual(said(en).map(([key]) => key).toSorted());
  expect([...said(en), ...said(zh)].filter(([, text]) => text.trim() === '')).toEqual([]);
});

it('desks speak Chinese in Chinese', () => {
  const same = said(zh).filter(([, text]) => !/\p{Script=Han}/u.test(text)).map(([key]) => key);
  // Only figures and names of others stand there.
  expect(same.filter((key) => !['team.title', 'team.whatWasSent', 'team.visitAt'].includes(key))).toEqual([]);
});

it('each refusal that a desk may meet has words', () => {
  const known = new Set([...Object.keys(en.problems), ...Object.keys(messages.problems)]);
  const listed = JSON.parse(readFileSync(new URL('../../../../openapi/problems.json', import.meta.url), 'utf8')) as unknown;
  const codes = [...JSON.stringify(listed).matchAll(/"((?:case|assignment|territory|conflict|quarantine|plan|import|call|quality|line|robot|withdraw)\.[a-z_]+)"/g)].map((match) => match[1] ?? '');
  expect([...new Set(codes)].filter((code) => !known.has(code))).toEqual([]);
});
