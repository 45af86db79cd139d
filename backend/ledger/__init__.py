"""Money: payments by value date, balances by component as of a day.

A payment stands or is reversed; a balance row is a snapshot and is never changed for an older day.
"""
