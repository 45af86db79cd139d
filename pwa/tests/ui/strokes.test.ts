import { expect, it } from 'vitest';

import { isSignature } from '@/ui/strokes';

it.each([
  [[], false],
  [[[{ x: 0.5, y: 0.5 }]], false],
  [[[{ x: 0, y: 0 }, { x: 0.32, y: 0 }]], false],
  [[[{ x: 0, y: 0 }, { x: 0.2, y: 0 }], [{ x: 0, y: 0 }, { x: 0.2, y: 0 }]], true],
])('EV-5: a dot or a slip is no signature: %j', (strokes, expected) => {
  expect(isSignature(strokes)).toBe(expected);
});
