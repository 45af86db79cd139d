import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../src/ui/tokens.css', import.meta.url), 'utf8');

/** The colours of a block of the file; a pair of light and dark is split by `side`. */
function coloursOf(selector: string, side: 0 | 1): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (?:light-dark\((#\w{6})\w{0,2}, (#\w{6})\w{0,2}\)|(#\w{6}));/g)].map((match) => [
      match[1] ?? '', match[4] ?? (side === 0 ? match[2] : match[3]) ?? '',
    ]),
  );
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2 contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const MEANINGS = ['due', 'overdue', 'promise', 'paid', 'unsent', 'blocked'];
const PAIRS = [
  ...['ink', 'ink-2', 'accent-text', ...MEANINGS].flatMap((text) => ['paper', 'surface', 'sunk'].map((ground) => [text, ground])),
  ...MEANINGS.flatMap((meaning) => [[meaning, `${meaning}-soft`], ['ink', `${meaning}-soft`]]),
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((who) => ['who-ink', `who-${String(who)}`]),
  ['accent-text', 'accent-soft'], ['ink', 'accent-soft'], ['ink-2', 'accent-soft'], ['accent-ink', 'accent'], ['paper', 'ink'],
] as [string, string][];

const light = coloursOf(':root', 0);
describe.each([
  ['light', light, 4.5], ['dark', coloursOf(':root', 1), 4.5], ['outdoors', { ...light, ...coloursOf("[data-theme='outdoors']", 0) }, 7],
])('%s', (_name, colours, least) => {
  it.each(PAIRS)('%s is readable on %s', (text, ground) => {
    const [ink = '', paper = ''] = [colours[text], colours[ground]];
    expect([ink, paper].every((colour) => /^#\w{6}$/.test(colour))).toBe(true);
    expect(contrast(ink, paper)).toBeGreaterThanOrEqual(least);
  });

  it('edges of fields stand out from the ground', () => {
    expect(contrast(colours['edge'] ?? '', colours['paper'] ?? '')).toBeGreaterThanOrEqual(3);
  });
});
