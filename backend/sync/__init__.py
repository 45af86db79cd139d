"""What phones send and what they get: push, pull, receipts, quarantine.

A mutation is accepted, refused (and kept in quarantine until somebody decides) or in conflict.
"""
