/** When is the next try after so many failures in a row? */

const FIRST_MS = 2_000;
const LONGEST_MS = 5 * 60_000;

/** Doubling with a ceiling, and jitter of a half, so that a hundred phones do not come back in the same second. */
export function delayMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (0.5 + random / 2));
}
