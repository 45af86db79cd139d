"""How do the processes of Rounds live and die together? One parent starts them, watches them, stops them in order.

Children get SIGTERM when the parent dies, however it dies. A child that ends by itself is started again, but not for
ever: one that keeps falling takes everything down with a clear word.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

import msgspec

PR_SET_PDEATHSIG = 1
STOP_TIMEOUT_S = 15.0
FALLS_MAX = 3
FALLS_WINDOW_S = 60.0
LOOK_EVERY_S = 0.2
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_libc = ctypes.CDLL(None, use_errno=True)


class SuperviseError(RuntimeError):
    """A child cannot be kept alive; the text is one line for the person at the terminal."""


class Child(msgspec.Struct, frozen=True):
    """A process to keep alive."""

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = {}
    """What this one is told beyond what all are told."""


class Running(msgspec.Struct):
    """A child that was started, and when it fell before (monotonic seconds)."""

    child: Child
    process: subprocess.Popen[bytes]
    falls: list[float]


class Stop:
    """Set by Ctrl-C, SIGTERM or SIGHUP; a second signal changes nothing, for the stop is under way."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def listen(self) -> None:
        """Take over the signals of this process."""
        for number in STOPPING:
            signal.signal(number, self._on_signal)

    def is_set(self) -> bool:
        """Say whether the time to stop has come."""
        return self._event.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Sleep until then, at most so long; return whether it has come."""
        return self._event.wait(timeout_s)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._event.set()


def start(children: Sequence[Child], environment: Mapping[str, str]) -> list[Running]:
    """Start the children in their order; call it from the thread that will outlive them all."""
    return [Running(child=child, process=_spawn(child, environment), falls=[]) for child in children]


def watch(running: list[Running], environment: Mapping[str, str], stop: Stop, say: Callable[[str], None]) -> None:
    """Return when it is time to stop; start fallen children again. Raises SuperviseError when one keeps falling."""
    while not stop.wait(LOOK_EVERY_S):
        for one in running:
            code = one.process.poll()
            if code is None:
                continue
            now = time.monotonic()
            one.falls[:] = [fell for fell in one.falls if now - fell < FALLS_WINDOW_S] + [now]
            if len(one.falls) > FALLS_MAX:
                raise SuperviseError(f"the {one.child.name} ended {len(one.falls)} times in a minute ({_ending(code)})")
            say(f"the {one.child.name} ended ({_ending(code)}): starting it again")
            one.process = _spawn(one.child, environment)


def stop_all(running: list[Running], say: Callable[[str], None], timeout_s: float = STOP_TIMEOUT_S) -> None:
    """Stop the children one after the other, in the order of their start; one that will not go is killed."""
    for one in running:
        if one.process.poll() is None:
            one.process.terminate()
        try:
            one.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            say(f"the {one.child.name} did not stop in {timeout_s:.0f} s: killed")
            one.process.kill()
            one.process.wait()


def _spawn(child: Child, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def die_with_parent() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            # The parent died between the fork and this line.
            os._exit(1)

    return subprocess.Popen(
        child.arguments,
        env={**environment, **child.environment},
        stdin=subprocess.DEVNULL,
        stdout=sys.stdout,
        stderr=sys.stderr,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - two system calls, no lock, and this process has one thread
        # Ctrl-C reaches the parent only: the order of stopping is its matter.
        start_new_session=True,
    )


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
