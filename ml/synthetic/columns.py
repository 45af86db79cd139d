"""How does a noun lie in memory? As columns of equal length; text is joined and numbered without a loop over rows.

An empty text, NaN and NaT are "unknown": they are written as null and read back as None.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = npt.NDArray[np.str_]
Days: TypeAlias = npt.NDArray[np.datetime64]
Column: TypeAlias = Ints | Floats | Flags | Texts | Days
Value: TypeAlias = str | int | float | bool | date | datetime | list[int] | None

_ZERO = ord("0")


@dataclass(frozen=True, slots=True)
class Table:
    """One noun: columns of equal length (a column with a second axis is a list per row)."""

    noun: str
    columns: dict[str, Column]

    def __len__(self) -> int:
        """Return the number of rows, which is the same for every column."""
        return len(next(iter(self.columns.values())))

    def rows(self) -> Iterator[dict[str, Value]]:
        """Yield the rows as plain Python values; unknown is None, instants are in UTC without a zone."""
        names = list(self.columns)
        lists = [_plain(column) for column in self.columns.values()]
        for values in zip(*lists, strict=True):
            yield dict(zip(names, values, strict=True))


def _plain(column: Column) -> list[Value]:
    if column.dtype.kind == "U":
        return [text or None for text in column.tolist()]
    if column.dtype.kind == "f":
        return [None if number != number else number for number in column.tolist()]  # noqa: PLR0124 - NaN
    return list(column.tolist())


def texts(words: Sequence[str]) -> Texts:
    """Return the words as a column."""
    return np.array(words, dtype=np.str_)


def joined(*parts: Texts | str) -> Texts:
    """Return the parts written one after the other, row by row."""
    line = np.asarray(parts[0], dtype=np.str_)
    for part in parts[1:]:
        line = np.strings.add(line, np.asarray(part, dtype=np.str_))
    return line


def numbered(prefix: str, numbers: Ints, width: int) -> Texts:
    """Return e.g. C0000012: the prefix and the number (at least 0) filled with zeros to the width."""
    digits = digits_of(numbers, width).astype(np.uint32) + _ZERO
    head = np.array([ord(letter) for letter in prefix], dtype=np.uint32)
    letters = np.hstack([np.broadcast_to(head, (len(numbers), len(head))), digits])
    return spelled(letters)


def spelled(letters: npt.NDArray[np.uint32]) -> Texts:
    """Return the rows of code points as texts."""
    packed = np.ascontiguousarray(letters, dtype=np.uint32)
    return packed.view(f"<U{packed.shape[1]}").reshape(len(packed)).astype(np.str_)


def digits_of(numbers: Ints, width: int) -> Ints:
    """Return the decimal digits, one row a number, the most significant first."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return numbers[:, None] // powers % 10


def decimal(amounts_minor: Ints) -> Texts:
    """Return amounts (hundredths, at least 0) as a lender writes them: 1234.05."""
    whole = (amounts_minor // 100).astype(np.str_)
    return joined(whole, numbered(".", amounts_minor % 100, 2))


def weighted(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Draw indices with these weights, which need not add up to one."""
    shares = np.asarray(weights, dtype=np.float64)
    return rng.choice(len(shares), size=size, p=shares / shares.sum())


def chance(rng: np.random.Generator, share: float, size: int | tuple[int, ...]) -> Flags:
    """Draw what is true of this share of all."""
    return rng.random(size) < share


def by_luck(luck: Floats, shares: dict[str, float]) -> Texts:
    """Return the word into whose share each uniform number falls; the last word takes the rest."""
    bounds = np.cumsum(list(shares.values()))[:-1]
    return texts(list(shares))[np.searchsorted(bounds, luck, side="right")]


def places_in_group(group: Ints) -> Ints:
    """Return for each row its place within its run of equal values (the column is sorted)."""
    if len(group) == 0:
        return group
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    return np.arange(len(group)) - np.repeat(starts, np.diff(np.r_[starts, len(group)]))
