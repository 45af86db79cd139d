"""Does Rounds already run on this data folder? One process holds its seat; any death frees it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.errors import InfraError


@contextmanager
def taken(data: Path, address: str) -> Iterator[None]:
    """Hold the seat of a data folder; raises InfraError that names the holder when somebody else sits there."""
    path = data / "run.lock"
    try:
        data.mkdir(parents=True, exist_ok=True)
        seat = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise InfraError(f"cannot write to {data} ({error.strerror}): set ROUNDS_DATA to a folder of yours") from error
    try:
        fcntl.flock(seat, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(seat, 200).decode(errors="replace").strip()
        os.close(seat)
        raise InfraError(
            f"Rounds already runs on {data} ({holder or 'starting'}): stop it first, or set ROUNDS_DATA to another one"
        ) from None
    try:
        os.truncate(seat, 0)
        os.write(seat, f"process {os.getpid()}, {address}\n".encode())
        yield
    finally:
        os.truncate(seat, 0)
        os.close(seat)
