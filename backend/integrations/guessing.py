"""What is this file, which mapping fits it, and how would its columns be read if none does?"""

from collections.abc import Sequence
from pathlib import Path

from backend.integrations.commands.runs import kind_of
from backend.integrations.problems import FILE_GONE, UNREADABLE_FILE
from backend.integrations.reading.blocks import FileError
from backend.integrations.reading.open import first_block
from backend.integrations.rules.flaws import flaws_of
from backend.integrations.rules.guess import columns_read, fits, guess_mapping
from backend.integrations.schemas import Guess, SavedMapping
from backend.kernel.problems import Problem

LOOK_ROWS = 200
SHOWN_ROWS = 5


def guess_file(path: Path, mappings: Sequence[SavedMapping]) -> Guess:
    """Look at the first lines of a file; raises Problem: it is gone, or cannot be read (the reason in one line)."""
    if not path.is_file():
        raise Problem(FILE_GONE)
    kind = kind_of(path)
    try:
        block = first_block(path, kind, LOOK_ROWS)
    except FileError as error:
        raise Problem(UNREADABLE_FILE, reason=str(error)) from error
    if block is None:
        raise Problem(UNREADABLE_FILE, reason="the file has names of columns and no line below them")
    fitting = fits(mappings, block.header)
    own, guessed = guess_mapping(block)
    mapping = fitting[0].mapping if fitting else own
    used = columns_read(mapping)
    return Guess(
        format=kind.format.value,
        encoding=kind.encoding,
        columns=list(block.header),
        sample=[block.row(n) for n in range(min(SHOWN_ROWS, len(block.lines)))],
        fits=[one.name for one in fitting],
        mapping=mapping,
        guessed=guessed,
        unused=[name for name in block.header if name not in used],
        flaws=flaws_of(mapping, block.header),
    )
