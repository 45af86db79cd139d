/** How far east and north of a door is a place, for a little map around it? */
import type { Place } from '@/lib/geo';

const METRES_A_DEGREE = 111_320;

/** Metres; true enough within a few kilometres of the door. */
export function offsetOf(place: Place, door: Place): { readonly east: number; readonly north: number } {
  return {
    east: (place.lon - door.lon) * METRES_A_DEGREE * Math.cos((door.lat * Math.PI) / 180),
    north: (place.lat - door.lat) * METRES_A_DEGREE,
  };
}
