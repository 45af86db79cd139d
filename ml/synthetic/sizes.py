"""How big is a world? Everything that grows with its size, in one table."""

from dataclasses import dataclass
from math import ceil

BLOCK_CASES = 20_000
"""People are made and written in blocks of this many, so that memory does not grow with the world."""


@dataclass(frozen=True, slots=True)
class Size:
    """A world of so many cases (obligors in arrears), with five accounts for every four of them."""

    name: str
    cases: int
    columns: int
    rows: int
    collectors_per_team: int
    callers_per_team: int

    @property
    def blocks(self) -> int:
        """Return into how many blocks the people fall."""
        return ceil(self.cases / BLOCK_CASES)

    @property
    def accounts(self) -> int:
        """Return how many accounts the world has."""
        return accounts_of(self.cases)

    def cases_of(self, block: int) -> int:
        """Return how many cases the block holds; all are full except perhaps the last."""
        return min(BLOCK_CASES, self.cases - block * BLOCK_CASES)


def accounts_of(cases: int) -> int:
    """Return how many accounts so many cases have."""
    return cases * 5 // 4


SIZES = {
    "small": Size("small", 300, 20, 16, 4, 2),
    "city": Size("city", 100_000, 56, 48, 30, 12),
    "big": Size("big", 800_000, 100, 90, 60, 30),
}
