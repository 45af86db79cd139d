"""How does the server look into a file without becoming as large as the file? A child looks, and says what it saw.

`python -m backend.integrations.looking` reads one question and writes one answer. Decoding Parquet or a workbook takes
memory that a process does not give back; the server has other things to do with it.
"""

import asyncio
import sys
from pathlib import Path

import msgspec

from backend.integrations.commands.runs import Inspected, inspect
from backend.integrations.guessing import guess_file
from backend.integrations.problems import KINDS, UNREADABLE_FILE
from backend.integrations.schemas import Guess, SavedMapping
from backend.kernel.children import ChildError, ask, die_with_parent
from backend.kernel.problems import Problem

TIMEOUT_S = 60.0
"""A workbook of the largest size is unpacked in half of it."""

LIGHT_BYTES_MAX = 2**20
PACKED = (b"PAR1", b"PK\x03\x04")
"""Parquet and workbooks: a small one may be large inside."""

AT_ONCE_MAX = 2
"""Children of one server; who comes third waits."""


class Question(msgspec.Struct, frozen=True):
    """Which file; with mappings: how its columns would be read, without: what it is."""

    path: str
    mappings: list[SavedMapping] | None


class Refused(msgspec.Struct, frozen=True):
    """A problem on its way through a pipe."""

    code: str
    data: dict[str, object]


class Answer(msgspec.Struct, frozen=True):
    """One of the three is there."""

    guess: Guess | None
    inspected: Inspected | None
    refused: Refused | None


_turn = asyncio.Semaphore(AT_ONCE_MAX)
_KINDS = {kind.code: kind for kind in KINDS}


async def guess_apart(path: Path, mappings: list[SavedMapping]) -> Guess:
    """Look at the first lines of a file in a child; raises Problem (import.file_gone, import.unreadable_file)."""
    answer = await _ask(Question(str(path), mappings))
    if answer.guess is None:
        raise AssertionError("who asks for a guess gets one or a refusal")
    return answer.guess


async def inspect_apart(path: Path) -> Inspected:
    """Look at a whole file in a child; raises Problem (import.file_gone, import.unreadable_file)."""
    answer = await _ask(Question(str(path), None))
    if answer.inspected is None:
        raise AssertionError("who asks for a look gets one or a refusal")
    return answer.inspected


def is_light(path: Path) -> bool:
    """Tell whether a file is a text so small that a child would cost more than looking here; packed files never are."""
    try:
        with path.open("rb") as file:
            return path.stat().st_size <= LIGHT_BYTES_MAX and not file.read(4).startswith(PACKED)
    except OSError:
        return True  # whoever looks will say so


async def _ask(question: Question) -> Answer:
    answer = await _answered(question)
    if answer.refused is not None:
        raise Problem(_KINDS[answer.refused.code], **answer.refused.data)
    return answer


async def _answered(question: Question) -> Answer:
    if await asyncio.to_thread(is_light, Path(question.path)):
        return await asyncio.to_thread(answer_to, question)
    try:
        async with _turn:
            said = await ask("backend.integrations.looking", msgspec.json.encode(question), TIMEOUT_S)
    except ChildError as error:
        # Too large to be unpacked, or so broken that its reader fell: in both cases another file is needed.
        raise Problem(UNREADABLE_FILE, reason="the file could not be looked at; save the book as CSV") from error
    return msgspec.json.decode(said, type=Answer)


def answer_to(question: Question) -> Answer:
    """Look, and put a refusal into words that fit through a pipe."""
    path = Path(question.path)
    try:
        if question.mappings is None:
            return Answer(guess=None, inspected=inspect(path), refused=None)
        return Answer(guess=guess_file(path, question.mappings), inspected=None, refused=None)
    except Problem as problem:
        return Answer(guess=None, inspected=None, refused=Refused(problem.kind.code, problem.data))


def main() -> None:
    """Answer the question on the input."""
    die_with_parent()
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    sys.stdout.buffer.write(msgspec.json.encode(answer_to(question)))


if __name__ == "__main__":
    main()
