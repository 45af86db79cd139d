"""Which files belong to the project? Those that git tracks, and those that are about to be added."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the project, relative to its root."""
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        timeout=30,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    names = sorted({name for name in asked.stdout.split("\0") if name})
    return tuple(Path(name) for name in names if (ROOT / name).is_file())


@cache
def text(path: Path) -> str:
    """Return the text of a file; what is not UTF-8 (a picture) is empty."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def python() -> Iterator[tuple[Path, ast.Module]]:
    """Give each Python file with its syntax tree."""
    for path in files():
        if path.suffix == ".py":
            yield path, parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(text(path), filename=str(path))


def expect_none(found: list[str], otherwise: str) -> None:
    """Fail with every finding on a line of its own."""
    if found:
        pytest.fail(f"{otherwise}:\n  " + "\n  ".join(sorted(found)), pytrace=False)
