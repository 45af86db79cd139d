"""Can one file, one function, be read in one screen? And does each file say what question it answers?"""

import ast
from pathlib import Path

from tests.tidy.tree import expect_none, files, parsed, python, text

FUNCTION_LINES_MAX = 60
PARAMETERS_MAX = 6
FILE_LINES_MAX = 400
DOCSTRING_LINES_MAX = 9
READ_BY_PEOPLE = {".py", ".ts", ".svelte", ".sql", ".css"}
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "stuff"}
GENERATED: dict[str, str] = {
    "pwa/src/api/schema.d.ts": "made from openapi/openapi.json",
}
"""Files that a program writes, and how; the caps are for people."""

MORE_PARAMETERS: dict[str, str] = {
    "backend/cases/routes.py:list_cases": "a parameter of the handler for each of the address",
    "backend/cases/routes.py:near_cases": "a parameter of the handler for each of the address",
    "backend/evidence/review_routes.py:to_review": "a parameter of the handler for each of the address",
}
"""`path:function` -> why its framework hands it more than six."""


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def is_table(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Say whether the parameters are the columns of a test's table and its fixtures."""
    return path.parts[0] == "tests" and node.name.startswith("test_")


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}: {(node.end_lineno or node.lineno) - node.lineno + 1} lines"
        for path, tree in python()
        for node in functions(tree)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    expect_none(long, f"more than {FUNCTION_LINES_MAX} lines: find the second name")


def test_no_function_takes_more_than_six_parameters() -> None:
    wide = [
        f"{path}:{node.name}: {parameters(node)}"
        for path, tree in python()
        for node in functions(tree)
        if parameters(node) > PARAMETERS_MAX
        and not is_table(path, node)
        and f"{path}:{node.name}" not in MORE_PARAMETERS
    ]
    expect_none(wide, f"more than {PARAMETERS_MAX} parameters: some of them are one noun")


def test_every_exception_from_the_parameter_cap_is_still_needed() -> None:
    found = {f"{path}:{n.name}" for path, tree in python() for n in functions(tree) if parameters(n) > PARAMETERS_MAX}
    assert set(MORE_PARAMETERS) <= found


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = [
        f"{path}: {len(text(path).splitlines())}"
        for path in files()
        if path.suffix in READ_BY_PEOPLE
        and str(path) not in GENERATED
        and len(text(path).splitlines()) > FILE_LINES_MAX
    ]
    expect_none(long, f"more than {FILE_LINES_MAX} lines: it becomes a folder of the same name")


def test_every_python_file_says_what_question_it_answers() -> None:
    silent = [str(path) for path, tree in python() if text(path).strip() and not ast.get_docstring(tree)]
    expect_none(silent, "no module docstring")


def test_no_module_docstring_is_a_chapter() -> None:
    chapters = [
        str(path)
        for path, tree in python()
        if len((ast.get_docstring(tree) or "").splitlines()) > DOCSTRING_LINES_MAX and path.parts[0] != "migrations"
    ]
    expect_none(chapters, "the long story belongs into docs/decisions")


def test_no_name_says_nothing() -> None:
    empty = [
        str(path)
        for path in files()
        if {path.stem, *path.parts[:-1]} & NAMES_THAT_SAY_NOTHING and "i18n" not in path.parts
    ]
    expect_none(empty, "name it after what it knows")


def test_annotations_are_real_at_run_time() -> None:
    """The web framework resolves them; `from __future__ import annotations` would make strings of them."""
    lazy = [
        str(path)
        for path, tree in python()
        if any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in tree.body)
    ]
    expect_none(lazy, "from __future__ import")


def test_every_package_has_its_docstring_file() -> None:
    folders = {p.parent for p in files() if p.suffix == ".py" and p.parts[0] in {"backend", "ml", "infra", "tests"}}
    expect_none([str(f) for f in folders if (f / "__init__.py") not in files()], "no __init__.py with a docstring")


def test_parameters_are_counted_without_self() -> None:
    """The counter itself: seven that count, whatever their kind."""
    tree = ast.parse("class A:\n def f(self, a, b, /, c, d, *, e, f, g): ...")
    assert parameters(functions(tree)[0]) == 7


def test_docstrings_are_found_in_this_very_file() -> None:
    assert ast.get_docstring(parsed(Path("tests/tidy/test_code.py")))
