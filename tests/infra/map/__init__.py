"""Tests of the maps made from OpenStreetMap."""
