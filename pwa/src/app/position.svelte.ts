/** Where is the phone? Watched only while a screen needs it. */
import type { Point } from '@/api/types';

export interface Position {
  readonly place: Point;
  readonly accuracy_m: number;
  readonly at: string;
}

/** waiting: no fix yet. denied: the person or the system says no. unavailable: no signal or no receiver. */
export type PositionState = 'waiting' | 'found' | 'denied' | 'unavailable';

interface Watched {
  readonly state: PositionState;
  readonly position: Position | undefined;
}

let current = $state.raw<Watched>({ state: 'waiting', position: undefined });
let watchers = 0;
let watchId: number | undefined;

export function position(): Watched {
  return current;
}

function start(): void {
  if (!('geolocation' in navigator)) {
    current = { state: 'unavailable', position: undefined };
    return;
  }
  watchId = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      const place = { lat: coords.latitude, lon: coords.longitude };
      current = { state: 'found', position: { place, accuracy_m: coords.accuracy, at: new Date(timestamp).toISOString() } };
    },
    (error) => {
      const state = error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable';
      current = { state: current.position === undefined ? state : 'found', position: current.position };
    },
    { enableHighAccuracy: true, maximumAge: 15_000, timeout: 20_000 },
  );
}

/** Watches while the calling component lives. */
export function watchPosition(): void {
  $effect(() => {
    watchers += 1;
    if (watchers === 1) start();
    return () => {
      watchers -= 1;
      if (watchers > 0 || watchId === undefined) return;
      navigator.geolocation.clearWatch(watchId);
      watchId = undefined;
    };
  });
}
