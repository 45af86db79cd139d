"""Tests of the made-up world and of what is learned from it."""
