"""Tests of what a lender's text means."""
