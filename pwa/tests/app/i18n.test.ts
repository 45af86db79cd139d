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

describe('both languages', () => {
  const english = said(en);
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
