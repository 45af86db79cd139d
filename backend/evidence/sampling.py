"""Which visits are checked again by somebody else? Drawn by lot, a high score more often; anybody can redo it.

Each visit gets a lot from the seed and its own id, so that nobody can choose and leaving one visit out moves no other
(weighted reservoir sampling, Efraimidis and Spirakis 2006: the smallest -ln(u) / weight win).
"""

import hashlib
import math
from collections.abc import Sequence
from uuid import UUID

import msgspec

WEIGHT_MIN = 0.1
"""A visit without any signal is drawn as well, else nobody learns how honest the quiet ones are: at score 0 a weight of
0.1, at score 1 one of 1.1."""

_DRAWS = 2**64


class Drawable(msgspec.Struct, frozen=True):
    """A visit that can be drawn, with its score (0 to 1)."""

    visit_id: UUID
    score: float


def lot_of(seed: str, one: Drawable) -> float:
    """Return the number by which a visit is drawn, the smallest first: -ln(u) / weight, u uniform by SHA-256."""
    digest = hashlib.sha256(f"{seed}:{one.visit_id}".encode()).digest()
    uniform = (int.from_bytes(digest[:8], "big") + 0.5) / _DRAWS
    return -math.log(uniform) / (WEIGHT_MIN + one.score)


def drawn(visits: Sequence[Drawable], count: int, seed: str) -> list[Drawable]:
    """Return at most `count` of the visits in the order of their lots."""
    return sorted(visits, key=lambda one: (lot_of(seed, one), one.visit_id))[:count]
