/** Where do the lines of the town and the colours of the map come from? */
import { NOTHING, type Features, type MapColours } from './style';

const ADDRESS = '/v1/map/town.geojson';
/** A store of its own: the town outlives versions of the app and is not one of its files. */
const KEPT_IN = 'rounds-map';

/** The town: from this phone if it was loaded before, and renewed behind the back when there is a network. */
export async function townOf(): Promise<Features> {
  const cache = await caches.open(KEPT_IN);
  const kept = await cache.match(ADDRESS);
  if (kept !== undefined) {
    // The kept one is good enough for now; the next opening has the new one.
    cache.add(ADDRESS).catch((error: unknown) => { console.info('the map was not renewed', error); });
    return (await kept.json()) as Features;
  }
  const response = await fetch(ADDRESS, { credentials: 'same-origin' });
  if (!response.ok) return NOTHING;
  await cache.put(ADDRESS, response.clone());
  return (await response.json()) as Features;
}

/** The colours of the tokens as they are at this element. */
export function coloursOf(element: HTMLElement): MapColours {
  const probe = document.createElement('span');
  element.append(probe);
  const colour = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    paper: colour('paper'), surface: colour('surface'), sunk: colour('sunk'), line: colour('line'), edge: colour('edge'), ink: colour('ink'),
    ink2: colour('ink-2'), accent: colour('accent'), accentInk: colour('accent-ink'), paid: colour('paid'), due: colour('due'),
  };
  probe.remove();
  return colours;
}
