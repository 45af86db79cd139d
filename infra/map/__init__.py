"""How does an OpenStreetMap file become the map of a field team? `build_map` (files.py) writes a small folder.

The one part of infra that needs libraries (osmium, shapely); README.md says what is in the folder.
"""
