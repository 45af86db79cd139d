import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { MARK_ALPHA, MARK_GREY, marksImage } from '@/ui/marks';

const tokens = readFileSync(new URL('../../src/ui/tokens.css', import.meta.url), 'utf8');

type Colour = readonly [number, number, number];

/** The colour of a token in a scheme (0 light, 1 dark). */
function token(name: string, scheme: 0 | 1): Colour {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(tokens);
  const hex = found?.[scheme + 1] ?? '';
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Colour;
}

const under = (colour: Colour): Colour => colour.map((part) => part * (1 - MARK_ALPHA) + MARK_GREY * MARK_ALPHA) as unknown as Colour;

function luminance(colour: Colour): number {
  const [r = 0, g = 0, b = 0] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: Colour, other: Colour): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe('CO-5: the mark over a screen', () => {
  it.each([0, 1] as const)('leaves text readable (WCAG 1.4.3) where it covers both letter and ground, scheme %i', (scheme) => {
    for (const ink of ['ink', 'ink-2']) {
      for (const ground of ['paper', 'surface', 'sunk']) {
        expect(contrast(under(token(ink, scheme)), under(token(ground, scheme)))).toBeGreaterThanOrEqual(4.5);
        // The worst that can be: the ground is marked and the letter is not.
        expect(contrast(token(ink, scheme), under(token(ground, scheme)))).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('can be seen on the ground of both schemes', () => {
    for (const scheme of [0, 1] as const) expect(contrast(token('surface', scheme), under(token('surface', scheme)))).toBeGreaterThan(1.1);
  });

  it('carries the words, whatever stands in a name', () => {
    const image = decodeURIComponent(marksImage('王<b>&"小明" · mei · 2026-11-25 09:41'));
    expect(image).toContain('王&#60;b&#62;&#38;&#34;小明&#34; · mei · 2026-11-25 09:41');
    expect(image).not.toContain('<b>');
  });

  it('is wide enough for long names', () => {
    const width = (words: string): number => Number(/width="(\d+)"/.exec(decodeURIComponent(marksImage(words)))?.[1]);
    expect(width('王'.repeat(20))).toBeGreaterThan(20 * 13);
    expect(width('王'.repeat(20))).toBeGreaterThan(width('a'.repeat(20)));
  });
});
