import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { words as en } from '@/app/evidence/en';
import { toldOf } from '@/app/evidence/told';
import { words as zh } from '@/app/evidence/zh';

type Tree = { readonly [key: string]: unknown };

function said(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    const here = `${path}${key}`;
    if (typeof value === 'string') return [[here, value]];
    if (typeof value === 'function') return [[here, String((value as (...values: unknown[]) => unknown)(3, 'x'))]];
    return said(value as Tree, `${here}.`);
  });
}

it('both languages say the same things about evidence, and leave nothing empty', () => {
  expect(said(zh).map(([key]) => key).toSorted()).toEqual(said(en).map(([key]) => key).toSorted());
  expect([...said(en), ...said(zh)].filter(([, text]) => text.trim() === '')).toEqual([]);
  expect(said(zh).filter(([key, text]) => key !== 'of' && !/\p{Script=Han}/u.test(text))).toEqual([]);
});

it('each signal of the server has its sentence', () => {
  const source = readFileSync(new URL('../../../../backend/evidence/manifests.py', import.meta.url), 'utf8');
  const from = source.indexOf('class Code');
  const codes = [...source.slice(from, source.indexOf('\n\n\n', from)).matchAll(/= "([a-z_]+)"/g)].map((match) => match[1] ?? '');
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => en.signals[code] === undefined || zh.signals[code] === undefined)).toEqual([]);
});

it.each([
  ['outside_fence', { distance_m: 412, accuracy_m: 12 }, '410 m away, accuracy ±12 m'], ['teleport', { speed_m_s: 90, distance_m: 16_200, seconds: 180 }, '16 km in 180s'],
  ['clock_skew', { offset_s: -400, ahead_s: 0 }, '400s off'], ['clock_skew', { offset_s: 0, ahead_s: 900 }, '900s off'], ['exif_time_differs', { apart_s: 3600 }, '3600s apart'],
  ['exif_place_differs', { distance_m: 800 }, '800 m away'], ['taken_before_bracket', { against: 'chain' }, ''], ['taken_before_bracket', { against: 'receipt', early_s: 700 }, '700s too early'],
  ['chain_gap', { number: 7 }, 'number 7 of this phone'], ['frozen_place', { cases: 4 }, '4 cases'], ['reused_photo', { evidence_ids: ['a', 'b'] }, '2 photos'],
  ['signature_wrong', {}, ''], ['something_new', { x: 1 }, ''], ['frozen_place', { cases: 'many' }, '0 cases'],
])('%s with %j says %j', (code, detail, text) => {
  expect(toldOf(code, detail, en.told, (seconds) => `${String(seconds)}s`)).toBe(text);
});
