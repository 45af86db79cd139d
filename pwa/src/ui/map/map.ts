/**
 * How is a map drawn here? MapLibre, loaded only when a map is opened, with tiles from one PMTiles file.
 *
 * No glyphs and no sprite: labels, Chinese too, come from the phone's own fonts. Colours are those of the tokens.
 */
import 'maplibre-gl/dist/maplibre-gl.css';

import { addProtocol, Map as MapLibre, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerAddress from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { Protocol } from 'pmtiles';

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
    addProtocol('pmtiles', new Protocol().tile);
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
