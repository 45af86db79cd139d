/** How far is it? Great-circle metres on WGS-84, the twin of the server's rule. */

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** Mean radius R1 of the GRS 80 ellipsoid (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8;

export function distanceM(one: Place, other: Place): number {
  const rad = Math.PI / 180;
  const lat1 = one.lat * rad;
  const lat2 = other.lat * rad;
  const half = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(((other.lon - one.lon) * rad) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Metres as people say them: 14 m, 480 m, 2.1 km, 14 km. */
export function sayDistance(metres: number): string {
  if (metres < 100) return `${String(Math.round(metres))} m`;
  if (metres < 995) return `${String(Math.round(metres / 10) * 10)} m`;
  const km = metres / 1000;
  return `${km < 10 ? km.toFixed(1) : String(Math.round(km))} km`;
}
