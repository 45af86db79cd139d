"""How does an OpenStreetMap file become the map of a field team? `build_map` reads a .pbf and writes a small folder.

The one part of infra that needs libraries (osmium, shapely). The folder holds

- `map.geojson`: a FeatureCollection with `attribution`; each feature has `layer` (water, green, building, road), a road
  also `class` (primary, secondary, tertiary, residential, path) and, where it has one, `name`;
- `addresses.csv`: osm_id, lat, lon, street, housenumber, unit, postcode, city, levels, flats;
- `map.json`: attribution, licence, box and counts.

The data stay under the Open Database License: whoever shows them shows "© OpenStreetMap contributors".
"""
