"""How does a set of rows from outside get into a table? Load by key, compare hashes, write the new and the changed.

The content of a row is hashed; a row that was sent before with the same content is not touched, so the same file twice
writes nothing. Rows go as arrays (`unnest`), one statement for the new and one for the changed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from enum import IntEnum
from itertools import repeat
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.ids import new_id

_DIGEST_BYTES = 16


class Status(IntEnum):
    """What became of a row; the larger says more, so the status of a line is the largest of its rows."""

    UNCHANGED = 0
    UPDATED = 1
    ADDED = 2


class Shape(msgspec.Struct, frozen=True):
    """A table as the importer fills it.

    `wire` names what is sent and its SQL type. `made` says how a table column is computed from it (`s` is the sent
    row), for columns that are not sent as they lie. `guarded` says what a change of a column becomes when the stored
    row (`t`) has a say in it.
    """

    table: str
    wire: dict[str, str]
    key: tuple[str, ...]
    lookup: str
    made: dict[str, str] = {}
    hidden: frozenset[str] = frozenset()
    guarded: dict[str, str] = {}
    has_id: bool = True

    def columns(self) -> list[str]:
        """Return the table's columns that are written, without id, tenant and hash."""
        return [name for name in (*self.wire, *self.made) if name not in self.hidden]

    def value(self, column: str) -> str:
        """Return the SQL expression of a column over the sent row."""
        return self.made.get(column, f"s.{column}")


class Put(msgspec.Struct, frozen=True):
    """What became of the rows sent, in their order; `ids` is empty for a table without ids."""

    ids: list[UUID]
    statuses: list[Status]


class Plan(msgspec.Struct, frozen=True):
    """Which of the rows sent are new, which may have changed; positions in the rows sent."""

    new: list[int]
    changed: list[int]
    statuses: list[Status]


def digest_of(row: tuple[object, ...]) -> bytes:
    """Return 16 bytes that stand for the content of a row."""
    return hashlib.blake2b(msgspec.json.encode(row), digest_size=_DIGEST_BYTES).digest()


def plan_writes(
    keys: Sequence[tuple[object, ...]], digests: Sequence[bytes], known: Mapping[tuple[object, ...], bytes]
) -> Plan:
    """Decide what to write: of several rows with one key the last one wins, the ones before it count as steps to it."""
    last: dict[tuple[object, ...], int] = {}
    statuses: list[Status] = []
    for n, key in enumerate(keys):
        before = last.get(key)
        earlier = known.get(key) if before is None else digests[before]
        last[key] = n
        if earlier is None:
            statuses.append(Status.ADDED)
        else:
            statuses.append(Status.UNCHANGED if earlier == digests[n] else Status.UPDATED)
    new = [n for key, n in last.items() if key not in known]
    changed = [n for key, n in last.items() if key in known and known[key] != digests[n]]
    return Plan(new=new, changed=changed, statuses=statuses)


async def put(
    raw: asyncpg.Connection,
    shape: Shape,
    tenant_id: UUID,
    sent: Mapping[str, Sequence[object]],
    changeable: frozenset[str],
) -> Put:
    """Write rows (columns of equal length by the names of `shape.wire`) inside the caller's transaction.

    Of a known row only `changeable` columns are changed, and only when their values differ.
    """
    keys = list(zip(*(sent[name] for name in shape.key), strict=True))
    hashed = [name for name in shape.wire if _is_hashed(shape, name, changeable)]
    label = ",".join(hashed)
    digests = [digest_of(row) for row in zip(repeat(label, len(keys)), *(sent[name] for name in hashed), strict=True)]
    known = await _load(raw, shape, tenant_id, sent[shape.lookup])
    plan = plan_writes(keys, digests, {key: found[0] for key, found in known.items()})
    ids_by_key: dict[tuple[object, ...], UUID] = {key: found[1] for key, found in known.items()} if shape.has_id else {}
    if plan.new:
        ids = [new_id() for _ in plan.new] if shape.has_id else []
        ids_by_key.update(zip((keys[n] for n in plan.new), ids, strict=False))
        await _insert(raw, shape, tenant_id, _pick(shape, sent, digests, plan.new), ids)
    if plan.changed:
        really = await _update(raw, shape, tenant_id, _pick(shape, sent, digests, plan.changed), changeable)
        for place, n in enumerate(plan.changed):
            if place not in really:
                plan.statuses[n] = Status.UNCHANGED
    return Put(ids=[ids_by_key[key] for key in keys] if shape.has_id else [], statuses=plan.statuses)


def _is_hashed(shape: Shape, name: str, changeable: frozenset[str]) -> bool:
    return name not in shape.key and (name in shape.hidden or name in changeable)


def _pick(
    shape: Shape, sent: Mapping[str, Sequence[object]], digests: Sequence[bytes], chosen: Sequence[int]
) -> list[list[object]]:
    return [[sent[name][n] for n in chosen] for name in shape.wire] + [[digests[n] for n in chosen]]


async def _load(
    raw: asyncpg.Connection, shape: Shape, tenant_id: UUID, wanted: Sequence[object]
) -> dict[tuple[object, ...], tuple[bytes, UUID]]:
    # A join from the wanted keys: without statistics the planner would rather filter all rows of a tenant than
    # look up a thousand keys by `= ANY`, and a table that grows within minutes has none.
    width = len(shape.key)
    row_id = "t.id" if shape.has_id else "NULL::uuid"
    rows = await raw.fetch(
        f"SELECT {', '.join(f't.{name}' for name in shape.key)}, t.row_hash, {row_id}"  # noqa: S608 - constants
        f" FROM unnest($2::{shape.wire[shape.lookup]}[]) AS w (wanted)"
        f" JOIN {shape.table} AS t ON t.tenant_id = $1 AND t.{shape.lookup} = w.wanted",
        tenant_id,
        list(set(wanted)),
    )
    return {row[:width]: (row[width], row[width + 1]) for row in rows}


async def _insert(
    raw: asyncpg.Connection, shape: Shape, tenant_id: UUID, arrays: list[list[object]], ids: list[UUID]
) -> None:
    columns = shape.columns()
    values = [shape.value(name) for name in columns]
    if shape.has_id:
        columns, values = ["id", *columns], ["s.id", *values]
    statement = (
        f"INSERT INTO {shape.table} (tenant_id, {', '.join(columns)}, row_hash)"  # noqa: S608 - constants of the code
        f" SELECT $1, {', '.join(values)}, s.row_hash FROM {_sent(shape, 'id uuid' if shape.has_id else None)}"
    )
    await raw.execute(statement, tenant_id, *arrays, *([ids] if shape.has_id else []))


async def _update(
    raw: asyncpg.Connection, shape: Shape, tenant_id: UUID, arrays: list[list[object]], changeable: frozenset[str]
) -> set[int]:
    columns = [name for name in shape.columns() if name in changeable]
    if not columns:
        return set()
    values = [shape.guarded.get(name, shape.value(name)) for name in columns]
    first, *others = shape.key
    same = [f"t.{first} = s.{first}", *(f"t.{name} IS NOT DISTINCT FROM s.{name}" for name in others)]
    statement = (
        f"UPDATE {shape.table} AS t SET row_hash = s.row_hash,"  # noqa: S608 - constants of the code
        f" {', '.join(f'{name} = {value}' for name, value in zip(columns, values, strict=True))}"
        f" FROM {_sent(shape, 'n int')} WHERE t.tenant_id = $1 AND {' AND '.join(same)}"
        f" AND ({', '.join(f't.{name}' for name in columns)}) IS DISTINCT FROM ({', '.join(values)}) RETURNING s.n"
    )
    rows = await raw.fetch(statement, tenant_id, *arrays, list(range(len(arrays[0]))))
    return {row["n"] for row in rows}


def _sent(shape: Shape, extra: str | None) -> str:
    """Return the sent arrays as the row source `s`: the wire columns, the hash, and one column more if asked."""
    columns = {**shape.wire, "row_hash": "bytea"}
    if extra is not None:
        name, kind = extra.split()
        columns[name] = kind
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(columns.values(), start=2))
    return f"unnest({arrays}) AS s ({', '.join(columns)})"
