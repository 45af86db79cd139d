/** Which rectangle was drawn on a picture? In shares of its width and height, from its upper left corner. */
import type { components } from '@/api/schema';

export type Area = components['schemas']['Area'];

interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What is smaller than this was a tap, not an area. */
const SIDE_MIN = 0.01;
const DIGITS = 10_000;

const within = (value: number): number => Math.min(1, Math.max(0, value));
const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS;

/** A place on the screen as shares of the picture; one beside it counts as its edge. */
export function shareOf({ x, y }: Spot, frame: Frame): Spot {
  return { x: within((x - frame.left) / frame.width), y: within((y - frame.top) / frame.height) };
}

/** The rectangle between two corners; undefined when it is too small to be meant. */
export function areaBetween(one: Spot, other: Spot): Area | undefined {
  const left = rounded(Math.min(one.x, other.x));
  const top = rounded(Math.min(one.y, other.y));
  const width = rounded(Math.min(Math.abs(one.x - other.x), 1 - left));
  const height = rounded(Math.min(Math.abs(one.y - other.y), 1 - top));
  return width < SIDE_MIN || height < SIDE_MIN ? undefined : { left, top, width, height };
}

/** An area typed in hundredths: left, top, width, height; undefined when it does not lie on the picture. */
export function areaTyped(typed: readonly string[]): Area | undefined {
  const [left = NaN, top = NaN, width = NaN, height = NaN] = typed.map((text) => (text.trim() === '' ? NaN : Number(text.trim().replace(',', '.')) / 100));
  const isOn = left >= 0 && top >= 0 && left + width <= 1 && top + height <= 1;
  return isOn ? areaBetween({ x: left, y: top }, { x: left + width, y: top + height }) : undefined;
}
