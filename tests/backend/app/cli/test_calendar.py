"""Does `rounds calendar` bring a notice in once, say which years it lacks, and refuse what is no calendar?"""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from backend.app.cli.calendar import calendar
from backend.app.cli.people import tenant

YEAR = {"year": 2031, "papers": ["notice 7"], "days": [{"name": "spring", "date": "2031-01-23", "isOffDay": True}]}
Say = Callable[..., Result]


@pytest.fixture
def say(url: str, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run the command against the tests' database."""
    monkeypatch.setenv("DATABASE_URL", url)
    return lambda *words: CliRunner().invoke(calendar, list(words))


@pytest.fixture
def code(say: Say) -> str:
    """Make a lender; returns its code."""
    made = f"south-{uuid4().hex[:8]}"
    assert say is not None
    assert CliRunner().invoke(tenant, ["add", made, "--name", "South"]).exit_code == 0
    return made


def test_a_notice_comes_in_once_and_years_without_one_are_named(say: Say, code: str, tmp_path: Path) -> None:
    file = tmp_path / "2031.json"
    file.write_text(json.dumps(YEAR))
    first, again = (say("import", str(file), "--tenant", code, "--place", "CN") for _ in range(2))
    listed = say("list", "--tenant", code)
    assert (first.exit_code, again.exit_code, listed.exit_code) == (0, 0, 0), first.output
    assert "CN: 2031 written, none known before" in first.output
    assert "CN: none written, 2031 known before" in again.output
    assert "CN: no notice of " in first.output
    assert "CN       2031  version 1    1 rest days   0 worked" in listed.output
    assert "notice 7" in listed.output


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("{}", [], "is not a calendar"),
        ("nothing", ["--place", "CN"], "is not a calendar"),
        (json.dumps({"place": "CN", "years": [{"year": 1}]}), [], "is not a calendar"),
    ],
)
def test_what_is_no_calendar_is_refused_with_the_reason(
    say: Say, tmp_path: Path, text: str, more: list[str], says: str
) -> None:
    file = tmp_path / "c.json"
    file.write_text(text)
    refused = say("import", str(file), "--tenant", "nobody", *more)
    assert (refused.exit_code, says in refused.output) == (1, True), refused.output


def test_several_files_need_the_name_of_their_place(say: Say, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.json", "b.json")]
    for file in files:
        file.write_text(json.dumps(YEAR))
    refused = say("import", *map(str, files), "--tenant", "nobody")
    assert (refused.exit_code, "--place" in refused.output) == (1, True)
