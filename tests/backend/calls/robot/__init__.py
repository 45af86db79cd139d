"""Tests of robot calls."""
