"""Who uses the private database just now? It starts with its first user and stops with its last.

Every user holds a shared lock on one file; the system drops it when a process ends, however it ends. A small keeper
process (infra/keeper.py) waits for the moment when nobody holds it, so that a database never outlives its users, even
when all of them were killed.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from infra import server
from infra.errors import ClusterError
from infra.place import Place, locate

CHECKOUT = Path(__file__).resolve().parents[1]
LOCK_TIMEOUT_S = 180
"""Making a cluster on a slow disk takes the longest of all that a lock covers."""


@dataclass(frozen=True)
class Cluster:
    """A running private database."""

    place: Place
    port: int
    password: str


@contextmanager
def running(data: Path, *, is_disposable: bool = False) -> Iterator[Cluster]:
    """Give the running database of a data folder, made and started if need be; the last user's leaving stops it.

    Raises ClusterError with one line that says what to do.
    """
    place = locate(data)
    users = _open(place, "users.lock")
    try:
        with _turn(place):
            _wait(users, fcntl.LOCK_SH)
            server.make(place)
            if not server.is_running(place):
                server.start(place, is_disposable=is_disposable)
            _start_keeper(place)
        yield Cluster(place=place, port=server.port_of(place), password=server.password_of(place))
    finally:
        _leave(place, users)


def dsn(cluster: Cluster, database: str = "rounds") -> str:
    """Return the URL of the login: over 127.0.0.1 with its password, as every client understands it."""
    return f"postgresql://rounds:{cluster.password}@127.0.0.1:{cluster.port}/{database}"


def admin_dsn(cluster: Cluster, database: str = "postgres") -> str:
    """Return the URL of the superuser: only over the socket, only for the person who started the server."""
    return f"postgresql://postgres@/{database}?host={quote(str(cluster.place.sockets), safe='')}&port={cluster.port}"


def stop(data: Path) -> bool:
    """Stop the database of a data folder, whoever uses it; return whether it was running."""
    place = locate(data)
    with _turn(place):
        was_running = server.is_running(place)
        if was_running:
            server.stop(place)
    return was_running


def _start_keeper(place: Place) -> None:
    """Start the process that waits for the last user to go; a second one finds its place taken and ends."""
    subprocess.run(
        [sys.executable, "-S", "-m", "infra.keeper", str(place.home)],
        check=True,
        timeout=30,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _leave(place: Place, users: int) -> None:
    """Give up the place; the last one out stops the server, or waits for the keeper who does."""
    fcntl.flock(users, fcntl.LOCK_UN)
    try:
        with _turn(place):
            until = time.monotonic() + LOCK_TIMEOUT_S
            while time.monotonic() < until:
                if _try(users, fcntl.LOCK_EX):
                    if server.is_running(place):
                        server.stop(place)
                    break
                if _try(users, fcntl.LOCK_SH):
                    break
                # Neither: the keeper holds it alone and is stopping the server.
                time.sleep(0.05)
    finally:
        os.close(users)


@contextmanager
def _turn(place: Place) -> Iterator[None]:
    """Let one process at a time make, start or stop."""
    lock = _open(place, "turn.lock")
    try:
        _wait(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _wait(lock: int, kind: int) -> None:
    until = time.monotonic() + LOCK_TIMEOUT_S
    while not _try(lock, kind):
        if time.monotonic() > until:
            raise ClusterError(f"another process has been starting the database for {LOCK_TIMEOUT_S} s: look at it")
        time.sleep(0.05)


def _try(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(place: Place, name: str) -> int:
    try:
        return os.open(place.home / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ClusterError(f"cannot write in {place.home}: {error.strerror}") from error
