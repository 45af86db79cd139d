"""Tests of the code on the same path."""
