"""Where do imports run that a request began? In tasks of this process, ended cleanly when the application stops.

A task that is ended, or a process that is killed, leaves its run interrupted; starting it again goes on.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State

log = logging.getLogger(__name__)
_TASKS = "import_tasks"
AT_ONCE_MAX = 2
"""Imports that run at once in a process; the others wait, because each takes a connection of the pool."""

Tasks = set["asyncio.Task[object]"]


@asynccontextmanager
async def imports_life(application: Litestar) -> AsyncGenerator[None, None]:
    """Hold the tasks of imports while the application lives; enter it after the database was opened."""
    application.state[_TASKS] = set()
    application.state["import_slots"] = asyncio.Semaphore(AT_ONCE_MAX)
    try:
        yield
    finally:
        tasks = list(tasks_of(application.state))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def tasks_of(state: State) -> Tasks:
    """Return the running tasks; raises TypeError when the application was put together wrongly."""
    tasks = state.get(_TASKS)
    if not isinstance(tasks, set):
        raise TypeError("imports_life is not among the lifespans of the application")
    return tasks


def run_in_background(state: State, work: Coroutine[object, object, object]) -> None:
    """Start work that outlives the request; an error ends the task and is logged, the run stays to be started again."""
    tasks = tasks_of(state)
    task = asyncio.create_task(_in_turn(state["import_slots"], work))
    tasks.add(task)
    task.add_done_callback(lambda done: _ended(tasks, done))


async def _in_turn(slots: asyncio.Semaphore, work: Coroutine[object, object, object]) -> object:
    try:
        async with slots:
            return await work
    finally:
        work.close()


def _ended(tasks: Tasks, task: "asyncio.Task[object]") -> None:
    tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("an import stopped", exc_info=error)
