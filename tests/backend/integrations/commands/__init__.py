"""Tests of acts on imports."""
