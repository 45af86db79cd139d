"""Does `rounds run` start, stop, recover, and say in one line why it cannot?"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra import cluster, place, server
from tests.cluster import data_folder

ROUNDS = [sys.executable, "-m", "backend.app.cli"]
CHECKOUT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Give one data folder for this file: the first test makes the database, the others find it."""
    with data_folder() as folder:
        yield folder
        cluster.stop(folder)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def environment(data: Path, port: int, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("ROUNDS_")}
    # The demo stands still unless a test asks for its life.
    return {**kept, "ROUNDS_DATA": str(data), "ROUNDS_PORT": str(port), "ROUNDS_DEMO_LIVE": "0", **more}


def begin(data: Path, port: int, *options: str, **more: str) -> tuple[subprocess.Popen[str], list[str]]:
    """Start Rounds; return once it says that it is ready, with all it said until then."""
    process = subprocess.Popen(
        [*ROUNDS, "run", *options],
        cwd=CHECKOUT,
        env=environment(data, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.rstrip())
        if "ready at" in line:
            return process, said
    pytest.fail("it ended before it was ready: " + "\n".join(said))


def refused(data: Path, port: int, *options: str, **more: str) -> str:
    """Start Rounds where it cannot; return what it said, which must be one line."""
    done = subprocess.run(
        [*ROUNDS, "run", *options],
        check=False,
        timeout=60,
        cwd=CHECKOUT,
        env=environment(data, port, **more),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.strip()


def status_of(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    finally:
        connection.close()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(condition: Callable[[], bool], timeout_s: float = 30) -> bool:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def workers_of(pid: int) -> list[str]:
    """Return the processes of a parent that are a worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [child for child in children if "backend.app.worker" in Path(f"/proc/{child}/cmdline").read_text()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_a_signal_stops_server_worker_and_database(data: Path, number: signal.Signals) -> None:
    port = free_port()
    process, _said = begin(data, port, "--no-demo")
    (worker,) = workers_of(process.pid)
    assert status_of(port) == http.client.OK
    assert server.is_running(place.locate(data))
    process.send_signal(number)
    assert process.wait(40) == 0
    assert not is_open(port)
    assert not Path(f"/proc/{worker}").exists()
    assert not server.is_running(place.locate(data))


def test_after_a_kill_nothing_is_left_and_the_next_start_works(data: Path) -> None:
    port = free_port()
    process, _said = begin(data, port, "--no-demo")
    process.kill()
    process.wait()
    assert until(lambda: not is_open(port))
    assert until(lambda: not server.is_running(place.locate(data)))
    process, _said = begin(data, port, "--no-demo")
    assert status_of(port) == http.client.OK
    process.terminate()
    assert process.wait(40) == 0


def test_a_second_start_on_the_same_folder_names_the_first(data: Path) -> None:
    process, _said = begin(data, free_port(), "--no-demo")
    try:
        words = refused(data, free_port())
        assert f"process {process.pid}" in words
        assert "stop it first" in words
    finally:
        process.terminate()
        assert process.wait(40) == 0


def test_a_newcomer_gets_a_link_for_each_role(data: Path) -> None:
    port = free_port()
    process, said = begin(data, port, "--demo", "--language=en")
    process.terminate()
    assert process.wait(40) == 0
    links = [line.split() for line in said if "/enter#" in line]
    assert {words[0] for words in links} == {"collector", "caller", "lead", "admin"}
    assert all(words[-1].startswith(f"http://localhost:{port}/enter#") for words in links)


def test_a_taken_port_is_named_with_a_way_round(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        assert f"port {port} is taken" in refused(data, port)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("postgresql://rounds:x@127.0.0.1:1/rounds", "DATABASE_URL"),
        ("mysql://somewhere/else", "must look like postgresql://"),
    ],
)
def test_a_database_that_is_not_there_is_said_in_one_line(data: Path, url: str, word: str) -> None:
    assert word in refused(data, free_port(), DATABASE_URL=url)


def test_a_port_that_is_no_number_is_said_in_one_line(data: Path) -> None:
    assert "ROUNDS_PORT" in refused(data, free_port(), ROUNDS_PORT="lots")


async def test_with_a_database_of_the_operators_own_none_is_started(tmp_path: Path, url: str) -> None:
    port = free_port()
    process, said = begin(tmp_path, port, DATABASE_URL=url)
    assert status_of(port) == http.client.OK
    assert not (tmp_path / "pg").exists()
    assert not [line for line in said if "/enter#" in line]
    process.terminate()
    assert process.wait(40) == 0
