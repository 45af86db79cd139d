import { describe, expect, it } from 'vitest';

import { areaBetween, areaTyped, shareOf } from '@/features/evidence/areas';

const FRAME = { left: 100, top: 50, width: 400, height: 200 };

describe('an area that is drawn', () => {
  it('is told in shares of the picture, from its upper left corner, whichever corner came first', () => {
    const [one, other] = [shareOf({ x: 300, y: 150 }, FRAME), shareOf({ x: 200, y: 100 }, FRAME)];
    expect(areaBetween(one, other)).toEqual({ left: 0.25, top: 0.25, width: 0.25, height: 0.25 });
    expect(areaBetween(other, one)).toEqual(areaBetween(one, other));
  });

  it('ends at the edge of the picture', () => {
    expect(areaBetween(shareOf({ x: 0, y: 0 }, FRAME), shareOf({ x: 9999, y: 9999 }, FRAME))).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  it('is nothing when it was a tap or a line', () => {
    expect(areaBetween({ x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 })).toBeUndefined();
    expect(areaBetween({ x: 0.1, y: 0.5 }, { x: 0.9, y: 0.501 })).toBeUndefined();
  });
});

it.each([
  [['10', '20', '30', '40'], { left: 0.1, top: 0.2, width: 0.3, height: 0.4 }], [['10', '20', '90', '40'], { left: 0.1, top: 0.2, width: 0.9, height: 0.4 }],
  [['12,5', '0', '50', '100'], { left: 0.125, top: 0, width: 0.5, height: 1 }], [['10', '20', '91', '40'], undefined], [['-1', '20', '30', '40'], undefined],
  [['', '20', '30', '40'], undefined], [['a', '20', '30', '40'], undefined], [['10', '20', '0', '40'], undefined], [[], undefined],
])('%j typed is %j', (typed, area) => {
  expect(areaTyped(typed)).toEqual(area);
});
