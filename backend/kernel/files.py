"""Where do bytes lie? On their way in a spool on this machine; for good in a store that does not overwrite.

The store is a folder, or S3 and its like by URL (`s3://bucket/path`, `gs://`, `az://`; the keys to it come from the
environment that the provider's own tools read). The spool is always a folder: bytes there are synced to the disk before
anybody is told that they arrived, and a lock that the kernel drops with the process keeps two writers apart.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from backend.kernel.settings import SettingsError

if TYPE_CHECKING:
    # These two names exist for type checkers only (obstore says so).
    from obstore.store import ClientConfig, RetryConfig

SCHEMES = ("s3", "gs", "az")
FREE_BYTES_MIN = 500 * 2**20
FREE_SHARE_MIN = 0.02
OWNER_ONLY = 0o700


class Files(msgspec.Struct, frozen=True):
    """A store of finished files; `root` is its folder when it is one."""

    store: ObjectStore
    root: Path | None


class Spool(msgspec.Struct, frozen=True):
    """A folder of files that are still growing, one per id."""

    folder: Path


class SpoolBusyError(Exception):
    """Somebody else is writing to this file."""


class SpoolShortError(Exception):
    """The file holds fewer bytes than were promised: the disk was exchanged, or another machine has them."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"the spool holds {size_bytes} bytes only")
        self.size_bytes = size_bytes


def open_files(url: str, data_dir: Path) -> Files:
    """Open the store named by `url`, or the folder `files` under `data_dir` when it is empty; raises SettingsError.

    A provider that is away is given up in time for the phone to hear of it: by itself the client tries for minutes.
    """
    if url:
        if urlsplit(url).scheme not in SCHEMES:
            raise SettingsError(
                f"ROUNDS_FILES must begin with one of {', '.join(SCHEMES)}, and not as {url[:8]!r} does"
            )
        patience: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
        # Options given here replace those of the environment; a store in the own network may speak plain HTTP.
        plain = os.environ.get("AWS_ALLOW_HTTP") == "true"
        client: ClientConfig = {"connect_timeout": "5s", "timeout": "30s", "allow_http": plain}
        return Files(store=from_url(url, client_options=client, retry_config=patience), root=None)
    root = data_dir / "files"
    root.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    return Files(store=LocalStore(prefix=root), root=root)


def open_spool(data_dir: Path, name: str) -> Spool:
    """Open the spool `name` under `data_dir`."""
    folder = data_dir / "spool" / name
    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    return Spool(folder=folder)


async def put_once(files: Files, key: str, content: bytes) -> None:
    """Store bytes under a key that is made from them; when it returns they are on the disk (or the provider's).

    The same bytes under the same key are success, so it may be repeated. A power cut can leave a file whose bytes are
    not what its key says: that one is written anew.
    """
    try:
        await obstore.put_async(files.store, key, content, mode="create", use_multipart=False)
    except AlreadyExistsError:
        if await read(files, key) != content:
            await obstore.put_async(files.store, key, content, mode="overwrite", use_multipart=False)
    if files.root is not None:
        await asyncio.to_thread(_settle, files.root, files.root / key)


def _settle(root: Path, path: Path) -> None:
    """Sync a file and the folders down to it: the local store writes atomically, but leaves the rest to the system."""
    _sync(path)
    for folder in path.parents:
        _sync(folder)
        if folder == root:
            return


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def read(files: Files, key: str) -> bytes:
    """Return all bytes under a key; raises FileNotFoundError."""
    found = await obstore.get_async(files.store, key)
    return bytes(await found.bytes_async())


async def erase(files: Files, key: str) -> bool:
    """Take away the bytes under a key; False when there are none."""
    try:
        await obstore.head_async(files.store, key)
    except FileNotFoundError:
        return False
    await obstore.delete_async(files.store, key)
    return True


async def holds(files: Files, key: str, size_bytes: int) -> bool:
    """Tell whether the store has a file of this size under the key."""
    try:
        found = await obstore.head_async(files.store, key)
    except FileNotFoundError:
        return False
    return found["size"] == size_bytes


@contextmanager
def held(spool: Spool, name: UUID) -> Iterator[int]:
    """Open (or begin) a spool file and keep every other writer out; raises SpoolBusyError at once when there is one."""
    path = spool.folder / str(name)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SpoolBusyError from None
        if not path.exists() or path.stat().st_ino != os.fstat(descriptor).st_ino:
            raise SpoolBusyError  # the holder before us took the file away: we hold a lock on nothing
        yield descriptor
    finally:
        os.close(descriptor)


async def append(descriptor: int, offset: int, content: bytes) -> None:
    """Write at `offset`, dropping what lies behind it (it was never promised), and sync; raises SpoolShortError."""
    # A copy carries the same lock, so that a cancelled request cannot let go of the file while the thread still writes.
    await asyncio.to_thread(_append, os.dup(descriptor), offset, content)


def _append(descriptor: int, offset: int, content: bytes) -> None:
    try:
        size = os.fstat(descriptor).st_size
        if size < offset:
            raise SpoolShortError(size)
        os.ftruncate(descriptor, offset)
        left = memoryview(content)
        while left:
            written = os.pwrite(descriptor, left, offset)
            left, offset = left[written:], offset + written
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def content_of(descriptor: int, size_bytes: int) -> tuple[bytes, bytes]:
    """Return the first `size_bytes` of a spool file and their SHA-256."""
    return await asyncio.to_thread(_content_of, os.dup(descriptor), size_bytes)


def _content_of(descriptor: int, size_bytes: int) -> tuple[bytes, bytes]:
    with os.fdopen(descriptor, "rb") as handle:
        handle.seek(0)
        content = handle.read(size_bytes)
    return content, hashlib.sha256(content).digest()


def remove(spool: Spool, name: UUID) -> None:
    """Take a spool file away; one that is not there is fine."""
    (spool.folder / str(name)).unlink(missing_ok=True)


def is_there(spool: Spool, name: UUID) -> bool:
    """Tell whether the spool has a file of this name."""
    return (spool.folder / str(name)).exists()


def older_than(spool: Spool, moment: datetime) -> list[UUID]:
    """Return the names of spool files that nobody has written to since `moment`, the oldest first."""
    with os.scandir(spool.folder) as entries:
        touched = [(entry.stat().st_mtime, UUID(entry.name)) for entry in entries]
    return [name for at, name in sorted(touched) if at < moment.timestamp()]


def is_nearly_full(free_bytes: int, total_bytes: int) -> bool:
    """Tell whether so little is left that what comes next should stay where it is."""
    return free_bytes < max(FREE_BYTES_MIN, total_bytes * FREE_SHARE_MIN)


def has_room(spool: Spool) -> bool:
    """Tell whether the spool's disk may take more."""
    usage = shutil.disk_usage(spool.folder)
    return not is_nearly_full(usage.free, usage.total)
