"""Does the private database start with its first user, stop with its last, and come back after any death?"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from infra import place, server
from infra.cluster import CHECKOUT, Cluster, admin_dsn, dsn, running, stop
from infra.errors import ClusterError
from tests.cluster import data_folder

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
HOLDER = """
import sys, time
from pathlib import Path
from infra.cluster import running
with running(Path(sys.argv[1])) as cluster:
    print(cluster.port, flush=True)
    time.sleep(300)
"""


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Give a data folder whose database is made once for this file; every test leaves it stopped."""
    with data_folder() as folder:
        yield folder
        stop(folder)


@pytest.fixture
def empty() -> Iterator[Path]:
    """Give a data folder of one test's own."""
    with data_folder() as folder:
        yield folder


def until(condition: Callable[[], bool], timeout_s: float = 20) -> bool:
    """Wait for a condition; return whether it came true."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


async def ask(url: str, question: str, role: str | None = None) -> object:
    settings = {"role": role} if role else {}
    connection = await asyncpg.connect(url, server_settings=settings, timeout=10)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def hold(data: Path) -> subprocess.Popen[str]:
    """Start another process that uses the database; returns once it runs."""
    arguments = [sys.executable, "-c", HOLDER, str(data)]
    holder = subprocess.Popen(arguments, cwd=CHECKOUT, stdout=subprocess.PIPE, encoding="utf-8")
    assert holder.stdout is not None
    assert int(holder.stdout.readline()) > 0
    return holder


def test_it_stops_with_its_last_user_and_not_before(data: Path) -> None:
    where = place.locate(data)
    with running(data):
        with running(data):
            assert server.is_running(where)
        assert server.is_running(where)
    assert not server.is_running(where)


def test_it_stops_by_itself_when_its_only_user_is_killed(data: Path) -> None:
    holder = hold(data)
    where = place.locate(data)
    assert server.is_running(where)
    holder.kill()
    holder.wait()
    assert until(lambda: not server.is_running(where))


def test_it_goes_on_for_the_others_when_one_user_is_killed(data: Path) -> None:
    holder = hold(data)
    where = place.locate(data)
    with running(data):
        holder.kill()
        holder.wait()
        time.sleep(0.5)
        assert server.is_running(where)
    assert not server.is_running(where)


async def test_what_was_committed_survives_a_kill_of_the_server(data: Path) -> None:
    """After kill -9 of every process of the server the next start recovers by itself."""
    with running(data) as cluster:
        await ask(admin_dsn(cluster), "CREATE TABLE kept AS SELECT 42 AS n")
        for pid in server.processes_in(cluster.place.data):
            with suppress(ProcessLookupError):  # a helper of the server may have ended by itself meanwhile
                os.kill(pid, signal.SIGKILL)
        assert until(lambda: not server.processes_in(cluster.place.data))
        assert (cluster.place.data / "postmaster.pid").exists()
    with running(data) as cluster:
        assert await ask(admin_dsn(cluster), "SELECT n FROM kept") == 42
        await ask(admin_dsn(cluster), "DROP TABLE kept")


def test_a_pid_file_that_names_another_program_is_no_hindrance(data: Path) -> None:
    with running(data) as cluster:
        lines = (cluster.place.data / "postmaster.pid").read_text().splitlines()
    lines[0] = str(os.getpid())
    (cluster.place.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert not server.is_running(cluster.place)
    with running(data) as cluster:
        assert server.is_running(cluster.place)


def test_a_taken_port_is_replaced_and_a_free_one_kept(data: Path) -> None:
    with running(data) as first:
        pass
    with running(data) as second:
        assert second.port == first.port
    with socket.create_server(("127.0.0.1", first.port)), running(data) as third:
        assert third.port != first.port


async def test_the_login_takes_its_role_at_the_start_and_is_no_superuser(data: Path) -> None:
    with running(data) as cluster:
        assert await ask(dsn(cluster), "SELECT current_user", role="app_rw") == "app_rw"
        powers = "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolsuper OR rolbypassrls"
        assert await ask(dsn(cluster), powers) == "app_job postgres"
        assert await ask(dsn(cluster), "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'") == 1
        await ask(dsn(cluster), "CREATE TABLE made (n int)", role="app_owner")
        await ask(dsn(cluster), "DROP TABLE made", role="app_owner")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(dsn(cluster), "CREATE TABLE made (n int)", role="app_rw")


async def test_the_superuser_comes_only_through_the_socket(data: Path) -> None:
    with running(data) as cluster:
        assert await ask(admin_dsn(cluster), "SELECT current_user") == "postgres"
        with pytest.raises(asyncpg.PostgresError):
            await ask(f"postgresql://postgres:x@127.0.0.1:{cluster.port}/postgres", "SELECT 1")


def test_secrets_and_sockets_are_private(data: Path) -> None:
    with running(data) as cluster:
        assert (cluster.place.home / "password").stat().st_mode & 0o777 == 0o600
        assert cluster.place.sockets.stat().st_mode & 0o777 == 0o700
        assert cluster.place.data.stat().st_mode & 0o777 == 0o700


def test_an_interrupted_making_is_thrown_away(empty: Path) -> None:
    where = place.locate(empty)
    where.data.mkdir()
    (where.data / "half").touch()
    with running(empty) as cluster:
        assert not (cluster.place.data / "half").exists()
        assert server.is_running(cluster.place)


def test_a_long_path_gets_its_socket_in_a_short_private_folder(empty: Path) -> None:
    deep = empty / ("d" * 60) / ("e" * 60)
    with running(deep) as cluster:
        assert len(str(cluster.place.sockets)) < 60
        assert cluster.place.sockets.stat().st_mode & 0o777 == 0o700
        assert socket_answers(cluster)
    cluster.place.sockets.rmdir()


def socket_answers(cluster: Cluster) -> bool:
    return server.sql(cluster.place, "SELECT 'yes'").strip() == "yes"


@needs_root
def test_a_folder_the_server_cannot_reach_is_replaced_and_named(empty: Path) -> None:
    closed = empty / "closed"
    closed.mkdir(mode=0o700)
    found = place.locate(closed / "data")
    try:
        assert found.moved_from == closed / "data" / "pg"
        assert found.home.parent == place.FALLBACK
        assert found.account is not None
        assert place.can_reach(found.account, found.home)
    finally:
        found.home.rmdir()


@needs_root
def test_a_full_disk_is_said_in_one_line(empty: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "tmpfs", str(empty)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        with pytest.raises(ClusterError, match=r"^disk full: .*ROUNDS_DATA") as caught, running(empty):
            pass
        assert "\n" not in str(caught.value)
    finally:
        subprocess.run(["umount", str(empty)], check=True, timeout=10)


def test_a_folder_that_cannot_be_made_is_said_in_one_line(empty: Path) -> None:
    (empty / "file").touch()
    with pytest.raises(ClusterError, match="set ROUNDS_DATA") as caught, running(empty / "file" / "data"):
        pass
    assert "\n" not in str(caught.value)


def test_data_of_a_version_without_programs_names_the_package(empty: Path) -> None:
    where = empty / "pg" / "cluster"
    where.mkdir(parents=True)
    (where / "PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterError, match="postgresql-9-postgis-3"), running(empty):
        pass
