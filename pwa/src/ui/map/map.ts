/**
 * How is a map drawn here? MapLibre, loaded only when a map is opened, drawn from GeoJSON.
 *
 * No glyphs and no sprite: labels, Chinese too, come from the phone's own fonts. Colours are those of the tokens.
 */
import 'maplibre-gl/dist/maplibre-gl.css';

import { GeoJSONSource, LngLatBounds, Map as MapLibre, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerAddress from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';

import { spread } from './spread';
import type { Features } from './style';

export type StartedMap = MapLibre;

export interface MapStart {
  readonly container: HTMLElement;
  readonly center: readonly [number, number];
  readonly zoom: number;
  readonly style: StyleSpecification;
}

let isPrepared = false;

/** A map in the container, without any control that builds HTML from strings (Trusted Types would refuse it). */
export function startMap({ container, center, zoom, style }: MapStart): MapLibre {
  if (!isPrepared) {
    setWorkerUrl(workerAddress);
    isPrepared = true;
  }
  return new MapLibre({
    container,
    style,
    center: [center[0], center[1]],
    zoom,
    attributionControl: false,
    pitchWithRotate: false,
    dragRotate: false,
    fadeDuration: 0,
  });
}

interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** Shows all the places at once. */
export function fitTo(map: MapLibre, places: readonly Place[]): void {
  if (places.length === 0) return;
  const bounds = new LngLatBounds();
  for (const { lat, lon } of places) bounds.extend([lon, lat]);
  map.fitBounds(bounds, { padding: 48, maxZoom: 15, animate: false });
}

/** Where marks of these radii (pixels) stand on the map as it lies now, so that none covers another. */
export function spreadOn(map: MapLibre, marks: readonly { readonly place: Place; readonly radius: number }[]): readonly Place[] {
  const at = marks.map(({ place, radius }) => {
    const { x, y } = map.project([place.lon, place.lat]);
    return { x, y, radius };
  });
  return spread(at).map((spot, index) => {
    const mark = marks[index];
    // A mark that was not moved keeps its place to the last digit.
    if (mark !== undefined && spot.x === at[index]?.x && spot.y === at[index]?.y) return mark.place;
    const { lat, lng } = map.unproject([spot.x, spot.y]);
    return { lat, lon: lng };
  });
}

/** Gives one of the style's sources new content, without drawing the rest anew. */
export function showData(map: MapLibre, source: string, data: Features): void {
  const found = map.getSource(source);
  if (found instanceof GeoJSONSource) found.setData(data);
}
