"""How does a whole database go into one file and come out of it? By pg_dump and pg_restore, in one transaction.

What belongs to the life of a cluster stays behind: transaction ids begin anew in another one. The streams of phones
are counted in them, so a phone that comes back with an old cursor is told to take everything again.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from infra.errors import InfraError
from infra.place import DEBIAN

TIMEOUT_S = 6 * 3600
"""For one program; a million accounts take minutes."""

ASK_TIMEOUT_S = 60
LOCK_WAIT = "--lock-wait-timeout=60s"
DISK_FULL = "No space left on device"
OWNER = "app_owner"
READER = "app_job"
LIFE_OF_A_CLUSTER = ("cluster_epoch", "phone_changes", "phone_change_floors", "reader_positions")
"""Tables whose rows mean nothing in another cluster."""

NOT_OURS = (" COMMENT - EXTENSION ", " SCHEMA - public ", " TABLE DATA public spatial_ref_sys ")
"""Lines of a dump's list that are a superuser's to do. An extension that is there already is passed over."""

# The place of an event in the stream, in the new cluster's counting: before everything that will happen here. Within
# it the order is that of ids, which are made in the order of time. The place is no part of what happened or is sealed.
BEGIN_ANEW = """
DO $$ BEGIN
    IF to_regclass('public.events') IS NOT NULL THEN UPDATE public.events SET xid = '1'; END IF;
END $$;
"""
TABLES = """
SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND pg_get_userbyid(relowner) = 'app_owner'
"""


class DumpError(InfraError):
    """A dump cannot be made or read; the text is one line for the person at the terminal."""


@dataclass(frozen=True)
class Server:
    """A database by its URL, and the programs that speak to it; `role` is taken first, None for a superuser."""

    url: str
    programs: Path
    role: str | None


def own_programs() -> Path:
    """Return the folder of the newest client programs; raises DumpError."""
    found = [folder for folder in DEBIAN.glob("*/bin") if (folder / "pg_dump").is_file()]
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    elsewhere = shutil.which("pg_dump")
    if elsewhere is None:
        raise DumpError("pg_dump is missing: run make setup, or apt-get install postgresql-client")
    return Path(elsewhere).parent


def dump(server: Server, path: Path) -> None:
    """Write the whole database into a file, compressed; raises DumpError."""
    role = [f"--role={server.role}"] if server.role else []
    _run(server, ["pg_dump", "-Fc", LOCK_WAIT, *role, f"--file={path}"], TIMEOUT_S)


def count_tables(server: Server) -> int:
    """Return how many tables of ours the database has; raises DumpError."""
    return int(_run(server, ["psql", "-XqAt", "-c", TABLES], ASK_TIMEOUT_S))


def restore(path: Path, server: Server) -> None:
    """Fill an empty database from a file, wholly or not at all; raises DumpError."""
    listed = _local(server, ["pg_restore", "--list", str(path)])
    with tempfile.TemporaryDirectory(prefix="rounds-restore-") as scratch:
        chosen = Path(scratch) / "list"
        chosen.write_text("".join(f"{line}\n" for line in listed.splitlines() if _is_wanted(line)))
        errors = Path(scratch) / "errors"
        with errors.open("wb") as said:
            is_done = _replay(path, server, chosen, said)
        if not is_done:
            raise DumpError(_why("the restore", errors.read_text(errors="replace")))


def _replay(path: Path, server: Server, chosen: Path, said: IO[bytes]) -> bool:
    """Send the dump through one transaction; without its last word the server takes everything back."""
    at, environment = _address(server)
    command = [str(server.programs / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-d", at, "-f", "-"]
    into = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
    )
    if into.stdin is None:
        raise AssertionError("the pipe was asked for")
    try:
        into.stdin.write(b"BEGIN;\n")
        for sections, after in ((("pre-data", "data"), BEGIN_ANEW), (("post-data",), "COMMIT;\n")):
            into.stdin.flush()
            only = [f"--section={section}" for section in sections]
            script = ["pg_restore", f"--role={OWNER}", "--no-owner", *only, f"--use-list={chosen}", "--file=-"]
            done = subprocess.run(
                [str(server.programs / script[0]), *script[1:], str(path)],
                check=False,
                timeout=TIMEOUT_S,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=into.stdin,
                stderr=said,
            )
            if done.returncode != 0:
                return False
            into.stdin.write(after.encode())
        into.stdin.close()
        return into.wait(TIMEOUT_S) == 0
    except BrokenPipeError:
        return False  # psql ended early; what it said tells why
    finally:
        into.kill()
        into.wait()


def _is_wanted(line: str) -> bool:
    skipped = [*NOT_OURS, *(f" TABLE DATA public {table} " for table in LIFE_OF_A_CLUSTER)]
    return not any(words in line for words in skipped)


def _run(server: Server, arguments: Sequence[str], timeout_s: float) -> str:
    at, environment = _address(server)
    return _told(server, [*arguments, "-d", at], timeout_s, environment)


def _local(server: Server, arguments: Sequence[str]) -> str:
    return _told(server, arguments, TIMEOUT_S, dict(os.environ))


def _told(server: Server, arguments: Sequence[str], timeout_s: float, environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(
            [str(server.programs / arguments[0]), *arguments[1:]],
            check=False,
            timeout=timeout_s,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise DumpError(f"{arguments[0]} did not end in {timeout_s:.0f} s: is the machine overloaded?") from error
    except OSError as error:
        raise DumpError(f"cannot run {server.programs / arguments[0]}: {error.strerror}: run make setup") from error
    if done.returncode != 0:
        raise DumpError(_why(arguments[0], done.stderr))
    return done.stdout


def _why(name: str, said: str) -> str:
    if DISK_FULL in said:
        return f"disk full while {name} was writing: free some space"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "rror" in line or "FATAL" in line] or lines or ["it said nothing"]
    return f"{name} failed: {telling[0]}"


def _address(server: Server) -> tuple[str, dict[str, str]]:
    """Return the URL without its password, and an environment with it: arguments are read in the list of processes."""
    parts = urlsplit(server.url)
    people, at, hosts = parts.netloc.rpartition("@")
    user, _, password = people.partition(":")
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **({"PGPASSWORD": unquote(password)} if password else {})}
    return urlunsplit(parts._replace(netloc=f"{user}{at}{hosts}")), environment
