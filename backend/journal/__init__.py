"""Append-only events: what happened, to what, by whom, when there and when here.

An event has no states: it is written once. A correction is a new event that names the old one.
"""
