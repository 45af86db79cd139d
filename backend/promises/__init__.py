"""Promises to pay: amount, day, tolerance.

open -> due_today -> kept | part_kept | broken; or cancelled (withdrawn), superseded (a newer one), disputed.
"""
