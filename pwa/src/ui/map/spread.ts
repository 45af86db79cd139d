/** Where do round marks stand so that each can be read, as near to their places as that allows? Pixels in, pixels out. */

export interface Mark {
  readonly x: number;
  readonly y: number;
  /** Half its width, with the air around it. */
  readonly radius: number;
}

export interface Spot {
  x: number;
  y: number;
}

const ROUNDS_MAX = 300;
const NEAR_ENOUGH_PX = 0.5;
/** More marks than a day has stops are left where they are. */
const MARKS_MAX = 200;

/** Marks that lie over each other are pushed apart, both by half; marks that stand alone stay. The same in, the same out. */
export function spread(marks: readonly Mark[]): readonly Spot[] {
  const spots = marks.map(({ x, y }): Spot => ({ x, y }));
  if (marks.length > MARKS_MAX) return spots;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (pushOnce(marks, spots) <= NEAR_ENOUGH_PX) break;
  }
  return spots;
}

/** Pushes each pair once; returns the deepest overlap that was met. */
function pushOnce(marks: readonly Mark[], spots: readonly Spot[]): number {
  let deepest = 0;
  for (const [one, first] of spots.entries()) {
    for (const [other, second] of spots.entries()) {
      if (other <= one) continue;
      const overlap = pushApart(first, second, (marks[one]?.radius ?? 0) + (marks[other]?.radius ?? 0), other);
      deepest = Math.max(deepest, overlap);
    }
  }
  return deepest;
}

/** `turn` chooses the direction for two marks at the very same place. */
function pushApart(first: Spot, second: Spot, wanted: number, turn: number): number {
  const dx = second.x - first.x;
  const dy = second.y - first.y;
  const apart = Math.hypot(dx, dy);
  const overlap = wanted - apart;
  if (overlap <= 0) return 0;
  // The golden angle: many marks at one place go many ways.
  const angle = apart < 0.01 ? turn * 2.399963 : Math.atan2(dy, dx);
  const x = (Math.cos(angle) * overlap) / 2;
  const y = (Math.sin(angle) * overlap) / 2;
  first.x -= x;
  first.y -= y;
  second.x += x;
  second.y += y;
  return overlap;
}
