"""How much CPU did it cost? Processes by /proc, the database with all its children; and the table."""

import time
from pathlib import Path

import asyncpg
import msgspec

PPID = 1
"""Field of /proc/<pid>/stat behind the name in brackets (proc(5) counts from 1 and includes pid and name)."""
CPU_OF_ALL_THREADS = 2
"""Lowest bits of the number of a clock that clock_getcpuclockid(3) gives for a process."""
PROCESSES = """
SELECT pid, backend_type = 'client backend' AS is_serving FROM pg_stat_activity WHERE pid <> pg_backend_pid()
    AND (backend_type <> 'client backend' OR datname = current_database())
"""


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
    """Return the CPU seconds of a process so far, all threads, to the nanosecond; 0 when it is gone."""
    try:
        return time.clock_gettime(~pid << 3 | CPU_OF_ALL_THREADS)
    except OSError:
        return 0.0


def cpu_of_children_s(parent: int) -> float:
    """Return the CPU seconds of all living children of a process: the backends and helpers of a postmaster."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            fields = _fields(int(entry.name))
            if fields is not None and int(fields[PPID]) == parent:
                total += cpu_s(int(entry.name))
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


class Processes(msgspec.Struct, frozen=True):
    """CPU seconds so far of the database's processes, by process id."""

    serving: dict[int, float]
    """Those of this database's clients but the asking one."""
    behind: dict[int, float]
    """Checkpoints, vacuum, writers of the log: for all databases of the server."""

    def since(self, before: "Processes") -> tuple[float, float]:
        """Return what both kinds have used since; who came in between began with nothing."""
        serving = sum(used - before.serving.get(pid, 0.0) for pid, used in self.serving.items())
        return serving, sum(used - before.behind.get(pid, 0.0) for pid, used in self.behind.items())


async def processes(raw: asyncpg.Connection) -> Processes:
    """Ask the database which processes it has, and the kernel what each has used."""
    rows = await raw.fetch(PROCESSES)
    return Processes(
        serving={row["pid"]: cpu_s(row["pid"]) for row in rows if row["is_serving"]},
        behind={row["pid"]: cpu_s(row["pid"]) for row in rows if not row["is_serving"]},
    )
