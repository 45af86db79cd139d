"""Are stored bytes written once, in a folder and in S3, and does the spool keep what it promised?"""

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import boto3
import pytest
from moto.server import ThreadedMotoServer

from backend.kernel import clock, files
from backend.kernel.files import Files, Spool, SpoolBusyError, SpoolShortError
from backend.kernel.ids import new_id
from backend.kernel.settings import SettingsError

KEY = "evidence/a/b/c"


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """Give the address of an S3 server with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Open a store: a folder, or a bucket reached over HTTP as in production."""
    if request.param == "folder":
        return files.open_files("", tmp_path)
    address: str = request.getfixturevalue("s3_address")
    login = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    for name, value in (login | {"AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true"}).items():
        monkeypatch.setenv(name, value)
    bucket = f"rounds-{new_id().hex}"
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=bucket)
    return files.open_files(f"s3://{bucket}/photos", tmp_path)


async def test_stored_bytes_come_back(store: Files) -> None:
    await files.put_once(store, KEY, b"bytes")
    assert await files.read(store, KEY) == b"bytes"
    assert await files.holds(store, KEY, 5)
    assert not await files.holds(store, KEY, 6)
    assert not await files.holds(store, "evidence/other", 5)
    with pytest.raises(FileNotFoundError):
        await files.read(store, "evidence/other")


async def test_erased_bytes_are_gone_and_erasing_twice_is_fine(store: Files) -> None:
    await files.put_once(store, KEY, b"bytes")
    assert await files.erase(store, KEY)
    assert not await files.holds(store, KEY, 5)
    assert not await files.erase(store, KEY)


async def test_the_same_bytes_may_be_stored_again_and_are_not_written_again(store: Files) -> None:
    await files.put_once(store, KEY, b"bytes")
    before = await store.store.head_async(KEY)
    await files.put_once(store, KEY, b"bytes")
    after = await store.store.head_async(KEY)
    assert after["last_modified"] == before["last_modified"]
    assert after["e_tag"] == before["e_tag"]


async def test_a_file_that_a_power_cut_left_wrong_is_written_anew(store: Files) -> None:
    await store.store.put_async(KEY, b"")
    await files.put_once(store, KEY, b"bytes")
    assert await files.read(store, KEY) == b"bytes"


async def test_large_files_are_created_in_one_piece(store: Files) -> None:
    """Above 5 MiB the client would switch to parts, which cannot be created only."""
    content = os.urandom(6 * 2**20)
    await files.put_once(store, KEY, content)
    await files.put_once(store, KEY, content)
    assert await files.read(store, KEY) == content


def test_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    opened = files.open_files("", tmp_path)
    assert opened.root is not None
    assert opened.root.stat().st_mode & 0o777 == 0o700
    assert files.open_spool(tmp_path, "uploads").folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("url", ["http://example.org/x", "file:///tmp/x", "rounds"])
def test_a_store_that_cannot_create_only_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="ROUNDS_FILES"):
        files.open_files(url, tmp_path)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """Make a spool of this test's own."""
    return files.open_spool(tmp_path, "uploads")


def content_in(spool: Spool, name: UUID) -> bytes:
    """Return what lies in the spool under a name."""
    return (spool.folder / str(name)).read_bytes()


async def test_what_lies_behind_the_offset_is_dropped(spool: Spool) -> None:
    name = new_id()
    with files.held(spool, name) as descriptor:
        await files.append(descriptor, 0, b"0123456789")
        await files.append(descriptor, 4, b"ab")
        assert content_in(spool, name) == b"0123ab"
        assert (await files.content_of(descriptor, 5))[0] == b"0123a"


async def test_a_hole_is_refused(spool: Spool) -> None:
    with files.held(spool, new_id()) as descriptor:
        await files.append(descriptor, 0, b"01")
        with pytest.raises(SpoolShortError) as short:
            await files.append(descriptor, 3, b"x")
    assert short.value.size_bytes == 2


async def test_one_writer_at_a_time(spool: Spool) -> None:
    name = new_id()
    with files.held(spool, name):
        with pytest.raises(SpoolBusyError), files.held(spool, name):
            pass
        with files.held(spool, new_id()):
            pass
    with files.held(spool, name) as descriptor:
        await files.append(descriptor, 0, b"x")


async def test_a_file_that_its_holder_took_away_is_not_written_to(spool: Spool) -> None:
    name = new_id()
    with files.held(spool, name):
        files.remove(spool, name)
        with files.held(spool, name) as other:
            await files.append(other, 0, b"new")
    assert content_in(spool, name) == b"new"


def test_a_killed_process_leaves_no_lock(spool: Spool) -> None:
    name = new_id()
    script = (
        "import fcntl, os, signal, sys\n"
        "descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)\n"
        "fcntl.flock(descriptor, fcntl.LOCK_EX)\n"
        "print('locked', flush=True)\n"
        "signal.pause()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(spool.folder / str(name))], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    with pytest.raises(SpoolBusyError), files.held(spool, name):
        pass
    process.kill()
    process.wait(timeout=10)
    process.stdout.close()
    with files.held(spool, name) as descriptor:
        assert fcntl.fcntl(descriptor, fcntl.F_GETFD) & fcntl.FD_CLOEXEC


async def test_a_full_disk_is_an_error_of_the_system(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int, _content: bytes, _offset: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with files.held(spool, new_id()) as descriptor:
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match="No space left"):
            await files.append(descriptor, 0, b"x")


def test_left_over_files_are_found_by_age(spool: Spool) -> None:
    old, fresh = new_id(), new_id()
    for name in (old, fresh):
        with files.held(spool, name):
            pass
    moment = clock.now() - timedelta(hours=1)
    os.utime(spool.folder / str(old), (moment.timestamp() - 1, moment.timestamp() - 1))
    assert files.older_than(spool, moment) == [old]
    assert files.is_there(spool, old)
    files.remove(spool, old)
    files.remove(spool, old)
    assert not files.is_there(spool, old)


GIB = 2**30


@pytest.mark.parametrize(
    ("free_bytes", "total_bytes", "is_full"),
    [
        (500 * 2**20, GIB, False),
        (500 * 2**20 - 1, GIB, True),
        (2 * GIB, 100 * GIB, False),
        (2 * GIB - 1, 100 * GIB, True),
        (0, GIB, True),
    ],
)
def test_nearly_full_is_half_a_gibibyte_or_a_fiftieth(free_bytes: int, total_bytes: int, *, is_full: bool) -> None:
    assert files.is_nearly_full(free_bytes, total_bytes) is is_full
