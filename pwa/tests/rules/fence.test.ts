import { expect, it } from 'vitest';

import { presence } from '@/rules/fence';

const door = { lat: 24.48, lon: 118.09 };
/** So many metres north of the door. */
const north = (metres: number): { lat: number; lon: number } => ({ lat: door.lat + metres / 111_194.93, lon: door.lon });

it.each([
  [99, 0, true], [101, 0, false], [149, 50, true], [151, 50, false], [599, 5000, true], [601, 5000, false],
])('RT-6: %i m away with an error of %i m is inside: %s', (metres, accuracy, inside) => {
  expect(presence(north(metres), accuracy, door)?.is_inside).toBe(inside);
});

it('cannot tell without a position or a door on the map', () => {
  expect([presence(null, 0, door), presence(door, 0, null)]).toEqual([undefined, undefined]);
});
