"""How do several statements go to the database in one round trip? Joined into one, each with its arguments.

A round trip costs some 100 us on each side, more than most of our statements. Features keep their SQL apart; here the
pieces become the parts of one statement. All parts see the same snapshot, so none may read or change what another
writes; what must come after goes into a statement of its own.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import asyncpg
import msgspec

_PARAMETER = re.compile(r"\$(\d+)")
JOINED_MAX = 256
"""How many different combinations are remembered; a push has a few dozen at the most."""


class Statement(msgspec.Struct, frozen=True):
    """SQL with numbered parameters from $1 on, and as many arguments."""

    sql: str
    arguments: tuple[object, ...]


async def run_together(raw: asyncpg.Connection, first: Statement, others: Sequence[Statement]) -> int:
    """Run INSERT, UPDATE or DELETE statements as one; returns how many rows `first` (which has RETURNING) gave."""
    sql = _writing(first.sql, tuple(one.sql for one in others))
    arguments = [argument for one in (first, *others) for argument in one.arguments]
    return int(await raw.fetchval(sql, *arguments))


async def read_together(
    raw: asyncpg.Connection, change: Statement, reads: Sequence[Statement]
) -> tuple[int, list[str]]:
    """Run a change (with RETURNING) and some SELECTs as one; returns the count of the change, and each read as JSON.

    A read comes as a JSON array of objects, to be decoded into structs: uuids and instants as text, no bytea.
    """
    sql = _reading(change.sql, tuple(one.sql for one in reads))
    arguments = [argument for one in (change, *reads) for argument in one.arguments]
    row = await raw.fetchrow(sql, *arguments)
    return int(row[0]), list(row)[1:]


@lru_cache(maxsize=JOINED_MAX)
def _writing(first: str, others: tuple[str, ...]) -> str:
    parts = _numbered((first, *others))
    named = ", ".join(f"part_{n} AS ({part})" for n, part in enumerate(parts))
    return f"WITH {named} SELECT count(*) FROM part_0"


@lru_cache(maxsize=JOINED_MAX)
def _reading(change: str, reads: tuple[str, ...]) -> str:
    first, *parts = _numbered((change, *reads))
    columns = "".join(f", (SELECT coalesce(json_agg(q), '[]')::text FROM ({part}) q)" for part in parts)
    return f"WITH changed AS ({first}) SELECT (SELECT count(*) FROM changed){columns}"


def _numbered(parts: Sequence[str]) -> list[str]:
    """Count the parameters of all parts through: $1 of the second part follows the last one of the first."""
    numbered, offset = [], 0
    for part in parts:
        highest = max((int(found) for found in _PARAMETER.findall(part)), default=0)
        numbered.append(_shifted(part, offset))
        offset += highest
    return numbered


def _shifted(part: str, offset: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found.group(1)) + offset}", part)
