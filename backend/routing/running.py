"""How is a plan computed beside the server? In a process of its own that ends with the plan, never in the event loop.

Spawned, not forked (numpy and the driver do not survive a fork); one at a time, because the machine has other work. It
is told to stop through the pipe, and dies by itself when nobody holds the other end.
"""

import asyncio
from collections.abc import Awaitable, Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection

import msgspec

from backend.routing.problem import Problem, Route, WhyNot
from backend.routing.solver import Stop, solve
from backend.routing.timing import Ways, timed, why_not

POLL_S = 0.25
GRACE_S = 60.0
"""For starting the process, and for the reasons of what is not in the plan, after the solver's own time."""


class Progress(msgspec.Struct, frozen=True):
    """How far the solver is: iterations, and the best gain so far in metres of way."""

    iterations: int
    gain_m: int


class Computed(msgspec.Struct, frozen=True):
    """The routes in time, why each other candidate is in none, and the work it took."""

    routes: list[Route]
    unplanned: list[tuple[int, WhyNot]]
    iterations: int
    gain_m: int


class Message(msgspec.Struct, frozen=True):
    """What the process says: how far it is, or the end of it."""

    progress: Progress | None
    computed: Computed | None


class SolverDiedError(RuntimeError):
    """The process ended without an answer, or took too long."""


_MESSAGE = msgspec.json.Decoder(Message)
_PROBLEM = msgspec.json.Decoder(Problem)
Tell = Callable[[Progress], Awaitable[bool]]
"""Called about twice a second; returns true to stop with what there is."""


def compute(problem: Problem, stop: Stop, seed: int, report: Callable[[int, int], bool] | None = None) -> Computed:
    """Solve, put the routes into time, and say why the rest is left out; in the calling process."""
    solution = solve(problem, stop, seed, report)
    ways = Ways(problem)
    planned = {candidate for route in solution.routes for candidate in route}
    left = [n for n in range(len(problem.candidates)) if n not in planned]
    return Computed(
        routes=[timed(problem, ways, n, stops) for n, stops in enumerate(solution.routes)],
        unplanned=[(n, why_not(problem, ways, solution.routes, n)) for n in left],
        iterations=solution.iterations,
        gain_m=sum(problem.candidates[n].prize_m for n in planned) - solution.cost,
    )


def child(pipe: Connection, problem: bytes, seconds: float, seed: int) -> None:
    """Run in the spawned process: read the problem, tell how far it is, send the answer."""

    def report(iterations: int, gain_m: int) -> bool:
        progress = Progress(iterations=iterations, gain_m=gain_m)
        pipe.send_bytes(msgspec.json.encode(Message(progress=progress, computed=None)))
        return pipe.poll()

    computed = compute(_PROBLEM.decode(problem), Stop(seconds=seconds), seed, report)
    pipe.send_bytes(msgspec.json.encode(Message(progress=None, computed=computed)))
    pipe.close()


async def run(problem: Problem, seconds: float, seed: int, tell: Tell) -> Computed:
    """Compute a plan in a process of its own; raises SolverDiedError."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(
        target=child, args=(there, msgspec.json.encode(problem), seconds, seed), name="rounds-solver", daemon=True
    )
    await asyncio.to_thread(process.start)
    there.close()
    try:
        async with asyncio.timeout(seconds + GRACE_S):
            return await _answer(here, tell)
    except (EOFError, OSError, TimeoutError) as error:
        raise SolverDiedError(type(error).__name__) from error
    finally:
        here.close()
        process.kill()
        await asyncio.to_thread(process.join)
        process.close()


async def _answer(pipe: Connection, tell: Tell) -> Computed:
    is_stopping = False
    while True:
        if not pipe.poll():
            await asyncio.sleep(POLL_S)
            continue
        message = _MESSAGE.decode(pipe.recv_bytes())
        if message.computed is not None:
            return message.computed
        if message.progress is not None and await tell(message.progress) and not is_stopping:
            is_stopping = True
            pipe.send_bytes(b"stop")
