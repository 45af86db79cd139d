"""Do the processes of Rounds live and die together?"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.app import supervise
from backend.app.supervise import Child, Stop, SuperviseError, start, stop_all, watch

CHECKOUT = Path(supervise.__file__).resolve().parents[2]
GOES_AT_ONCE = """
import signal, sys, time
def bye(*_): open(sys.argv[1], "a").write(sys.argv[2]); sys.exit(0)
signal.signal(signal.SIGTERM, bye)
open(sys.argv[1] + sys.argv[2], "w").close()
time.sleep(300)
"""
STAYS = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(300)"
PARENT = """
import os, sys
from backend.app.supervise import Child, Stop, start, stop_all, watch
stop = Stop()
stop.listen()
children = [Child(name=name, arguments=(sys.executable, "-c", sys.argv[1], sys.argv[2], name)) for name in "ab"]
running = start(children, dict(os.environ))
print(*[one.process.pid for one in running], flush=True)
watch(running, dict(os.environ), stop, print)
stop_all(running, print)
"""


def until(condition: Callable[[], bool], timeout_s: float = 20) -> bool:
    """Wait for a condition; return whether it came true."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def lives(pid: int) -> bool:
    """Say whether a process runs; one that is dead and not yet collected does not."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def parent_of_two(log: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a supervisor of two children that write their name to `log` when told to stop."""
    arguments = [sys.executable, "-c", PARENT, GOES_AT_ONCE, str(log)]
    parent = subprocess.Popen(arguments, cwd=CHECKOUT, stdout=subprocess.PIPE, encoding="utf-8")
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert until(lambda: Path(f"{log}a").exists() and Path(f"{log}b").exists())
    return parent, pids


def names_left_by(log: Path) -> str:
    return log.read_text() if log.exists() else ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_children_in_the_order_of_their_start(tmp_path: Path, number: signal.Signals) -> None:
    parent, pids = parent_of_two(tmp_path / "log")
    parent.send_signal(number)
    assert parent.wait(20) == 0
    assert names_left_by(tmp_path / "log") == "ab"
    assert not any(lives(pid) for pid in pids)


def test_children_go_when_the_parent_is_killed(tmp_path: Path) -> None:
    parent, pids = parent_of_two(tmp_path / "log")
    parent.kill()
    parent.wait()
    assert until(lambda: not any(lives(pid) for pid in pids))
    assert sorted(names_left_by(tmp_path / "log")) == ["a", "b"]


def test_a_fallen_child_is_started_again(tmp_path: Path) -> None:
    parent, pids = parent_of_two(tmp_path / "log")
    (tmp_path / "loga").unlink()
    os.kill(pids[0], signal.SIGKILL)
    assert until((tmp_path / "loga").exists)
    parent.terminate()
    assert parent.wait(20) == 0
    assert names_left_by(tmp_path / "log") == "ab"


def test_a_child_that_keeps_falling_takes_all_down_with_a_word() -> None:
    said: list[str] = []
    running = start([Child(name="worker", arguments=(sys.executable, "-c", "raise SystemExit(3)"))], dict(os.environ))
    with pytest.raises(SuperviseError, match=r"^the worker ended 4 times in a minute \(code 3\)$"):
        watch(running, dict(os.environ), Stop(), said.append)
    assert said == ["the worker ended (code 3): starting it again"] * 3


def test_a_child_that_will_not_go_is_killed() -> None:
    said: list[str] = []
    running = start([Child(name="server", arguments=(sys.executable, "-uc", STAYS))], dict(os.environ))
    pid = running[0].process.pid
    deaf = 1 << (signal.SIGTERM - 1)
    assert until(lambda: bool(ignored(pid) & deaf))
    stop_all(running, said.append, timeout_s=0.3)
    assert not lives(pid)
    assert said == ["the server did not stop in 0 s: killed"]


def ignored(pid: int) -> int:
    """Return the set of signals a process ignores."""
    lines = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("SigIgn"))
