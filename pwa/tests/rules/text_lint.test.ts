import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { isSafeForThirdPerson, lint, LENGTH_MAX, noteWarnings, phrasesIn, type Language } from '@/rules/text_lint';

interface Phrase {
  readonly id: string;
  readonly hit: string;
  readonly miss: string;
}

interface Book {
  readonly says: readonly Phrase[];
  readonly shows: readonly Phrase[];
  readonly voicemail: readonly Phrase[];
  readonly third_person_safe: readonly string[];
}

interface Vector {
  readonly text: string;
  readonly language: Language;
  readonly says: readonly string[];
  readonly shows: readonly string[];
  readonly found: readonly (readonly [string, string])[];
  readonly warned: readonly string[];
}

const root = new URL('../../../', import.meta.url);
const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const languages: readonly Language[] = ['en', 'zh'];
const books = languages.map((language) => ({ language, book: json(`backend/compliance/phrases/${language}.json`) as Book }));
const phrases = books.flatMap(({ language, book }) => [...book.says, ...book.shows, ...book.voicemail].map((phrase) => ({ ...phrase, language })));
const vectors = json('tests/vectors/text_lint.json') as readonly Vector[];

describe('a phrase is found in its example and not in its near-miss, as on the server', () => {
  it.each(phrases)('$id', ({ id, hit, miss, language }) => {
    expect(phrasesIn(hit, language)).toContain(id);
    expect(phrasesIn([...hit].join('\u200b'), language)).toContain(id);
    expect(phrasesIn(miss, language)).not.toContain(id);
  });
});

describe('a text says and lacks what it does on the server', () => {
  it.each(vectors)('$text', ({ text, language, says, shows, found, warned }) => {
    const linted = lint(text, language);
    expect(linted.says).toEqual(says);
    expect(shows.filter((fact) => linted.lacks.includes(fact))).toEqual([]);
    expect(linted.lacks.length + shows.length).toBe(7);
    expect(linted.found.map((one) => [one.phrase, one.text])).toEqual(found);
    for (const one of linted.found) expect(text.slice(one.start, one.end)).toBe(one.text);
    expect(noteWarnings(text, 'neighbour').map((one) => one.phrase)).toEqual(warned);
  });
});

it('what is safe for a third person says nothing', () => {
  for (const { language, book } of books) for (const text of book.third_person_safe) expect(isSafeForThirdPerson(lint(text, language))).toBe(true);
});

it('a note is warned of, and only a third person may not hear of the debt', () => {
  const note = '已告知逾期三十天';
  expect(noteWarnings(note, 'neighbour').map(({ why, text }) => [why, text])).toEqual([['debt_told_to_third_person', '逾期'], ['debt_told_to_third_person', '逾期三十天']]);
  for (const reached of ['obligor', 'attorney', 'finance_contact', null]) expect(noteWarnings(note, reached)).toEqual([]);
});

it('a text too long to be read to its end is told as such', () => {
  expect(lint('山'.repeat(LENGTH_MAX), 'zh').isCut).toBe(false);
  const long = lint('山'.repeat(LENGTH_MAX + 1), 'zh');
  expect([long.isCut, isSafeForThirdPerson(long)]).toEqual([true, false]);
});

it.each(['警察', '不会抓警察', '还款', '1 ', 'a ', '.', '{', '{amount}', 'sue ', '*', '\n', '块', '客户说', '我是银行', '+1 ('])('a hostile text of %s is read in time', (piece) => {
  const began = performance.now();
  noteWarnings(piece.repeat(LENGTH_MAX).slice(0, LENGTH_MAX), 'neighbour');
  expect(performance.now() - began).toBeLessThan(10_000);
});
