"""How much CPU did it cost? Processes by /proc, the database with all its children; and the table."""

import os
from pathlib import Path

import asyncpg
import msgspec

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
UTIME, STIME, PPID = 11, 12, 1
"""Fields of /proc/<pid>/stat behind the name in brackets (proc(5) counts from 1 and includes pid and name)."""


class Row(msgspec.Struct, frozen=True):
    """One claim: what was measured, the bound it is held against, whether it stands."""

    name: str
    value: str
    limit: str
    is_kept: bool


def at_most(name: str, value: float, limit: float, unit: str = "x") -> Row:
    """Return a row for a value that may not be larger than the limit."""
    return Row(name=name, value=f"{value:.2f} {unit}", limit=f"<= {limit:g} {unit}", is_kept=value <= limit)


def at_least(name: str, value: float, limit: float, unit: str = "x") -> Row:
    """Return a row for a value that may not be smaller than the limit."""
    return Row(name=name, value=f"{value:.2f} {unit}", limit=f">= {limit:g} {unit}", is_kept=value >= limit)


def told(name: str, value: str) -> Row:
    """Return a row that only informs."""
    return Row(name=name, value=value, limit="", is_kept=True)


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| claim | measured | bound | |", "|---|---|---|---|"]
    lines += [f"| {row.name} | {row.value} | {row.limit} | {'ok' if row.is_kept else 'SHORT'} |" for row in rows]
    return "\n".join(lines)


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process so far, 0 when it is gone."""
    fields = _fields(pid)
    return 0.0 if fields is None else (int(fields[UTIME]) + int(fields[STIME])) / TICKS_A_SECOND


def cpu_of_children_s(parent: int) -> float:
    """Return the CPU seconds of all living children of a process: the backends and helpers of a postmaster."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            fields = _fields(int(entry.name))
            if fields is not None and int(fields[PPID]) == parent:
                total += (int(fields[UTIME]) + int(fields[STIME])) / TICKS_A_SECOND
    return total


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no memory of process {pid}")


def _fields(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


async def postmaster_of(raw: asyncpg.Connection) -> int:
    """Return the process id of the server behind a local connection."""
    backend = int(await raw.fetchval("SELECT pg_backend_pid()"))
    fields = _fields(backend)
    if fields is None:
        raise RuntimeError("the database does not run on this machine: its CPU cannot be measured")
    return int(fields[PPID])
