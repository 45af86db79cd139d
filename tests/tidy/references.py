"""Which name of the backend uses which other? A graph of top-level names, read from the syntax, nothing imported."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from tests.tidy.tree import files, parsed


class Names(msgspec.Struct, frozen=True):
    """Every top-level name ("backend.x.y:name"), the literals inside it, and the names that it uses."""

    texts: dict[str, str]
    uses: dict[str, set[str]]
    functions: set[str]

    def callers(self) -> dict[str, set[str]]:
        """Return who uses each name."""
        found: dict[str, set[str]] = {}
        for user, used in self.uses.items():
            for name in used:
                found.setdefault(name, set()).add(user)
        return found

    def reached_from(self, name: str) -> set[str]:
        """Return all that a name uses, however far below, itself included."""
        return _spread(name, self.uses)

    def users_of(self, name: str) -> set[str]:
        """Return all that use a name, however far above, itself included."""
        return _spread(name, self.callers())


def _spread(name: str, ways: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += ways.get(one, ())
    return seen


def names_of(trees: Mapping[str, ast.Module]) -> Names:
    """Return the names of modules; `trees` are their syntax by dotted name."""
    texts: dict[str, str] = {}
    uses: dict[str, set[str]] = {}
    functions: set[str] = set()
    for module, tree in trees.items():
        known = _known(module, tree)
        for name, node in _defined(tree):
            full = f"{module}:{name}"
            texts[full] = "\n".join([texts.get(full, ""), *_literals(node)])
            uses.setdefault(full, set()).update(_used(node, known) - {full})
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.add(full)
    return Names(texts=texts, uses=uses, functions=functions)


@cache
def backend() -> Names:
    """Return the names of the backend; the demo's made-up people and exchange reach nobody."""
    return names_of(dict(modules()))


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Give every module of the backend that runs for a real tenant, with its syntax."""
    for path in files():
        if path.parts[0] == "backend" and path.suffix == ".py" and not {"demo", "simulator"} & set(path.parts):
            yield dotted(path), parsed(path)


def dotted(path: Path) -> str:
    """Return the dotted name of a module's file."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, node) for target in targets if isinstance(target, ast.Name))


def _literals(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _known(module: str, tree: ast.Module) -> dict[str, str]:
    """Return what each name of a module means: "mod:name", or "mod" where it is a module itself."""
    known = {name: f"{module}:{name}" for name, _ in _defined(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            known |= {one.asname or one.name: f"{node.module}:{one.name}" for one in node.names}
    return known


def _used(node: ast.AST, known: Mapping[str, str]) -> set[str]:
    found = {known[one.id] for one in ast.walk(node) if isinstance(one, ast.Name) and one.id in known}
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in known:
            found.add(f"{known[one.value.id].replace(':', '.')}:{one.attr}")
    return found
