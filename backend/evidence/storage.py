"""Where do uploads and evidence lie, and how much of them does one process handle at once?"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from obstore.exceptions import BaseError

from backend.evidence import problems
from backend.kernel import files
from backend.kernel.files import Files, Spool
from backend.kernel.problems import Problem

log = logging.getLogger(__name__)

WHOLE_MAX = 4
"""Whole photos in memory at a time in one process: 4 x 15 MiB."""

RECEIVING_MAX = 128
"""Pieces in memory at a time in one process. Phones send 256 kB: 32 MiB, and 128 MiB at the very worst."""

RETRY_AFTER_S = 5


class Storage(msgspec.Struct, frozen=True):
    """Spool and store of one process, with its two limits."""

    files: Files
    spool: Spool
    whole: asyncio.Semaphore
    receiving: asyncio.Semaphore


def open_storage(files_url: str, data_dir: Path) -> Storage:
    """Open spool and store; `files_url` is empty for the folder under `data_dir`."""
    return Storage(
        files=files.open_files(files_url, data_dir),
        spool=files.open_spool(data_dir, "uploads"),
        whole=asyncio.Semaphore(WHOLE_MAX),
        receiving=asyncio.Semaphore(RECEIVING_MAX),
    )


@contextmanager
def store_may_be_away() -> Iterator[None]:
    """Say trouble of the store as a refusal that passes: nothing was acknowledged, the phone tries again."""
    try:
        yield
    except BaseError as error:
        log.warning("the store of files: %s", type(error).__name__)
        raise Problem(problems.STORE_AWAY, retry_after_s=RETRY_AFTER_S) from error
