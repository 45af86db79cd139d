"""Where does an uploaded file wait? In the data folder, under a name of ours, hashed while it arrives."""

import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from backend.kernel.problems import TOO_LARGE, Problem

FOLDER = "imports"


class Spooled(msgspec.Struct, frozen=True):
    """A file that has arrived whole."""

    name: str
    byte_count: int
    sha256: str


def spool_folder(data_dir: Path) -> Path:
    """Return the folder of waiting files, made if absent; nobody else may read it: a book is personal data."""
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


async def spool_stream(chunks: AsyncIterator[bytes], folder: Path, run_id: UUID, bytes_max: int) -> Spooled:
    """Write a file as it arrives; raises Problem(TOO_LARGE) and keeps nothing when it is larger than allowed."""
    path = folder / run_id.hex
    digest = hashlib.sha256()
    count = 0
    try:
        with path.open("xb") as file:
            async for chunk in chunks:
                count += len(chunk)
                _refuse_above(count, bytes_max)
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Spooled(path.name, count, digest.hexdigest())


def spool_copy(source: Path, folder: Path, run_id: UUID, bytes_max: int) -> Spooled:
    """Copy a file of this machine, for an import at the command line; so a run can go on when the original is gone."""
    _refuse_above(source.stat().st_size, bytes_max)
    path = folder / run_id.hex
    shutil.copyfile(source, path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Spooled(path.name, path.stat().st_size, digest.hexdigest())


def left_since(folder: Path, moment: datetime) -> list[str]:
    """Return the names of waiting files that nobody has written to since `moment`, the oldest first."""
    with os.scandir(folder) as entries:
        touched = [(entry.stat().st_mtime, entry.name) for entry in entries]
    return [name for at, name in sorted(touched) if at < moment.timestamp()]


def _refuse_above(count: int, bytes_max: int) -> None:
    if count > bytes_max:
        raise Problem(TOO_LARGE, bytes_max=bytes_max)


def drop_spooled(folder: Path, name: str) -> None:
    """Delete a file that is no longer needed; a file that is gone already is no error."""
    (folder / name).unlink(missing_ok=True)
