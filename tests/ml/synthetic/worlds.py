"""Which worlds do these tests look at? The small ones, made once a run."""

from datetime import date
from functools import cache

import numpy as np

from ml.synthetic.block import Block
from ml.synthetic.columns import Days, Ints, Table, Value
from ml.synthetic.world import World, make_world

TODAY = date(2026, 11, 24)


@cache
def small_world(seed: int = 7, language: str = "zh") -> World:
    """Return a small world."""
    return make_world("small", seed, TODAY, language)


@cache
def small_block(seed: int = 7, language: str = "zh") -> Block:
    """Return the only block of a small world."""
    return next(small_world(seed, language).blocks())


def rows(block: Block, noun: str) -> list[dict[str, Value]]:
    """Return a noun of the book as plain rows."""
    return list(block.book[noun].rows())


def by_ref(block: Block, noun: str) -> dict[Value, dict[str, Value]]:
    """Return a noun of the book under its references."""
    return {row["ref"]: row for row in rows(block, noun)}


def ints(table: Table, column: str) -> Ints:
    """Return a column of whole numbers, which it must be."""
    found = table.columns[column]
    assert found.dtype.kind == "i"
    return found.astype(np.int64)


def days(table: Table, column: str) -> Days:
    """Return a column of days, which it must be."""
    found = table.columns[column]
    assert found.dtype.kind == "M"
    return found.astype("datetime64[D]")
