import { expect, it } from 'vitest';

import { offsetOf } from '@/features/evidence/place';

it('a place north-east of a door lies that many metres north and east', () => {
  const { east, north } = offsetOf({ lat: 30.251, lon: 120.151 }, { lat: 30.25, lon: 120.15 });
  expect([Math.round(east), Math.round(north)]).toEqual([96, 111]);
});
