/** What lies on the lead's map? The town in quiet lines, and over it routes, doors and people in their colours. */
import type { Feature } from 'geojson';
import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl';

import type { Point } from '@/api/types';
import { mapStyle, NOTHING, type Features, type MapColours } from '@/ui/map/style';

export interface Dot {
  readonly id: string;
  readonly place: Point;
  readonly label: string;
  /** 1 to 8: a person's; 0: nobody's. */
  readonly colour: number;
  readonly state: 'planned' | 'done' | 'skipped' | 'door' | 'chosen' | 'person' | 'corner';
}

export interface Way {
  readonly colour: number;
  readonly places: readonly Point[];
}

export interface TeamLayers {
  readonly town: Features;
  readonly ways: readonly Way[];
  readonly dots: readonly Dot[];
  readonly areas: readonly (readonly Point[])[];
}

const position = ({ lon, lat }: Point): [number, number] => [lon, lat];

function collection(features: Feature[]): Features {
  return { type: 'FeatureCollection', features };
}

export function waysOf(ways: readonly Way[]): Features {
  return collection(ways.filter(({ places }) => places.length > 1).map(({ colour, places }) => ({
    type: 'Feature', properties: { colour }, geometry: { type: 'LineString', coordinates: places.map(position) },
  })));
}

export function dotsOf(dots: readonly Dot[]): Features {
  return collection(dots.map(({ id, place, label, colour, state }) => ({
    type: 'Feature', properties: { id, label, colour, state }, geometry: { type: 'Point', coordinates: position(place) },
  })));
}

/** Outlines; one with fewer than three corners is still a line. */
export function areasOf(areas: readonly (readonly Point[])[]): Features {
  return collection(areas.flatMap((area): Feature[] => {
    const first = area[0];
    if (first === undefined) return [];
    const ring = [...area, first].map(position);
    return [{ type: 'Feature', properties: {}, geometry: area.length < 3 ? { type: 'LineString', coordinates: ring } : { type: 'Polygon', coordinates: [ring] } }];
  }));
}

/** The style; `who` holds the colours of the people, from 1, and at 0 nobody's. */
export function teamStyle(colours: MapColours, who: readonly string[], layers: TeamLayers): StyleSpecification {
  const base = mapStyle(colours, { town: layers.town, way: NOTHING, stops: NOTHING });
  const town = base.layers.filter((layer) => layer.type === 'background' || ('source' in layer && layer.source === 'town'));
  const colour: ExpressionSpecification = ['at', ['get', 'colour'], ['literal', [...who]]] as ExpressionSpecification;
  const person: ExpressionSpecification = ['to-color', colour];
  const state: ExpressionSpecification = ['get', 'state'];
  return {
    version: 8,
    sources: {
      town: { type: 'geojson', data: layers.town },
      areas: { type: 'geojson', data: areasOf(layers.areas) },
      ways: { type: 'geojson', data: waysOf(layers.ways) },
      dots: { type: 'geojson', data: dotsOf(layers.dots) },
    },
    layers: [
      ...town,
      { id: 'territory', type: 'fill', source: 'areas', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colours.accent, 'fill-opacity': 0.1 } },
      { id: 'outline', type: 'line', source: 'areas', paint: { 'line-color': colours.accent, 'line-width': 2, 'line-dasharray': [2, 2] } },
      { id: 'casing', type: 'line', source: 'ways', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.paper, 'line-width': 6 } },
      { id: 'ways', type: 'line', source: 'ways', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': person, 'line-width': 3 } },
      {
        id: 'dots', type: 'circle', source: 'dots',
        paint: {
          'circle-radius': ['match', state, 'door', 6, 'corner', 5, 'chosen', 9, 'person', 12, 11],
          'circle-color': ['match', state, 'done', colours.surface, 'skipped', colours.sunk, 'corner', colours.accent, person],
          'circle-stroke-color': ['match', state, 'done', person, 'skipped', colours.edge, 'chosen', colours.ink, colours.surface],
          'circle-stroke-width': ['match', state, 'person', 4, 'chosen', 3, 'done', 2, 1.5],
        },
      },
      {
        id: 'labels', type: 'symbol', source: 'dots', filter: ['!=', ['get', 'label'], ''],
        layout: { 'text-field': ['get', 'label'], 'text-size': 11, 'text-font': ['sans-serif'], 'text-allow-overlap': true, 'text-ignore-placement': true },
        paint: { 'text-color': ['match', state, 'done', colours.ink, 'skipped', colours.ink2, ['to-color', ['literal', who[who.length - 1] ?? '']]] as ExpressionSpecification },
      },
    ],
  };
}
