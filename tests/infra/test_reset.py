"""Does `make reset` ask before it deletes, and delete only what is Rounds' own?"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import place, reset, seat
from infra.cluster import running
from infra.errors import InfraError
from tests.cluster import data_folder

CHECKOUT = Path(reset.__file__).resolve().parents[1]


@pytest.fixture
def data() -> Iterator[Path]:
    """Give a data folder with a database, a photo and the tests' own part."""
    with data_folder() as folder:
        with running(folder):
            pass
        (folder / "photos").mkdir()
        (folder / "photos" / "one.jpg").write_bytes(b"bytes")
        (folder / "test").mkdir()
        yield folder


def asked(data: Path, typed: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.reset", *options],
        check=False,
        timeout=60,
        cwd=CHECKOUT,
        env={**os.environ, "ROUNDS_DATA": str(data)},
        input=typed,
        capture_output=True,
        encoding="utf-8",
    )


def test_without_the_word_nothing_is_deleted(data: Path) -> None:
    for typed in ("", "yes\n", "RESET\n"):
        done = asked(data, typed)
        assert done.returncode == 1
        assert "nothing was deleted" in done.stdout
    assert (place.locate(data).home / "ready").exists()
    assert (data / "photos" / "one.jpg").exists()


@pytest.mark.parametrize(("typed", "options"), [("reset\n", ()), ("", ("--yes",))])
def test_with_the_word_all_but_the_tests_part_is_gone(data: Path, typed: str, options: tuple[str, ...]) -> None:
    assert asked(data, typed, *options).returncode == 0
    assert sorted(entry.name for entry in data.iterdir()) == ["run.lock", "test"]


def test_while_rounds_runs_nothing_is_deleted(data: Path) -> None:
    with seat.taken(data, "http://localhost:8400"):
        done = asked(data, "", "--yes")
    assert done.returncode == 1
    assert "already runs" in done.stderr
    assert (data / "photos" / "one.jpg").exists()


def test_a_folder_that_is_none_of_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InfraError, match="does not look like"):
        reset.remove(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
