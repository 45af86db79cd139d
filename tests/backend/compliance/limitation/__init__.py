"""Tests of the limitation clock: tables of dated facts, the border on both sides."""
