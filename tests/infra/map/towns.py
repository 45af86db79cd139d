"""Which OpenStreetMap files may a test read? A tiny one written here, and the shared ones where they are."""

import os
from pathlib import Path

import pytest

TINY = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="test">
  <bounds minlat="10.0" minlon="20.0" maxlat="10.01" maxlon="20.01"/>
  <node id="1" lat="10.001" lon="20.001"/>
  <node id="2" lat="10.001" lon="20.05"/>
  <node id="3" lat="10.003" lon="20.003"/>
  <node id="4" lat="10.003" lon="20.004"/>
  <node id="5" lat="10.004" lon="20.004"/>
  <node id="6" lat="10.005" lon="20.005">
    <tag k="addr:street" v="Mill Lane"/><tag k="addr:housenumber" v="7 B"/><tag k="addr:city" v="Elsewhere"/>
  </node>
  <node id="7" lat="11.0" lon="21.0"><tag k="addr:street" v="Far Road"/><tag k="addr:housenumber" v="1"/></node>
  <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="name" v="Long Road"/></way>
  <way id="11"><nd ref="3"/><nd ref="4"/><nd ref="5"/><nd ref="3"/>
    <tag k="building" v="yes"/><tag k="addr:street" v="Mill Lane"/><tag k="addr:housenumber" v="9"/>
    <tag k="building:levels" v="3"/></way>
  <way id="12"><nd ref="1"/><nd ref="99"/><tag k="highway" v="residential"/></way>
  <way id="13"><nd ref="98"/><nd ref="97"/><nd ref="98"/><tag k="building" v="yes"/><tag k="addr:street" v="Lost"/>
    <tag k="addr:housenumber" v="1"/></way>
  <relation id="20"><member type="way" ref="77" role="outer"/><tag k="type" v="multipolygon"/>
    <tag k="landuse" v="forest"/></relation>
</osm>
"""


def tiny(folder: Path) -> Path:
    """Write a town with a road out of the box, a house, and ways and relations whose members are missing."""
    path = folder / "tiny.osm"
    path.write_text(TINY, encoding="utf-8")
    return path


def shared(name: str) -> Path:
    """Return a shared extract, or skip the test with the reason."""
    root = Path(os.environ.get("ROUNDS_SHARED", Path(__file__).parents[4] / "shared"))
    path = root / "data" / "osm" / name
    if not path.is_file():
        pytest.skip(f"the shared OpenStreetMap file {name} is not here (set ROUNDS_SHARED)")
    return path
