"""How is work done in a process of its own? `python -m module`: it ends with its parent and is never left over.

Memory that a file or a model took goes back to the machine when the child ends, and a child that is killed takes nobody
with it.
"""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

PARENT = "ROUNDS_PARENT_PID"
PR_SET_PDEATHSIG = 1
ANSWER_BYTES_MAX = 16 * 2**20
_CHECKOUT = Path(__file__).resolve().parents[2]
_libc = ctypes.CDLL(None, use_errno=True)


class ChildError(RuntimeError):
    """A child ended without an answer, took too long, or said too much; the text is one line."""


@asynccontextmanager
async def child(
    module: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None, *, is_asked: bool = False
) -> AsyncIterator[Process]:
    """Run `python -m module` while the block runs; at its end a child that still lives is killed and collected.

    `is_asked` opens its input and output; errors always go where the parent's go.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=PIPE if is_asked else DEVNULL, stdout=PIPE if is_asked else None, cwd=_CHECKOUT,
        env={**os.environ, **(environment or {}), PARENT: str(os.getpid())},
        limit=ANSWER_BYTES_MAX, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ask(module: str, question: bytes, timeout_s: float) -> bytes:
    """Give a question to a child and return its answer; raises ChildError."""
    try:
        async with asyncio.timeout(timeout_s), child(module, (), is_asked=True) as process:
            answer, _ = await process.communicate(question)
    except TimeoutError as error:
        raise ChildError(f"{module} did not answer in {timeout_s:.0f} s") from error
    if process.returncode != 0 or not answer:
        raise ChildError(f"{module} ended without an answer ({process.returncode})")
    return answer


def die_with_parent() -> None:
    """Make the system end this process when its parent dies, however that dies; call it first thing in a child."""
    parent = int(os.environ[PARENT])
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before this line.
        sys.exit(1)
