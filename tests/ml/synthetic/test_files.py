"""Are the files the same to the byte each time, and do they say the same in each format?"""

import csv
import hashlib
import json
import os
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ml.synthetic.columns import Value
from ml.synthetic.files import FORMATS, write_world
from ml.synthetic.loanbook import COLUMNS
from ml.synthetic.oracle import read_oracle
from tests.ml.synthetic.worlds import TODAY, by_ref, rows, small_block, small_world

SCRIPT = """
import sys
from datetime import date
from pathlib import Path
from ml.synthetic.files import FORMATS, write_world
from ml.synthetic.world import make_world
write_world(make_world("small", 7, date(2026, 11, 24), "zh"), Path(sys.argv[1]), FORMATS)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(small_world(), folder, FORMATS)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_another_process_writes_the_same_bytes(written: Path, tmp_path: Path) -> None:
    """Another hash seed and another time zone too: nothing but seed, size, day and language counts."""
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland"}
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], check=True, cwd=root, env=environment, timeout=60)
    assert hashes(tmp_path) == hashes(written)
    assert len(hashes(written)) == 3 * 15 + 3 + 2


@pytest.mark.parametrize("noun", ["obligors", "addresses", "history", "instalments", "staff"])
def test_every_format_holds_the_same_rows(written: Path, noun: str) -> None:
    parquet = [
        {name: plain(value) for name, value in row.items()}
        for row in pq.read_table(written / f"{noun}.parquet").to_pylist()
    ]
    lines = [json.loads(line) for line in (written / f"{noun}.jsonl").read_text("utf-8").splitlines()]
    assert lines == parquet
    with (written / f"{noun}.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(lines)
    assert list(table[0]) == list(lines[0])
    text = next(name for name, value in lines[0].items() if isinstance(value, str))
    assert [row[text] for row in table] == [line[text] or "" for line in lines]


def test_the_loan_book_has_every_account_with_its_person_and_balance(written: Path) -> None:
    """IN-1: the shape in which a lender sends a book, under Chinese and English headers and in an old encoding."""
    with (written / "loanbook.en.csv").open(encoding="utf-8", newline="") as file:
        book = list(csv.DictReader(file))
    assert list(book[0]) == [english for _, english in COLUMNS.values()]
    balances = {row["account_ref"]: row for row in rows(small_block(), "balances")}
    people = by_ref(small_block(), "obligors")
    assert len(book) == len(balances) == 375
    for row in book:
        balance = balances[row["Loan number"]]
        assert Decimal(row["Overdue"]) * 100 == balance["overdue_minor"]
        assert Decimal(row["Principal outstanding"]) * 100 == balance["principal_minor"]
        assert int(row["Days past due"]) == balance["days_past_due"]
        assert row["Name"] == people[row["Customer number"]]["name"]
        assert row["Home address"]
        assert row["As of"] == "2026-11-24"


def test_the_chinese_loan_books_hold_the_same_rows_in_both_encodings(written: Path) -> None:
    with (written / "loanbook.zh.csv").open(encoding="utf-8", newline="") as file:
        utf8 = list(csv.reader(file))
    with (written / "loanbook.zh.gb18030.csv").open(encoding="gb18030", newline="") as file:
        assert list(csv.reader(file)) == utf8
    assert b"\r\n" in (written / "loanbook.zh.gb18030.csv").read_bytes()
    assert utf8[0] == [chinese for chinese, _ in COLUMNS.values()]


def test_the_description_counts_what_is_there(written: Path) -> None:
    about = json.loads((written / "world.json").read_text("utf-8"))
    assert about["rows"]["accounts"] == 375
    assert (about["seed"], about["today"], about["language"]) == (7, "2026-11-24", "zh")


def test_the_truth_read_back_answers_as_the_truth_in_memory(written: Path) -> None:
    oracle = read_oracle(written / "truth", 7)
    row = next(row for row in rows(small_block(), "addresses") if row["kind"] == "home" and row["party_ref"] is None)
    person, line = str(row["obligor_ref"]), str(row["line"])
    at = datetime(2026, 11, 24, 19, 0)  # noqa: DTZ001 - local clock of the town
    assert oracle.visited(person, line, at, 100_000) == oracle.visited(person, line, at, 100_000)
    assert len(oracle.person) == 300
    phone = next(row for row in rows(small_block(), "contact_points") if row["kind"] == "mobile")
    assert oracle.called(str(phone["obligor_ref"]), str(phone["value"]), at, 100_000).result
    assert 0 <= oracle.kept(person, TODAY) <= 1
    assert {oracle.pays_after_days(ref, "visit", TODAY) is None for ref in oracle.person} == {True, False}
    with pytest.raises(KeyError):
        oracle.visited(person, "nowhere 1", at, 100_000)


def plain(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    return value.isoformat() if isinstance(value, date) else value
