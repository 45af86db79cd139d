"""Loan books from outside: files, mappings, runs, refused rows."""
