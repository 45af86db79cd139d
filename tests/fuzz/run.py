"""How is a target fuzzed? By a process of its own, from its seeds, everything ever found, and what it kept before."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec

from tests.fuzz.planted import PLANTED
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]
FOUND = Path(__file__).parent / "found"
"""Inputs that once broke something, by target; each is tried again in every run."""

INPUT_TIMEOUT_S = 20
"""No input takes the server so long: one that does is a finding."""

MEMORY_MB_MAX = 1024
PATIENCE_S = 3600
SPARE_S = 120
"""To start, and to write a finding down."""

SEED = 7


class Outcome(msgspec.Struct, frozen=True):
    """What a run of one target did; `finding` is what was said when something broke, and `artifact` its input."""

    target: str
    runs: int
    covered: int
    kept: int
    finding: str | None
    artifact: Path | None


_AFRESH = ("/bin/sh", "-c", 'setpriv --pdeathsig KILL "$@"; exit $?', "sh")
"""Runs a command from a small process, and lets it die with that one.

Linux counts the greatest memory of whoever starts a program as the program's own, and libFuzzer's limit looks at that
number: started by a large run of tests, it gave up at once.
"""


def fuzz(target: str, folder: Path, *, runs: int = -1, seconds: int = 0) -> Outcome:
    """Fuzz one target for so many runs, or seconds (0: no end but the runs); raises CalledProcessError never."""
    described = (TARGETS | PLANTED)[target]
    corpus, artifacts = folder / target / "corpus", folder / target / "found"
    begin_with = folder / target / "seeds"
    for one in (corpus, artifacts, begin_with):
        one.mkdir(parents=True, exist_ok=True)
    for seed in described.seeds():
        (begin_with / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    known = FOUND / target
    options = [
        f"-runs={runs}", f"-seed={SEED}", f"-max_len={described.size_max}", f"-timeout={INPUT_TIMEOUT_S}",
        f"-rss_limit_mb={MEMORY_MB_MAX}", f"-artifact_prefix={artifacts}/", "-print_final_stats=1",
        *([f"-max_total_time={seconds}"] if seconds else []),
    ]  # fmt: skip
    command = [*_AFRESH, sys.executable, "-m", "tests.fuzz.one", target, *options, str(corpus), str(begin_with)]
    done = subprocess.run(
        [*command, *([str(known)] if known.is_dir() else [])], cwd=ROOT, capture_output=True, check=False,
        timeout=seconds + SPARE_S if seconds else PATIENCE_S, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return _outcome(target, done, corpus, artifacts)


def _outcome(target: str, done: subprocess.CompletedProcess[bytes], corpus: Path, artifacts: Path) -> Outcome:
    said = (done.stdout + done.stderr).decode(errors="replace")
    covered = re.findall(r" cov: (\d+) ", said)
    runs = re.findall(r"stat::number_of_executed_units: (\d+)", said) or re.findall(r"^#(\d+)\t", said, re.MULTILINE)
    written = max(artifacts.iterdir(), key=lambda path: path.stat().st_mtime, default=None)
    return Outcome(
        target=target, runs=int(runs[-1]) if runs else 0, covered=int(covered[-1]) if covered else 0,
        kept=sum(1 for _ in corpus.iterdir()), finding=None if done.returncode == 0 else _tail(said),
        artifact=None if done.returncode == 0 else written,
    )  # fmt: skip


def _tail(said: str) -> str:
    """Return what a process said of its finding: from the error on, else its last words."""
    begins = [at for mark in ("=== Uncaught Python exception", "ERROR: libFuzzer") if (at := said.find(mark)) >= 0]
    told = said[min(begins) :] if begins else said[-4000:]
    return "\n".join(line for line in told.splitlines() if not line.startswith("INFO: "))[:4000]
