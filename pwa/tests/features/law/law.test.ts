/** Do addresses, timelines, marks and facts of the law's pages say what they should? Tables of values. */
import { expect, it } from 'vitest';

import { factsOf } from '@/features/law/facts';
import { partsOf } from '@/features/law/marked';
import { spanOf, tabOf, withValues } from '@/features/law/tabs';
import { placeOf, ticksOf } from '@/features/law/timeline';
import { urgencyOf } from '@/features/law/tones';

const SPAN = { first: '2026-01-01', before: '2026-04-11', days: 100 };

it('an address keeps what was chosen, and an empty value leaves it', () => {
  const now = new URLSearchParams('standing=all&open=a');
  expect(withValues('/law/exceptions', now, { open: 'b' })).toBe('/law/exceptions?standing=all&open=b');
  expect(withValues('/law/exceptions', now, { open: '', standing: undefined })).toBe('/law/exceptions');
  expect([tabOf('stops', 'packs'), tabOf('nowhere', 'packs'), tabOf(undefined, 'exceptions')]).toEqual(['stops', 'packs', 'exceptions']);
});

it('a timeline begins a month ago unless a day is named, and unknown spans are the usual one', () => {
  expect(spanOf(new URLSearchParams(), '2026-11-24')).toEqual({ first: '2026-10-25', before: '2027-11-24', days: 395 });
  expect(spanOf(new URLSearchParams('from=2026-01-01&days=90'), '2026-11-24')).toEqual({ first: '2026-01-01', before: '2026-04-01', days: 90 });
  expect(spanOf(new URLSearchParams('from=soon&days=7'), '2026-11-24').days).toBe(395);
});

it.each([['2025-12-31', 0], ['2026-01-01', 0], ['2026-02-20', 50], ['2026-04-11', 100], ['2027-01-01', 100]])('%s lies at %d per cent', (day, at) => {
  expect(placeOf(day, SPAN)).toBe(at);
});

it('months are named inside the span only, and fewer of them in a long one', () => {
  expect(ticksOf(SPAN).map((tick) => tick.day)).toEqual(['2026-02-01', '2026-03-01', '2026-04-01']);
  const long = ticksOf({ first: '2026-01-15', before: '2029-04-29', days: 1200 }).map((tick) => tick.day);
  expect(long.slice(0, 3)).toEqual(['2026-04-01', '2026-07-01', '2026-10-01']);
  expect(long.at(-1)).toBe('2029-04-01');
});

it('places in a note are counted by character, and those that overlap are one', () => {
  const text = '😀他说后果自负!';
  expect(partsOf(text, [{ start: 3, end: 7 }, { start: 4, end: 6 }])).toEqual([
    { text: '😀他说', isFound: false }, { text: '后果自负', isFound: true }, { text: '!', isFound: false },
  ]);
  expect(partsOf('plain', [])).toEqual([{ text: 'plain', isFound: false }]);
});

it('what was known is read line by line, lists of objects an object a line', () => {
  expect(factsOf({ now: 'x', action: { channel: 'call', to: null }, debts: [{ id: 'a' }, { id: 'b' }], zones: ['A', 'B'] })).toEqual([
    { key: 'now', value: 'x' }, { key: 'action.channel', value: 'call' }, { key: 'action.to', value: '–' },
    { key: 'debts[1]', value: 'id a' }, { key: 'debts[2]', value: 'id b' }, { key: 'zones', value: 'A, B' },
  ]);
});

it.each([[-1, false, 'overdue'], [0, false, 'overdue'], [30, false, 'overdue'], [31, false, 'due'], [90, false, 'due'], [91, false, 'neutral'], [400, true, 'overdue']])(
  '%d days left is %s over: %s', (days, isOver, tone) => {
    expect(urgencyOf(days, isOver)).toBe(tone);
  },
);
