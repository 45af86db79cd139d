import { expect, it } from 'vitest';

import { distanceM, sayDistance } from '@/lib/geo';

it('measures a quarter of a meridian as the server does', () => {
  expect(Math.round(distanceM({ lat: 0, lon: 0 }, { lat: 90, lon: 0 }))).toBe(10_007_557);
});

it.each([[14.4, '14 m'], [483, '480 m'], [994, '990 m'], [996, '1.0 km'], [2149, '2.1 km'], [14_400, '14 km']])('says %d m as %s', (metres, said) => {
  expect(sayDistance(metres)).toBe(said);
});
