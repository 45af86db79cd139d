"""Does a child answer, end in time, and end with its parent?"""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from backend.kernel.children import ChildError, ask, child

CHILDREN = "tests.backend.kernel.children"
PARENT = f"""
import asyncio
from backend.kernel.children import child
async def main():
    async with child({CHILDREN!r}, ("sleep",)) as process:
        print(process.pid, flush=True)
        await asyncio.sleep(300)
asyncio.run(main())
"""


def lives(pid: int) -> bool:
    """Say whether a process runs; one that is dead and not yet collected does not."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def is_gone(pid: int) -> bool:
    for _ in range(200):
        if not lives(pid):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_question_is_answered() -> None:
    assert await ask(CHILDREN, b"echo hello", 30) == b"echo hello"


@pytest.mark.parametrize(
    ("question", "timeout_s", "words"), [(b"fall", 30, "without an answer"), (b"sleep", 2, "did not answer in 2 s")]
)
async def test_a_child_without_an_answer_is_an_error(question: bytes, timeout_s: float, words: str) -> None:
    with pytest.raises(ChildError, match=words):
        await ask(CHILDREN, question, timeout_s)


async def test_a_child_is_not_left_over() -> None:
    async with child(CHILDREN, ("sleep",)) as process:
        assert lives(process.pid)
    assert not lives(process.pid)


async def test_a_child_ends_with_a_parent_that_was_killed() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert lives(pid)
    parent.kill()
    await parent.wait()
    assert await is_gone(pid)
