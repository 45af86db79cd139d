"""Does the page about the world name every column that is written?"""

from pathlib import Path

import ml.synthetic
from ml.synthetic.loanbook import COLUMNS
from tests.ml.synthetic.worlds import small_block, small_world

PAGE = (Path(ml.synthetic.__path__[0]) / "README.md").read_text("utf-8")


def test_every_column_of_the_book_is_named() -> None:
    tables = [*small_block().book.values(), small_world().staff_table(), small_world().territory_table()]
    for table in tables:
        paragraph = next(part for part in PAGE.split("\n- ") if f"{table.noun}:" in part).split(f"{table.noun}:")[1]
        missing = [name for name in table.columns if name not in paragraph]
        assert not missing, (table.noun, missing)


def test_every_column_of_the_loan_book_stands_in_its_table() -> None:
    for name, (chinese, english) in COLUMNS.items():
        assert f"| {name} | {chinese} | {english} |" in PAGE
