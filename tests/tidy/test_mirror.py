"""Does a test stand beside each rule, at the same path?"""

from pathlib import Path

from tests.tidy.tree import expect_none, files

TESTED = {"rules.py", "commands.py"}
ROOTS = {"backend", "ml", "infra"}


FOLDERS = {path.removesuffix(".py") for path in TESTED}


def homes_of_tests(path: Path) -> list[Path]:
    """Return where the tests of a module may stand; of a file in a folder `rules/` also one level up."""
    mirrored = Path("tests") / path.parent / f"test_{path.name}"
    return [mirrored, mirrored.parent.parent / mirrored.name] if path.parent.name in FOLDERS else [mirrored]


def test_every_rule_and_command_has_its_test_file() -> None:
    """`backend/x/rules.py` is tested in `tests/backend/x/test_rules.py`, a folder `rules/` file by file."""
    untested = [
        f"{path} -> {homes_of_tests(path)[0]}"
        for path in files()
        if path.parts[0] == "backend"
        and path.suffix == ".py"
        and (path.name in TESTED or path.parent.name in FOLDERS)
        and path.name != "__init__.py"
        and not set(homes_of_tests(path)) & set(files())
    ]
    expect_none(untested, "no test file")


def test_every_test_file_tests_something_that_exists() -> None:
    """A test at `tests/backend/x/test_y.py` belongs to the module, folder or feature it is named after."""
    known = set(files())
    homeless = []
    for path in files():
        if path.parts[0] != "tests" or path.parts[1] not in ROOTS or not path.name.startswith("test_"):
            continue
        inside = Path(*path.parts[1:-1])
        if not any(inside == other.parent or inside in other.parents for other in known if other.parts[0] in ROOTS):
            homeless.append(str(path))
    expect_none(homeless, "tests of nothing")
