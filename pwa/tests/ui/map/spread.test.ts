import { expect, it } from 'vitest';

import { spread, type Mark } from '@/ui/map/spread';

const mark = (x: number, y: number, radius = 15): Mark => ({ x, y, radius });

/** The deepest overlap of two marks after they were spread, in pixels. */
function deepest(marks: readonly Mark[]): number {
  const spots = spread(marks);
  return Math.max(0, ...spots.flatMap((one, at) =>
    spots.slice(at + 1).map((other, next) => (marks[at]?.radius ?? 0) + (marks[at + 1 + next]?.radius ?? 0) - Math.hypot(one.x - other.x, one.y - other.y))));
}

it('marks that stand alone stay where they are', () => {
  expect(spread([mark(0, 0), mark(30, 0), mark(200, 90)])).toEqual([{ x: 0, y: 0 }, { x: 30, y: 0 }, { x: 200, y: 90 }]);
});

it('two that touch go apart by the same way, in the line between them', () => {
  expect(spread([mark(0, 0), mark(20, 0)])).toEqual([{ x: -5, y: 0 }, { x: 25, y: 0 }]);
});

it.each([
  ['thirty doors of one house', Array.from({ length: 30 }, () => mark(100, 100))],
  ['twenty doors of a street, ten pixels apart', Array.from({ length: 20 }, (_none, at) => mark(at * 10, 50))],
  ['a large one among small ones', [mark(0, 0, 19), ...Array.from({ length: 8 }, (_none, at) => mark(at, 1))]],
])('%s can all be read', (_name, marks) => {
  expect(deepest(marks)).toBeLessThan(1);
});

it('gives the same for the same', () => {
  const marks = Array.from({ length: 12 }, (_none, at) => mark(at % 3, at % 2));
  expect(spread(marks)).toEqual(spread(marks));
});

it('does not work for ever on what is no day of one person', () => {
  const crowd = Array.from({ length: 201 }, () => mark(5, 5));
  expect(spread(crowd)).toEqual(crowd.map(() => ({ x: 5, y: 5 })));
});
