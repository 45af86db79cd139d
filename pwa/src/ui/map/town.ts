/** Where do the lines of the town and the colours of the map come from? */
import { NOTHING, type Features, type MapColours } from './style';

const ADDRESS = '/v1/map/town.geojson';
/** A store of its own: the town outlives versions of the app and is not one of its files. */
const KEPT_IN = 'rounds-map';

/** Keeps the town for the day without network; the browser asks only whether it has changed. */
export async function keepTown(): Promise<void> {
  const response = await fetch(ADDRESS, { credentials: 'same-origin', cache: 'no-cache' });
  if (response.ok) await (await caches.open(KEPT_IN)).put(ADDRESS, response);
}

/** The town as this phone has it; the first time it is fetched. Nothing where the lender has no map. */
export async function townOf(): Promise<Features> {
  const cache = await caches.open(KEPT_IN);
  if ((await cache.match(ADDRESS)) === undefined) await keepTown();
  const kept = await cache.match(ADDRESS);
  return kept === undefined ? NOTHING : ((await kept.json()) as Features);
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
    water: colour('promise-soft'), green: colour('paid-soft'),
  };
  probe.remove();
  return colours;
}
