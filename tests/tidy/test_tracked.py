"""Can a stranger clone the project? No path of one machine, no address of one registry, no loose thing on top."""

import json
import re
import tomllib
from pathlib import Path

from tests.tidy.tree import ROOT, expect_none, files, text

TOP = {
    ".ci",
    "backend",
    "docs",
    "infra",
    "migrations",
    "ml",
    "openapi",
    "pwa",
    "tests",
    ".editorconfig",
    ".gitignore",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "pyproject.toml",
    "requirements.lock",
    "requirements-build.lock",
    "requirements-dev.lock",
}
# Written apart, so that this file does not find itself.
MACHINE_PATH = re.compile("/(?:wo" + "rk|ro" + "ot|home/[a-z]+|Us" + r"ers/[a-z]+)/[\w.-]+")
REGISTRY = re.compile(
    "pypi" + r"\.org|pythonhosted" + r"\.org|registry" + r"\.npmjs|npm" + "mirror|artifact" + "ory"
    r"|https?://[^\s\"']+/simp" + r"le\b|index-" + r"url\s*=|_auth" + "Token"
)
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
NPM_LOCKS = ("pwa/package-lock.json", "tests/peers/package-lock.json", "tests/bench/lighthouse/package-lock.json")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_\w{36}\b")
TODO = re.compile(r"(?:#|//|<!--)\s*(?:TODO|FIXME|XXX)\b")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Return `path:line` for every line of the project where the pattern stands."""
    return [
        f"{path}:{number}"
        for path in files()
        if pattern.search(text(path))
        for number, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_folder_of_one_machine() -> None:
    expect_none(lines_with(MACHINE_PATH), "found at")


def test_no_file_names_a_registry() -> None:
    expect_none(lines_with(REGISTRY), "found at")


def test_no_secret_is_tracked() -> None:
    expect_none(lines_with(SECRET), "found at")


def test_nothing_is_left_to_do_without_an_owner() -> None:
    expect_none(lines_with(TODO), "found at")


def test_locks_carry_hashes_and_no_addresses() -> None:
    for name in LOCKS:
        assert "://" not in text(Path(name)), name
        entries = re.findall(r"^[A-Za-z0-9_.\[\]-]+==", text(Path(name)), re.MULTILINE)
        assert text(Path(name)).count("--hash=sha256:") >= len(entries) > 0
    for name in NPM_LOCKS:
        packages = json.loads(text(Path(name)))["packages"]
        assert [package for package, entry in packages.items() if package and "integrity" not in entry] == [], name
        assert [package for package, entry in packages.items() if "resolved" in entry] == [], name


def test_the_locks_stand_for_the_project_file() -> None:
    """Every direct dependency is in its lock with the same version: nobody forgot `make lock`."""
    project = tomllib.loads(text(Path("pyproject.toml")))
    groups = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-build.lock": project["dependency-groups"]["build"],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
    }
    locked = {name: set(re.findall(r"^(\S+==\S+)", text(Path(name)), re.MULTILINE)) for name in groups}
    plain = {name: [re.sub(r"\[.*?\]", "", entry) for entry in entries] for name, entries in groups.items()}
    forgotten = [
        f"{entry} in {name}" for name, entries in plain.items() for entry in entries if entry not in locked[name]
    ]
    expect_none(forgotten, "not in the lock: make lock")


def test_the_top_level_holds_only_what_belongs_there() -> None:
    expect_none(list({path.parts[0] for path in files()} - TOP), "does not belong on top")


def test_every_feature_has_a_rank() -> None:
    project = tomllib.loads(text(Path("pyproject.toml")))
    ranks = next(c for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    ranked = {name.strip(" ()") for layer in ranks for name in layer.split("|")}
    features = {p.parts[1] for p in files() if p.parts[0] == "backend" and len(p.parts) > 2}
    expect_none(list(features - ranked), "no rank in pyproject.toml")


def test_no_data_of_others_is_copied_in() -> None:
    """Real data made by others stays outside; tests that use it skip when it is absent."""
    big = [str(path) for path in files() if (ROOT / path).stat().st_size > 1_500_000]
    expect_none(big, "more than 1.5 MB")
