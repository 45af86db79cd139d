"""Photos that a visit named by hash, and their resumable uploads.

Evidence is awaited until bytes with its hash are stored; an upload is open, finished or expired.
"""
