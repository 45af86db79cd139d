/** While somebody is on duty, the lead's map learns now and then where. Off duty nothing is asked or told. */
import { metaOf } from '@/store/meta';
import { tellPlace } from '@/sync/place';

import { isSignedIn, store } from './session.svelte';

const EVERY_MS = 60_000;
/** A fix of the last minute is as good as a new one, and costs no battery. */
const FIX_AGE_MAX_MS = 60_000;

async function tell(): Promise<void> {
  if (!isSignedIn() || !navigator.onLine || document.visibilityState !== 'visible' || !('geolocation' in navigator)) return;
  if ((await metaOf(store(), 'on_duty')) !== true) return;
  navigator.geolocation.getCurrentPosition(
    ({ coords, timestamp }) => {
      tellPlace({ lat: coords.latitude, lon: coords.longitude }, new Date(timestamp)).catch((error: unknown) => { reportError(error); });
    },
    // No fix: the map keeps the last place and its age, which is the truth.
    (error) => { console.info('no place to tell', error.message); },
    { maximumAge: FIX_AGE_MAX_MS, timeout: 20_000 },
  );
}

/** Tells the place now: when the app is opened, or its lock. */
export function reportPlace(): void {
  tell().catch((error: unknown) => { reportError(error); });
}

/** Tells the place every minute for as long as the app is looked at; returns how to stop. */
export function startPlaceReports(): () => void {
  const timer = setInterval(reportPlace, EVERY_MS);
  reportPlace();
  return () => { clearInterval(timer); };
}
