"""What does the folder of a backup hold, and is it whole? The database, the files of the data folder, their hashes.

database.dump   of pg_dump -Fc
data/...        photos, keys, the town's map: the data folder without what is made again
SHA256SUMS      of both; `sha256sum -c SHA256SUMS` in the folder checks it without Rounds
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from infra.errors import InfraError

DATABASE = "database.dump"
DATA = "data"
SUMS = "SHA256SUMS"
NOT_KEPT = frozenset({"pg", "test", "site", "run.lock"})
"""Of the data folder: the database goes by its dump, the copy of the app is made again, the seat is of the moment."""

READ_BYTES = 2**20
LINE_BYTES_MAX = 4096


class ArchiveError(InfraError):
    """A backup cannot be written or is not whole; the text is one line for the person at the terminal."""


@contextmanager
def fresh(target: Path) -> Iterator[Path]:
    """Give a folder that takes the name `target` when all went well, and is gone when not; raises ArchiveError."""
    if target.exists():
        raise ArchiveError(f"{target} is there already: choose another name")
    part = None
    try:
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        yield part
        os.sync()
        part.rename(target)
    except OSError as error:
        raise ArchiveError(_why_not(error, target)) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def copy_data(data: Path, folder: Path) -> int:
    """Copy the files of a data folder and write all hashes, the dump's too; returns how many files of data there are.

    Rounds may run: a file that was finished meanwhile, and so left the spool, is in its new place, or sent again.
    """
    count = 0
    with (folder / SUMS).open("x", encoding="utf-8") as sums:
        sums.write(f"{hash_of(folder / DATABASE)}  {DATABASE}\n")
        for path in _files_of(data):
            name = f"{DATA}/{path.relative_to(data).as_posix()}"
            try:
                digest = _copy(path, folder / name)
            except FileNotFoundError:
                continue
            sums.write(f"{digest}  {name}\n")
            count += 1
    return count


def check(folder: Path) -> list[str]:
    """Compare every file with its hash and return the names of those of data; raises ArchiveError for the first."""
    names = []
    for digest, name in _sums_of(folder):
        path = folder / name
        if not path.is_file():
            raise ArchiveError(f"{path} is missing: this backup is not whole")
        if hash_of(path) != digest:
            raise ArchiveError(f"{path} is damaged: its hash is not the one in {SUMS}")
        names.append(name)
    if DATABASE not in names:
        raise ArchiveError(f"{folder / SUMS} does not name {DATABASE}: this is no backup of Rounds")
    return [name for name in names if name != DATABASE]


def occupied(data: Path) -> list[str]:
    """Return the names of what lies in a data folder and would be restored over."""
    return sorted(entry.name for entry in data.iterdir() if entry.name not in NOT_KEPT) if data.is_dir() else []


def put_back(folder: Path, names: list[str], data: Path) -> None:
    """Copy files of a backup beside their place, then move them there; raises ArchiveError."""
    part = data / ".restoring"
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(mode=0o700)
        for name in names:
            _copy(folder / name, part / PurePosixPath(name).relative_to(DATA))
        os.sync()
        for entry in sorted(part.iterdir()):
            entry.rename(data / entry.name)
    except OSError as error:
        raise ArchiveError(_why_not(error, data)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _files_of(data: Path) -> Iterator[Path]:
    """Name every file that is kept; folders on another disk, by a link, are followed."""
    for root, folders, names in os.walk(data, followlinks=True):
        not_kept = NOT_KEPT if Path(root) == data else frozenset()
        folders[:] = sorted(name for name in folders if name not in not_kept)
        paths = [Path(root) / name for name in sorted(names) if name not in not_kept]
        yield from (path for path in paths if path.is_file())


def _copy(source: Path, target: Path) -> str:
    """Copy bytes and mode, folders' modes too; returns the hash of what was read."""
    digest = hashlib.sha256()
    with source.open("rb") as reads:
        _make_like(target.parent, source.parent)
        with target.open("xb") as writes:
            while content := reads.read(READ_BYTES):
                digest.update(content)
                writes.write(content)
    shutil.copymode(source, target)
    return digest.hexdigest()


def _make_like(folder: Path, model: Path) -> None:
    if not folder.exists():
        _make_like(folder.parent, model.parent)
        folder.mkdir()
        shutil.copymode(model, folder)


def _sums_of(folder: Path) -> Iterator[tuple[str, str]]:
    path = folder / SUMS
    try:
        with path.open(encoding="utf-8") as lines:
            while line := lines.readline(LINE_BYTES_MAX):
                digest, _, name = line.rstrip("\n").partition("  ")
                parts = PurePosixPath(name).parts
                if ".." in parts or not (name == DATABASE or (len(parts) > 1 and parts[0] == DATA)):
                    raise ArchiveError(f"{path} names {name!r}, which no backup of Rounds holds")
                yield digest, name
    except (OSError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{path} cannot be read: name the folder that rounds backup has made") from error


def _why_not(error: OSError, target: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"disk full: {target} cannot be written: free some space"
    return f"cannot write {target}: {error.strerror}"
