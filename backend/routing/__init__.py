"""Day plans: whom to visit, by whom, in what order, when.

A plan is draft, published or replaced; a stop is planned, done or skipped.
"""
