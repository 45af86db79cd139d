"""Does the product run with what `requirements.lock` brings? A library of the tests must not slip in."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.tidy.tree import expect_none, python, text

PRODUCT = {"backend", "infra", "migrations", "ml"}


def normal(name: str) -> str:
    """Return the name of a distribution as locks write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(tree: ast.Module) -> set[str]:
    """Return the top names of all modules that a file imports, wherever it does."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_every_library_the_product_imports_is_locked_to_run() -> None:
    locked = {normal(name) for name in re.findall(r"^(\S+?)==", text(Path("requirements.lock")), re.MULTILINE)}
    owners = packages_distributions()
    own = PRODUCT | set(sys.stdlib_module_names)
    foreign = [
        f"{path}: {name}"
        for path, tree in python()
        if path.parts[0] in PRODUCT
        for name in imported(tree) - own
        if not {normal(owner) for owner in owners.get(name, [])} & locked
    ]
    expect_none(foreign, "not in requirements.lock: add it to the project's dependencies, then make lock")


def test_the_libraries_that_others_load_by_name_are_locked_too() -> None:
    """SQLAlchemy's asyncio needs greenlet, uvicorn is told to use uvloop and httptools: nobody imports them here."""
    body = text(Path("requirements.lock"))
    missing = [name for name in ("greenlet", "uvloop", "httptools") if f"\n{name}==" not in f"\n{body}"]
    expect_none(missing, "not in requirements.lock")
