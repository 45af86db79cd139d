"""Where is a plan computed after the request is answered? In a task of this process, one solver at a time."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import asyncpg
import msgspec
from litestar import Litestar
from litestar.datastructures import State

from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, Scope, bare_transaction
from backend.kernel.problems import Problem
from backend.routing.planning import Begun, fail_plan, finish_plan, note_progress
from backend.routing.problems import BUSY
from backend.routing.running import Computed, Progress, SolverDiedError, run

log = logging.getLogger(__name__)

QUEUE_MAX = 4
SEED = 1


class Plans(msgspec.Struct, eq=False):
    """The plans that this process computes or has waiting."""

    tasks: set[asyncio.Task[None]]
    turn: asyncio.Semaphore


@asynccontextmanager
async def plans_life(application: Litestar) -> AsyncGenerator[None, None]:
    """Give the application its planner; at the end what is still computing is ended, its drafts count as lost."""
    plans = Plans(tasks=set(), turn=asyncio.Semaphore(1))
    application.state.plans = plans
    try:
        yield
    finally:
        for task in plans.tasks:
            task.cancel()
        for task in list(plans.tasks):
            with suppress(asyncio.CancelledError):
                await task


def plans_of(state: State) -> Plans:
    """Return the planner of the application; raises TypeError when the application was put together wrongly."""
    plans = state.get("plans")
    if not isinstance(plans, Plans):
        raise TypeError("app.state.plans is not a Plans")
    return plans


def refuse_if_busy(plans: Plans) -> None:
    """Raise Problem (plan.busy) when enough plans are waiting."""
    if len(plans.tasks) >= QUEUE_MAX:
        raise Problem(BUSY, retry_after_s=60)


def start(plans: Plans, database: Database, scope: Scope, act: Act, begun: Begun) -> None:
    """Compute a draft that was begun and committed; the answer to the request does not wait for it."""
    task = asyncio.create_task(_compute(plans, database, scope, act, begun), name=f"plan-{begun.head.id}")
    plans.tasks.add(task)
    task.add_done_callback(plans.tasks.discard)


async def _compute(plans: Plans, database: Database, scope: Scope, act: Act, begun: Begun) -> None:
    async def tell(progress: Progress) -> bool:
        async with bare_transaction(database, scope) as raw:
            return await note_progress(raw, scope.tenant_id, begun.head.id, progress, clock.now())

    def later() -> Act:
        return msgspec.structs.replace(act, at=_not_before(act.at))

    try:
        async with plans.turn:
            computed = await run(begun.day.problem, begun.head.summary.wish.seconds, SEED, tell)
        await _finish(database, scope, later(), begun, computed)
    except (SolverDiedError, Problem, asyncpg.PostgresError, OSError) as error:
        log.exception("plan %s could not be computed", begun.head.id)
        async with bare_transaction(database, scope) as raw:
            await fail_plan(raw, later(), begun.head.id, type(error).__name__)


def _not_before(moment: datetime) -> datetime:
    return max(moment, clock.now())


async def _finish(database: Database, scope: Scope, act: Act, begun: Begun, computed: Computed) -> None:
    async with bare_transaction(database, scope) as raw:
        await finish_plan(raw, act, begun, computed)
