"""How do tests reach the real application? uvicorn in its own process, on a free port."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

READY_TIMEOUT_S = 40.0


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Served(NamedTuple):
    """A server that runs."""

    origin: str
    pid: int


@contextmanager
def serving(url: str, data: Path) -> Iterator[str]:
    """Serve the application on a free port; gives its origin, stops it at the end."""
    with started("backend.app.asgi:app", url, data) as served:
        yield served.origin


@contextmanager
def started(application: str, url: str, data: Path) -> Iterator[Served]:
    """Start uvicorn for an application factory on a free port; wait until it answers, stop it at the end."""
    port = free_port()
    origin = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "ROUNDS_DATA": str(data),
        "ROUNDS_PORT": str(port),
        "ROUNDS_ORIGIN": origin,
    }
    arguments = [sys.executable, "-m", "uvicorn", application, "--factory", f"--port={port}",
                 "--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=warning"]  # fmt: skip
    process = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL)
    try:
        _wait(process, origin)
        yield Served(origin=origin, pid=process.pid)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], origin: str) -> None:
    until = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            with urllib.request.urlopen(f"{origin}/healthz", timeout=2):  # noqa: S310 - our own http origin
                return
        except urllib.error.HTTPError:
            return  # it answers, if only that it has no such page
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the server did not answer in time")
