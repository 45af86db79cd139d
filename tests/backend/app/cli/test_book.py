"""Can an operator bring a book in at the command line?"""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from click.testing import CliRunner, Result

from backend.app.cli.book import book
from backend.app.cli.people import tenant
from tests.backend.integrations.books import MAPPING, line, write_csv
from tests.backend.integrations.test_placing import map_of

Say = Callable[..., Result]


@pytest.fixture
def say(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run `rounds import` against the tests' database."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ROUNDS_DATA", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(book, [str(word) for word in words])


@pytest.fixture
def code(say: Say) -> str:
    """Make a lender of its own."""
    del say
    name = f"south-{uuid4().hex[:8]}"
    assert CliRunner().invoke(tenant, ["add", name, "--name", "South"]).exit_code == 0
    return name


def test_a_book_is_imported_its_mapping_saved_and_its_refused_lines_written(
    say: Say, code: str, tmp_path: Path
) -> None:
    """IN-1 at the command line; the second time by the saved name, and nothing is added."""
    path = write_csv(tmp_path / "book.csv", line(ref="K1", loan="KL1"), line(ref="K2", loan="KL2", late="x"))
    mapping = tmp_path / "mapping.json"
    mapping.write_bytes(msgspec.json.encode(MAPPING))
    refused = tmp_path / "refused.csv"

    first = say(path, "--mapping", mapping, "--tenant", code, "--save-mapping", "south", "--refused", refused)
    second = say(path, "--mapping", "south", "--tenant", code)

    assert first.exit_code == 0, first.output
    assert "2 lines: 1 added, 0 updated, 0 unchanged, 0 skipped, 1 refused" in first.output
    assert "This is not a whole number." in refused.read_text(encoding="utf-8-sig")
    assert "2 lines: 0 added, 0 updated, 1 unchanged, 0 skipped, 1 refused" in second.output


def test_a_dry_run_says_so(say: Say, code: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "book.csv", ("C1", "王"), header=("ref", "name"))
    done = say(path, "--mapping", "people_names", "--tenant", code, "--dry-run")
    assert "1 added" in done.output
    assert "nothing of it was stored" in done.output


def test_what_is_wrong_is_said_in_lines(say: Say, code: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "book.csv", ("C1", "王"), header=("ref", "nom"))
    flawed = say(path, "--mapping", "people_names", "--tenant", code)
    assert flawed.exit_code == 1
    assert "obligor.name: The file has no such column. (name)" in flawed.output
    broken = tmp_path / "broken.json"
    broken.write_text('{"title": 1}')
    assert "broken.json is not a mapping: " in say(path, "--mapping", broken, "--tenant", code).output
    assert "cannot be read: No such file" in say(path, "--mapping", tmp_path / "gone.json", "--tenant", code).output
    assert "there is no tenant 'nowhere'" in say(path, "--mapping", "people_names", "--tenant", "nowhere").output


def test_a_file_is_looked_at(say: Say, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "book.csv", ("C1", "王小雨", "x"), header=("客户编号", "姓名", "备注"), encoding="gb18030"
    )
    out = tmp_path / "mapping.json"
    done = say("guess", path, "--out", out)
    assert "csv gb18030, 3 columns" in done.output
    assert "not read: 备注" in done.output
    assert msgspec.json.decode(out.read_bytes())["obligor"] == {"external_ref": "客户编号", "name": "姓名"}


def test_people_are_paired_with_a_book_by_order(say: Say, tmp_path: Path) -> None:
    people = write_csv(tmp_path / "people.csv", ("P1", "王"), ("P2", "李"), ("P3", "赵"), header=("ref", "name"))
    loans = write_csv(tmp_path / "loans.csv", ("7", "100"), ("9", "200"), header=("id", "amount"))
    out = tmp_path / "paired.csv"
    assert "2 lines" in say("pair", people, loans, "--book-ref", "id", "--out", out).output
    assert out.read_text(encoding="utf-8").split() == ["ref,name,paired_from", "7,王,P1", "9,李,P2"]
    assert "has no column 'nr'" in say("pair", people, loans, "--book-ref", "nr", "--out", out).output


def test_people_are_placed_on_a_map_whose_zone_is_named(say: Say, tmp_path: Path) -> None:
    people = write_csv(tmp_path / "people.csv", ("P1", "四海路 1 号"), header=("ref", "address"))
    town = map_of(tmp_path, 3)
    out = tmp_path / "placed.csv"
    assert "is no time zone" in say("place", people, "--map", town, "--zone", "Helsinki", "--out", out).output
    done = say("place", people, "--map", town, "--zone", "Europe/Helsinki", "--out", out)
    assert (done.exit_code, "1 lines written" in done.output) == (0, True)
    again = say("place", people, "--map", town, "--zone", "Europe/Helsinki", "--address", "home", "--out", out)
    assert (again.exit_code, again.output) == (1, "Error: people.csv has no column 'home'\n")
