import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { messages as en } from '@/app/i18n/en/index';
import { preferredLang } from '@/app/i18n/i18n.svelte';
import { messages as zh } from '@/app/i18n/zh/index';

type Tree = { readonly [key: string]: unknown };

/** Every message with its address; one with values is said with plausible ones. */
function said(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    const here = `${path}${key}`;
    if (typeof value === 'string') return [[here, value]];
    if (typeof value === 'function') return [[here, String((value as (...values: unknown[]) => unknown)(3, 'x', 'y', 'z'))]];
    return said(value as Tree, `${here}.`);
  });
}

const english = said(en);

describe('both languages', () => {
  it('say nothing that no screen asks for', () => {
    const root = fileURLToPath(new URL('../../src', import.meta.url));
    const files = globSync('**/*.{ts,svelte}', { cwd: root }).filter((file) => !/i18n\/(en|zh)\//.test(file) && !file.endsWith('.d.ts'));
    const used = new Set(files.flatMap((file) => readFileSync(`${root}/${file}`, 'utf8').match(/\w+/g) ?? []));
    // Words that are looked up by a code of the server stand one level deeper.
    const names = english.map(([key]) => key.split('.')).filter((parts) => parts.length === 2 && parts[0] !== 'problems').map((parts) => parts[1] ?? '');
    expect(names.filter((name) => !used.has(name))).toEqual([]);
  });

  const chinese = new Map(said(zh));

  it('say the same things', () => {
    expect([...chinese.keys()].toSorted()).toEqual(english.map(([key]) => key).toSorted());
  });

  it('leave nothing empty', () => {
    expect([...english, ...chinese].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('are really Chinese in Chinese', () => {
    // Names of themselves and of the product stay as they are.
    const same = [...chinese].filter(([, text]) => !/\p{Script=Han}/u.test(text)).map(([key]) => key);
    expect(same.filter((key) => !['common.minutes', 'me.english'].includes(key))).toEqual([]);
  });
});

it.each([
  ['en', ['zh-CN'], 'en'], [null, ['fr', 'en-GB', 'zh'], 'en'], [null, ['zh-TW'], 'zh-CN'], [null, ['fr'], 'zh-CN'], ['xx', ['en'], 'en'],
])('kept %s and offered %s speaks %s', (kept, offered, lang) => {
  expect(preferredLang(kept, offered)).toBe(lang);
});
