"""Loan books from outside: files, mappings, runs, refused rows.

A run is uploaded, running, finished or failed; a mapping is saved in versions; a refused row waits to be
fixed and sent again.
"""
