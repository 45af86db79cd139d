/** Is the phone at the door? The twin of the server's rule: 100 m, and what the phone itself gives as its error. */
import { distanceM, type Place } from '@/lib/geo';

export const FENCE_RADIUS_M = 100;
/** A position worse than this proves nothing: more of it widens the fence no further. */
export const ACCURACY_MAX_M = 500;

export interface Presence {
  readonly distance_m: number;
  readonly is_inside: boolean;
}

/** How far from the door, and whether that counts as there; undefined when either place is unknown. */
export function presence(here: Place | null, accuracyM: number, door: Place | null): Presence | undefined {
  if (here === null || door === null) return undefined;
  const away = distanceM(here, door);
  return { distance_m: away, is_inside: away <= FENCE_RADIUS_M + Math.min(accuracyM, ACCURACY_MAX_M) };
}
