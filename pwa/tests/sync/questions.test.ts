import 'fake-indexeddb/auto';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { QuestionList } from '@/api/types';
import type { Store } from '@/store/database';
import { metaOf } from '@/store/meta';
import { forgetAsking, toldQuestions } from '@/store/questions';
import { askQuestions, QUESTIONS_EVERY_MS } from '@/sync/questions';

import { freshStore } from './samples';

const NOW = new Date('2026-11-25T08:00:00Z');
const LIST: QuestionList = { items: [] };
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
let store: Store;
let answers: (Response | undefined)[];
let asked: string[];

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}

beforeEach(async () => {
  store = await freshStore();
  answers = [];
  asked = [];
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new TypeError('no network')) : Promise.resolve(answer);
  });
});
afterEach(() => {
  store.close();
  vi.unstubAllGlobals();
});

it('what is asked is kept sealed, and asked for again only after a while', async () => {
  answers = [json(LIST), json(LIST)];
  expect(await toldQuestions(store)).toBeUndefined();
  expect(await askQuestions(store, NOW)).toBe('done');
  expect(await toldQuestions(store)).toEqual({ list: LIST, at: NOW.toISOString() });
  expect((await metaOf(store, 'questions'))?.sealed.form).toBe(1);
  expect(await askQuestions(store, later(QUESTIONS_EVERY_MS - 1))).toBe('done');
  expect(asked).toEqual(['/v1/evidence/questions']);
  expect(await askQuestions(store, later(QUESTIONS_EVERY_MS))).toBe('done');
  expect(asked).toHaveLength(2);
});

it('whoever looks has it asked at once, and what was told stays until then', async () => {
  answers = [json(LIST), json(LIST)];
  await askQuestions(store, NOW);
  await forgetAsking(store);
  expect((await toldQuestions(store))?.at).toBe(NOW.toISOString());
  await askQuestions(store, later(1000));
  expect((await toldQuestions(store))?.at).toBe(later(1000).toISOString());
});

it('a clock that was put back silences nothing', async () => {
  answers = [json(LIST), json(LIST)];
  await askQuestions(store, NOW);
  expect(await askQuestions(store, later(-86_400_000))).toBe('done');
  expect(asked).toHaveLength(2);
});

it.each([
  [undefined, 'offline'], [json({ code: 'identity.not_signed_in' }, 401), 'sign_in'], [json({ code: 'identity.forbidden' }, 403), 'done'], [json({ code: 'not_found' }, 404), 'done'],
  [json({ code: 'unavailable' }, 503), 'later'], [json({ code: 'device.locked' }, 403), 'later'],
])('an answer %# ends the asking as it must, and keeps nothing', async (answer, outcome) => {
  answers = [answer];
  expect(await askQuestions(store, NOW)).toBe(outcome);
  expect(await toldQuestions(store)).toBeUndefined();
});
