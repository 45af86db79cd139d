"""Tests of the quality of calls."""
