"""Rounds' server: one folder a feature, ranked from kernel (bottom) to app (top)."""
