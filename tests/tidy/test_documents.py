"""Is every path and command that a document names really there?"""

import re
from pathlib import Path

import click
import pytest

from backend.app.cli.main import COMMANDS, cli
from tests.tidy.tree import ROOT, expect_none, files, text

DOCUMENTS = tuple(path for path in files() if path.suffix == ".md" and path.parts[0] not in {"pwa", "ml"})
CODE = re.compile(r"`([^`\n]+)`|^    (\S.*)$", re.MULTILINE)
FENCE = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"(?:^|[\s&;])make ((?:[a-z-]+ ?)+)")
ROUNDS = re.compile(r"(?:^|[\s&;/])rounds ([a-z-]+)")
LINK = re.compile(r"\]\(([^)#\s]+)\)")
PATH = re.compile(r"^(?:\./)?((?:[\w.@-]+/)*[\w.@-]+/?)$")
TOP = ("backend", "pwa", "ml", "migrations", "infra", "openapi", "tests", "docs", ".ci", ".venv")
MADE = {".venv", "var", "build"}
"""Folders that a command makes; what stands in them is not in git."""


def snippets(document: Path) -> list[str]:
    """Return every piece of code in a document: in backticks, in fences, line by line."""
    body = text(document)
    lines = [line for block in FENCE.findall(body) for line in block.splitlines()]
    return lines + [a or b for a, b in CODE.findall(FENCE.sub("", body))]


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    return set(re.findall(r"^([a-z][a-z-]*):", text(Path("Makefile")), re.MULTILINE))


def missing_paths(document: Path) -> list[str]:
    """Return the paths a document names that do not exist."""
    missing = []
    for snippet in snippets(document):
        found = PATH.match(snippet.strip())
        if found is None or found[1].split("/")[0] not in TOP or found[1].split("/")[0] in MADE:
            continue
        if "/" in found[1] and not (ROOT / found[1]).exists():
            missing.append(found[1])
    links = [link for link in LINK.findall(text(document)) if "://" not in link and not link.startswith("mailto:")]
    return missing + [link for link in links if not (ROOT / document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_path_named_in_a_document_exists(document: Path) -> None:
    expect_none(missing_paths(document), "named, not there")


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_command_named_in_a_document_exists(document: Path) -> None:
    unknown = []
    for snippet in snippets(document):
        for words in MAKE.findall(snippet):
            unknown += [f"make {word}" for word in words.split() if word not in targets()]
        unknown += [f"rounds {word}" for word in ROUNDS.findall(snippet) if word not in COMMANDS]
    expect_none(unknown, "no such command")


def test_every_make_target_stands_in_its_help() -> None:
    described = set(re.findall(r"^([a-z][a-z-]*):.*## ", text(Path("Makefile")), re.MULTILINE))
    assert targets() == described


def test_every_command_of_the_table_loads() -> None:
    context = click.Context(cli)
    assert [name for name in COMMANDS if cli.get_command(context, name) is None] == []
