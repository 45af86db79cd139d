/** What does the map look like? Plain paper, the town in quiet lines, the stops in the colours of the tokens. */
import type { FeatureCollection } from 'geojson';
import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl';

/** The colours in force, read from the page so that the map follows the theme. */
export interface MapColours {
  readonly paper: string;
  readonly surface: string;
  readonly sunk: string;
  readonly line: string;
  readonly edge: string;
  readonly ink: string;
  readonly ink2: string;
  readonly accent: string;
  readonly accentInk: string;
  readonly paid: string;
  readonly due: string;
  readonly water: string;
  readonly green: string;
}

/** A collection as the server gives it; a real town says whose map it is. */
export type Features = FeatureCollection & { readonly attribution?: string };

export const NOTHING: Features = { type: 'FeatureCollection', features: [] };

/** Half of a stop's mark in pixels, its edge included; the next stop's is larger. */
export const STOP_RADIUS = 15;
export const NEXT_RADIUS = 19;

const layerIs = (name: string): ExpressionSpecification => ['==', ['get', 'layer'], name];
/** Main roads are drawn wider. */
const MAIN: ExpressionSpecification = ['in', ['get', 'class'], ['literal', ['motorway', 'trunk', 'primary', 'secondary', 'main', 'avenue']]];

/** What lies over what: the person below the stops, the next stop over all. */
const RANK: ExpressionSpecification = ['match', ['get', 'state'], 'here', 0, 'done', 1, 'skipped', 1, 'next', 3, 2];

/** A style with the town (if there is one), the way and the stops; labels use the phone's own fonts. */
export function mapStyle(colours: MapColours, data: { readonly town: Features; readonly way: Features; readonly stops: Features }): StyleSpecification {
  return {
    version: 8,
    sources: {
      town: { type: 'geojson', data: data.town },
      way: { type: 'geojson', data: data.way },
      stops: { type: 'geojson', data: data.stops },
    },
    layers: [
      { id: 'paper', type: 'background', paint: { 'background-color': colours.paper } },
      { id: 'areas', type: 'line', source: 'town', filter: layerIs('area'), paint: { 'line-color': colours.line, 'line-width': 1, 'line-dasharray': [4, 3] } },
      { id: 'green', type: 'fill', source: 'town', filter: layerIs('green'), paint: { 'fill-color': colours.green } },
      { id: 'water', type: 'fill', source: 'town', filter: layerIs('water'), paint: { 'fill-color': colours.water } },
      { id: 'buildings', type: 'fill', source: 'town', minzoom: 13, filter: layerIs('building'), paint: { 'fill-color': colours.line } },
      {
        id: 'roads', type: 'line', source: 'town', filter: layerIs('road'), layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: {
          'line-color': colours.edge, 'line-opacity': 0.5,
          'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 10, ['case', MAIN, 1, 0.4], 17, ['case', MAIN, 11, 6]],
        },
      },
      {
        id: 'road-names', type: 'symbol', source: 'town', minzoom: 14, filter: ['all', layerIs('road'), ['has', 'name']],
        layout: { 'symbol-placement': 'line', 'text-field': ['get', 'name'], 'text-size': 12, 'text-font': ['sans-serif'] },
        paint: { 'text-color': colours.ink2, 'text-halo-color': colours.paper, 'text-halo-width': 1.5 },
      },
      { id: 'leaders', type: 'line', source: 'way', filter: ['==', ['get', 'kind'], 'leader'], paint: { 'line-color': colours.ink2, 'line-width': 1 } },
      { id: 'doors', type: 'circle', source: 'way', filter: ['==', ['get', 'kind'], 'door'], paint: { 'circle-radius': 3, 'circle-color': colours.ink2 } },
      { id: 'way', type: 'line', source: 'way', filter: ['==', ['get', 'kind'], 'way'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.accent, 'line-width': 3, 'line-dasharray': [1, 1.6] } },
      {
        id: 'stops', type: 'circle', source: 'stops', layout: { 'circle-sort-key': RANK },
        paint: {
          'circle-radius': ['match', ['get', 'state'], 'next', NEXT_RADIUS - 2, 'here', 7, STOP_RADIUS - 2],
          'circle-color': ['match', ['get', 'state'], 'next', colours.accent, 'done', colours.paid, 'here', colours.due, colours.surface],
          'circle-stroke-color': ['match', ['get', 'state'], 'planned', colours.ink2, 'skipped', colours.edge, colours.surface],
          'circle-stroke-width': 2,
        },
      },
      {
        id: 'numbers', type: 'symbol', source: 'stops',
        layout: { 'text-field': ['get', 'label'], 'text-size': 13, 'text-font': ['sans-serif'], 'text-allow-overlap': true, 'text-ignore-placement': true, 'symbol-sort-key': RANK },
        paint: { 'text-color': ['match', ['get', 'state'], 'next', colours.accentInk, 'done', colours.surface, 'here', colours.surface, colours.ink] },
      },
    ],
  };
}
