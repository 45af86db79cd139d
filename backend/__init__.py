"""Rounds' server: one folder a feature, ranked from kernel (bottom) to app (top)."""

import os

# The dictionary of phrases costs each process 50 MB and says nothing about names; single characters are enough.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
